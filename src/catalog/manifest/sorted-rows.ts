import type { Cursor } from '../../domain/page.ts';
import type { Columns } from './columns.ts';
import { type IdForm, wordsOf } from './ids.ts';

/** Rows in the order of lists, oldest first. */
export class SortedRows {
  length: number;
  protected rows: Uint32Array;
  protected readonly columns: Columns;

  /** @param rows sorted; all of them, or with room behind `length` */
  constructor(columns: Columns, rows: Uint32Array, length = rows.length) {
    this.columns = columns;
    this.rows = rows;
    this.length = length;
  }

  /** Row at a place counted from the oldest. */
  at(place: number): number {
    return this.rows[place] ?? 0;
  }

  /** The rows of some places, as they are now: a view, good until something changes. */
  between(low: number, high: number): Uint32Array {
    return this.rows.subarray(low, Math.max(low, high));
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

  protected search(isBefore: (row: number) => boolean): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.at(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
