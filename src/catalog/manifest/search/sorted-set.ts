import type { Order } from '../../../domain/page.ts';
import type { Columns } from '../columns.ts';

/** Rows in the order of a list, each once. Made to be filled from the front: what is found first mostly comes first. */
export class SortedSet {
  length = 0;
  private rows = new Uint32Array(64);
  private readonly compare: (a: number, b: number) => number;

  constructor(columns: Columns, order: Order) {
    this.compare = order === 'newest' ? (a, b) => columns.compare(b, a) : (a, b) => columns.compare(a, b);
  }

  get bytes(): number {
    return this.rows.length * 4;
  }

  at(place: number): number {
    return this.rows[place] ?? 0;
  }

  /** The rows from one place up to (not) another. */
  slice(from: number, to: number): Uint32Array {
    return this.rows.slice(from, Math.min(to, this.length));
  }

  /** Takes in rows in any order; those that are there already are left out. */
  add(found: readonly number[]): void {
    const sorted = found.toSorted(this.compare).filter((row, i, all) => row !== all[i - 1]);
    const first = sorted[0];
    if (first === undefined) return;
    const isBehind = this.length === 0 || this.compare(this.at(this.length - 1), first) < 0;
    const fresh = isBehind ? sorted : sorted.filter((row) => !this.has(row));
    this.reserve(this.length + fresh.length);
    // from the back: only what lies behind the first new one moves
    let from = this.length - 1;
    let to = this.length + fresh.length - 1;
    for (let next = fresh.length - 1; next >= 0; to--) {
      const row = fresh[next] ?? 0;
      if (from >= 0 && this.compare(this.at(from), row) > 0) {
        this.rows[to] = this.at(from);
        from -= 1;
      } else {
        this.rows[to] = row;
        next -= 1;
      }
    }
    this.length += fresh.length;
  }

  /** Takes out the rows that do not pass. Their columns need not be as they were. */
  keep(passes: (row: number) => boolean): void {
    let kept = 0;
    for (let i = 0; i < this.length; i++) {
      const row = this.at(i);
      if (passes(row)) this.rows[kept++] = row;
    }
    this.length = kept;
  }

  /** The first place for which `isBefore` is false: it must be true of a first part and of nothing else. */
  placeWhere(isBefore: (row: number) => boolean): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.at(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private has(row: number): boolean {
    const place = this.placeWhere((other) => this.compare(other, row) < 0);
    return place < this.length && this.at(place) === row;
  }

  private reserve(length: number): void {
    if (length <= this.rows.length) return;
    const larger = new Uint32Array(length + (length >> 1));
    larger.set(this.rows.subarray(0, this.length));
    this.rows = larger;
  }
}
