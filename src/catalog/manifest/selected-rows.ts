import { KINDS, STATUSES } from '../../domain/kind.ts';
import type { Selection } from '../../domain/search/selection.ts';
import type { Columns } from './columns.ts';
import { type CodeTest, compileFilter, type TimeTerm } from './filter.ts';
import type { RowOrder } from './order.ts';
import type { OwnerIndex } from './owner-index.ts';
import { SortedRows } from './sorted-rows.ts';

/** Places `low` (included) to `high` (not) of some rows, oldest first. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What a selection means: every row between two places. */
export interface Selected extends Range {
  readonly rows: SortedRows;
}

/**
 * The selected rows, as far as columns decide it: terms that `needsText` tells are not looked at. A slice of the order
 * when nothing but times is asked for, else one pass over a column for each kind of condition.
 */
export function selectRows(index: OwnerIndex, selection: Selection): Selected {
  const { kind, status, from, to, favorite, facets, terms } = selection;
  const order = index.order(KINDS.indexOf(kind), STATUSES.indexOf(status));
  const whole: Range = {
    low: from === undefined ? 0 : order.placeOfTime(from),
    high: to === undefined ? order.length : order.placeOfTime(to),
  };
  const asked = favorite !== undefined || isAny(facets) || isAny(terms);
  if (!asked) return { rows: order, low: whole.low, high: Math.max(whole.low, whole.high) };
  const key = JSON.stringify([index.seq, kind, status, from, to, favorite, facets, terms]);
  const known = index.lastFiltered.get(key);
  const rows = known ?? filtered(index, order, whole, selection);
  if (known === undefined) index.lastFiltered.set(key, rows);
  return { rows: new SortedRows(index.columns, rows), low: 0, high: rows.length };
}

function isAny(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0;
}

function filtered(
  index: OwnerIndex,
  order: RowOrder,
  whole: Range,
  selection: Selection,
): Uint32Array<ArrayBuffer> {
  const { tests, times, never } = compileFilter(index, selection);
  if (never) return new Uint32Array(0);
  const ranges = times.reduce((left, term) => cut(left, order, term), [whole]);
  const rows = new Uint32Array(ranges.reduce((sum, { low, high }) => sum + Math.max(0, high - low), 0));
  const [first, ...others] = tests;
  let count = 0;
  for (const { low, high } of ranges) {
    const some = order.between(low, high);
    if (first === undefined) rows.set(some, count);
    count += first === undefined ? some.length : keepPassing(some, some.length, rows.subarray(count), first);
  }
  for (const test of others) count = keepPassing(rows, count, rows, test);
  return count === rows.length ? rows : rows.slice(0, count);
}

/** Takes off the ranges what a term over times leaves out: rows are in the order of their times. */
function cut(ranges: readonly Range[], order: RowOrder, { from, to, negated }: TimeTerm): Range[] {
  const low = order.placeOfTime(from);
  const high = Math.max(low, order.placeOfTime(to));
  const kept = ranges.flatMap((range) =>
    negated
      ? [
          { low: range.low, high: Math.min(range.high, low) },
          { low: Math.max(range.low, high), high: range.high },
        ]
      : [{ low: Math.max(range.low, low), high: Math.min(range.high, high) }],
  );
  return kept.filter((range) => range.low < range.high);
}

/** Writes the rows that pass, in their order, to `to` (which may be where they come from); how many. */
function keepPassing(
  from: Uint32Array,
  length: number,
  to: Uint32Array,
  { codes, passes }: CodeTest,
): number {
  let count = 0;
  for (let i = 0; i < length; i++) {
    const row = from[i] ?? 0;
    // without a branch: what does not pass is overwritten by the next
    to[count] = row;
    count += passes[codes[row] ?? 0] ?? 0;
  }
  return count;
}

/** How often each code occurs among some rows. */
export function countCodes(rows: Uint32Array, codes: Columns['looks']['values'], size: number): Uint32Array {
  const counts = new Uint32Array(size);
  for (let i = 0; i < rows.length; i++) {
    const code = codes[rows[i] ?? 0] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}
