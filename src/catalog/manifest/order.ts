import type { Cursor } from '../../domain/page.ts';
import type { Columns } from './columns.ts';
import { type IdForm, wordsOf } from './ids.ts';
import { sortRows } from './sort-rows.ts';

/** Rows of one kind and status, oldest first: the answer to every list is a slice of it. 4 bytes a row. */
export class RowOrder {
  private rows = new Uint32Array(0);
  length = 0;
  private readonly columns: Columns;

  constructor(columns: Columns) {
    this.columns = columns;
  }

  get bytes(): number {
    return this.rows.length * 4;
  }

  /** Row at a place counted from the oldest. */
  at(place: number): number {
    return this.rows[place] ?? 0;
  }

  /** While loading: at the end, in any order; `sort` puts it right. */
  push(row: number): void {
    this.grow();
    this.rows[this.length] = row;
    this.length += 1;
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
    return place;
  }

  /** Place it had; −1 when it was not there. The row's columns must still be as they were. */
  remove(row: number): number {
    const place = this.placeOf(row);
    if (place >= this.length || this.rows[place] !== row) return -1;
    this.rows.copyWithin(place, place + 1, this.length);
    this.length -= 1;
    return place;
  }

  /** First place whose row is not before `row`. */
  placeOf(row: number): number {
    const { columns } = this;
    // the newest picture comes last: no search
    if (this.length > 0 && columns.compare(this.at(this.length - 1), row) < 0) return this.length;
    return this.search((other) => columns.compare(other, row) < 0);
  }

  /** First place created at or after `time`. */
  placeOfTime(time: number): number {
    return this.search((row) => this.columns.createdAt(row) < time);
  }

  /** First place at (`inclusive`) or behind the cursor. */
  placeOfCursor(cursor: Cursor, inclusive: boolean): number {
    const words = new Uint32Array(4);
    const form: IdForm = wordsOf(cursor.id, words);
    return this.search((row) => {
      const order = this.columns.createdAt(row) - cursor.time || this.columns.compareId(row, words, 0, form);
      return inclusive ? order < 0 : order <= 0;
    });
  }

  private search(isBefore: (row: number) => boolean): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.at(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private grow(): void {
    if (this.length < this.rows.length) return;
    const larger = new Uint32Array(this.length + Math.max(16, this.length >> 3));
    larger.set(this.rows);
    this.rows = larger;
  }
}
