/** Codes above this need the wide form. */
const MOST_NARROW = 0xffff;

/** One code a row: two bytes each while the codes are small, four from the first larger one on. */
export class CodeColumn {
  /** The codes by row; taken anew after each `set` or `resize`. */
  values: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> = new Uint16Array(0);

  get bytes(): number {
    return this.values.byteLength;
  }

  get(row: number): number {
    return this.values[row] ?? 0;
  }

  set(row: number, code: number): void {
    if (code > MOST_NARROW && this.values instanceof Uint16Array) this.values = Uint32Array.from(this.values);
    this.values[row] = code;
  }

  resize(rows: number): void {
    const { values } = this;
    const next = values instanceof Uint16Array ? new Uint16Array(rows) : new Uint32Array(rows);
    next.set(values.length > rows ? values.subarray(0, rows) : values);
    this.values = next;
  }
}
