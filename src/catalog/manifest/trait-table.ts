import { type SavedPart, SnapshotError, savedArray, savedCount } from './saved-part.ts';

const LEAST = 16;
/** Traits may double, and this many more, before anybody looks for unused ones. */
const SLACK = 256;

/**
 * Everything that filters ask of a picture, as one small number a row: the code of its look, that of its tags, and
 * whether it is a favourite. Few pictures have a trait that no other has, so that what is true of a trait is found out
 * once and not for every row.
 */
export class TraitTable {
  /** Looks by trait. */
  looks = new Uint32Array(LEAST);
  /** Twice the code of the tags, and 1 more for a favourite, by trait. */
  marks = new Uint32Array(LEAST);
  /** Traits are below this. */
  size = 0;
  /** Trait + 1; 0 is an empty place. */
  private slots = new Uint32Array(LEAST);
  private crowd = SLACK;

  get bytes(): number {
    return this.looks.byteLength + this.marks.byteLength + this.slots.byteLength;
  }

  /** True when there are so many that it is worth looking for those that no row has. */
  get isCrowded(): boolean {
    return this.size > this.crowd;
  }

  isFavorite(trait: number): boolean {
    return ((this.marks[trait] ?? 0) & 1) === 1;
  }

  tags(trait: number): number {
    return (this.marks[trait] ?? 0) >>> 1;
  }

  traitOf(look: number, tags: number, favorite: boolean): number {
    const mark = tags * 2 + (favorite ? 1 : 0);
    const { slots, looks, marks } = this;
    const size = slots.length;
    let slot = slotOf(look, mark, size);
    for (;;) {
      const trait = (slots[slot] ?? 0) - 1;
      if (trait < 0) return this.add(look, mark);
      if (looks[trait] === look && marks[trait] === mark) return trait;
      slot = slot + 1 === size ? 0 : slot + 1;
    }
  }

  /** The next look for unused ones is due when there are twice as many. */
  settle(): void {
    this.crowd = this.size * 2 + SLACK;
  }

  save(): SavedPart {
    const { looks, marks, size } = this;
    return {
      facts: { size },
      arrays: { looks: { array: looks, used: size }, marks: { array: marks, used: size } },
    };
  }

  /** Takes the place of what is here. @throws SnapshotError */
  restore(part: SavedPart): void {
    const size = savedCount(part, 'size');
    const looks = savedArray(part, 'looks', Uint32Array, size);
    const marks = savedArray(part, 'marks', Uint32Array, size);
    const next = new TraitTable();
    for (let trait = 0; trait < size; trait++) {
      const mark = marks[trait] ?? 0;
      if (next.traitOf(looks[trait] ?? 0, mark >>> 1, (mark & 1) === 1) !== trait)
        throw new SnapshotError('a trait twice');
    }
    this.looks = next.looks;
    this.marks = next.marks;
    this.slots = next.slots;
    this.size = size;
    this.settle();
  }

  private add(look: number, mark: number): number {
    const trait = this.size;
    if (trait === this.looks.length) {
      const room = trait + (trait >> 2) + LEAST;
      this.looks = resized(this.looks, room);
      this.marks = resized(this.marks, room);
    }
    this.looks[trait] = look;
    this.marks[trait] = mark;
    this.size += 1;
    if (this.size * 8 > this.slots.length * 6) this.makeSlots();
    else this.place(trait);
    return trait;
  }

  private makeSlots(): void {
    this.slots = new Uint32Array(Math.ceil(this.size * 1.75) + LEAST);
    for (let trait = 0; trait < this.size; trait++) this.place(trait);
  }

  private place(trait: number): void {
    const size = this.slots.length;
    let slot = slotOf(this.looks[trait] ?? 0, this.marks[trait] ?? 0, size);
    while (this.slots[slot] !== 0) slot = slot + 1 === size ? 0 : slot + 1;
    this.slots[slot] = trait + 1;
  }
}

function slotOf(look: number, mark: number, size: number): number {
  let hash = Math.imul(look ^ 0x811c_9dc5, 0x85eb_ca77);
  hash ^= hash >>> 15;
  hash = Math.imul(hash ^ mark, 0xc2b2_ae3d);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x27d4_eb2f);
  hash ^= hash >>> 15;
  return Math.floor(((hash >>> 0) / 0x1_0000_0000) * size);
}

function resized(from: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(length);
  next.set(from);
  return next;
}
