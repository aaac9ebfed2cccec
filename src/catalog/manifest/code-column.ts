import { type SavedPart, savedArray } from './saved-part.ts';

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

  /** Takes the place of what is here. @throws SnapshotError */
  restore(part: SavedPart, name: string, rows: number): void {
    const wide = part.arrays[name]?.array instanceof Uint32Array;
    this.values = wide
      ? savedArray(part, name, Uint32Array, rows)
      : savedArray(part, name, Uint16Array, rows);
  }
}
