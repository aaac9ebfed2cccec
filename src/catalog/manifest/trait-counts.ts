/** How many rows of an order have each trait. */
export class TraitCounts {
  /** By trait; a trait behind the end has none. */
  values = new Uint32Array(0);

  get bytes(): number {
    return this.values.byteLength;
  }

  add(trait: number): void {
    if (trait >= this.values.length) {
      const larger = new Uint32Array(trait + 1 + (trait >> 2) + 16);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[trait] = (this.values[trait] ?? 0) + 1;
  }

  drop(trait: number): void {
    this.values[trait] = (this.values[trait] ?? 0) - 1;
  }

  /** Traits have got other numbers. @param names new ones by old ones */
  rename(names: Uint32Array): void {
    const renamed = new TraitCounts();
    for (let trait = 0; trait < this.values.length; trait++) {
      const count = this.values[trait] ?? 0;
      if (count === 0) continue;
      const name = names[trait] ?? 0;
      renamed.add(name);
      renamed.values[name] = count;
    }
    this.values = renamed.values;
  }
}
