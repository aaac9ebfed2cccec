import type { Columns } from './columns.ts';
import { sortRows } from './sort-rows.ts';
import { SortedRows } from './sorted-rows.ts';
import { TraitCounts } from './trait-counts.ts';

/** Rows of one kind and status, oldest first: the answer to every list is a slice of it. 4 bytes a row. */
export class RowOrder extends SortedRows {
  /** How many of the rows have each trait. */
  readonly counts = new TraitCounts();

  constructor(columns: Columns) {
    super(columns, new Uint32Array(0));
  }

  get bytes(): number {
    return this.rows.length * 4 + this.counts.bytes;
  }

  /** While loading: at the end, in any order; `sort` puts it right. */
  push(row: number): void {
    this.grow();
    this.rows[this.length] = row;
    this.length += 1;
    this.counts.add(this.columns.traits.get(row));
  }

  /** Puts right what `push` brought, in pieces; sorted already but for some it costs one comparison a row. */
  *sorting(): Generator<void> {
    yield* sortRows(this.rows.subarray(0, this.length), (a, b) => this.columns.compare(a, b));
    if (this.rows.length > this.length + (this.length >> 3) + 16) this.rows = this.rows.slice(0, this.length);
  }

  insert(row: number): number {
    const place = this.placeOf(row);
    this.grow();
    this.rows.copyWithin(place + 1, place, this.length);
    this.rows[place] = row;
    this.length += 1;
    this.counts.add(this.columns.traits.get(row));
    return place;
  }

  /** Place it had; −1 when it was not there. The row's columns must still be as they were. */
  remove(row: number): number {
    const place = this.placeOf(row);
    if (place >= this.length || this.rows[place] !== row) return -1;
    this.rows.copyWithin(place, place + 1, this.length);
    this.length -= 1;
    this.counts.drop(this.columns.traits.get(row));
    return place;
  }

  /** First place whose row is not before `row`. */
  placeOf(row: number): number {
    const { columns } = this;
    // the newest picture comes last: no search
    if (this.length > 0 && columns.compare(this.at(this.length - 1), row) < 0) return this.length;
    return this.search((other) => columns.compare(other, row) < 0);
  }

  private grow(): void {
    if (this.length < this.rows.length) return;
    const larger = new Uint32Array(this.length + Math.max(16, this.length >> 3));
    larger.set(this.rows);
    this.rows = larger;
  }
}
