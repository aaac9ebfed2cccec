import { KINDS, STATUSES } from '../../domain/kind.ts';
import type { Selection } from '../../domain/search/selection.ts';
import { compileFilter, type TimeTerm } from './filter.ts';
import type { RowOrder } from './order.ts';
import type { OwnerIndex } from './owner-index.ts';
import { SortedRows } from './sorted-rows.ts';

/** Places `low` (included) to `high` (not) of some rows, oldest first. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What a selection means at one moment: good until something changes. */
export interface Selected {
  readonly rows: SortedRows;
  /** Where they lie: rising, apart, none of them empty. */
  readonly ranges: readonly Range[];
  /** 1 for each trait of which rows are selected; undefined: all of them are. */
  readonly passes: Uint8Array | undefined;
  /** The trait of each row. */
  readonly traits: Uint16Array | Uint32Array;
  /** How many of all `rows` have each trait, where that is known. */
  readonly counts: Uint32Array | undefined;
}

/** A selection, as far as columns decide it: terms that `needsText` tells are not looked at. No row is looked at yet. */
export function selectRows(index: OwnerIndex, selection: Selection): Selected {
  const { kind, status, from, to } = selection;
  const order = index.order(KINDS.indexOf(kind), STATUSES.indexOf(status));
  const { passes, times, never } = compileFilter(index, selection);
  const whole: Range = {
    low: from === undefined ? 0 : order.placeOfTime(from),
    high: to === undefined ? order.length : order.placeOfTime(to),
  };
  const ranges = times.reduce(
    (left, term) => cut(left, order, term),
    never || whole.low >= whole.high ? [] : [whole],
  );
  return { rows: order, ranges, passes, traits: index.columns.traits.values, counts: order.counts.values };
}

/** Rows that were found in another way. @param rows in the order of lists, oldest first */
export function selectedRows(index: OwnerIndex, rows: Uint32Array): Selected {
  const ranges = rows.length === 0 ? [] : [{ low: 0, high: rows.length }];
  const sorted = new SortedRows(index.columns, rows);
  return { rows: sorted, ranges, passes: undefined, traits: index.columns.traits.values, counts: undefined };
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

/** How many rows there are in all of some ranges. */
export function lengthOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { low, high }) => sum + high - low, 0);
}

/** How many rows are selected. Costs no pass over rows but where a range of times meets a filter. */
export function countSelected(selected: Selected): number {
  const { rows, ranges, passes, traits, counts } = selected;
  if (passes === undefined) return lengthOf(ranges);
  const [range] = ranges;
  if (counts !== undefined && range?.low === 0 && range.high === rows.length)
    return countTraits(counts, passes);
  return ranges.reduce(
    (sum, { low, high }) => sum + countPassing(rows.between(low, high), traits, passes),
    0,
  );
}

function countTraits(counts: Uint32Array, passes: Uint8Array): number {
  let sum = 0;
  for (let trait = 0; trait < counts.length; trait++) if (passes[trait] === 1) sum += counts[trait] ?? 0;
  return sum;
}

/** How many of these rows pass. */
export function countPassing(rows: Uint32Array, traits: Selected['traits'], passes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < rows.length; i++) count += passes[traits[rows[i] ?? 0] ?? 0] ?? 0;
  return count;
}

/**
 * How many rows of the selection's ranges have each trait, passing or not: by looking at the smaller part, those in
 * the ranges or those outside.
 */
export function traitsOf({ rows, ranges, traits, counts }: Selected, size: number): Uint32Array {
  const within = new Uint32Array(size);
  if (counts === undefined || lengthOf(ranges) * 2 < rows.length) {
    for (const { low, high } of ranges) addTraits(rows.between(low, high), traits, within, 1);
    return within;
  }
  within.set(counts.subarray(0, size));
  let at = 0;
  for (const { low, high } of [...ranges, { low: rows.length, high: rows.length }]) {
    addTraits(rows.between(at, low), traits, within, -1);
    at = high;
  }
  return within;
}

function addTraits(rows: Uint32Array, traits: Selected['traits'], counts: Uint32Array, times: 1 | -1): void {
  for (let i = 0; i < rows.length; i++) {
    const trait = traits[rows[i] ?? 0] ?? 0;
    counts[trait] = (counts[trait] ?? 0) + times;
  }
}

/** The first place at or behind `from` and before `high` whose row passes; `high` when there is none. */
export function nextPassing({ rows, traits, passes }: Selected, from: number, high: number): number {
  if (passes === undefined) return from;
  const some = rows.between(from, high);
  for (let i = 0; i < some.length; i++) if (passes[traits[some[i] ?? 0] ?? 0] === 1) return from + i;
  return high;
}
