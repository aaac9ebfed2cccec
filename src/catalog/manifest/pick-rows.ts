import type { Order } from '../../domain/page.ts';
import type { ListQuery } from '../catalog.ts';
import { countPassing, type Range, type Selected } from './selected-rows.ts';

export interface Picked {
  readonly rows: number[];
  /** There are others behind them. */
  readonly more: boolean;
}

/** Rows that are looked at together: a block of which none is wanted costs no branch a row. */
const BLOCK = 4_096;

/**
 * The rows of one page, in its order. Without a filter a slice; with one, rows are looked at from the cursor's place on
 * until the page is full, or, for a page's number, from the end that is nearer.
 * @param total how many rows are selected
 */
export function pickRows(
  selected: Selected,
  total: number,
  { order, size, at }: Pick<ListQuery, 'order' | 'size' | 'at'>,
): Picked {
  if ('after' in at) {
    const rows = take(selected, behind(selected, order, at.after), order, 0, size + 1);
    const more = rows.length > size;
    if (more) rows.pop();
    return { rows, more };
  }
  const skip = (at.page - 1) * size;
  const count = Math.max(0, Math.min(size, total - skip));
  const rest = total - skip - count;
  if (count === 0) return { rows: [], more: false };
  const { ranges } = selected;
  const rows =
    rest < skip
      ? take(selected, ranges, order === 'newest' ? 'oldest' : 'newest', rest, count).reverse()
      : take(selected, ranges, order, skip, count);
  return { rows, more: rest > 0 };
}

function take(
  selected: Selected,
  ranges: readonly Range[],
  order: Order,
  skip: number,
  most: number,
): number[] {
  const picker = new Picker(selected, most, skip);
  if (order === 'newest') for (let i = ranges.length - 1; i >= 0; i--) picker.take(ranges[i], -1);
  else for (const range of ranges) picker.take(range, 1);
  return picker.rows;
}

/** What of the ranges lies behind the cursor. */
function behind(
  { rows, ranges }: Selected,
  order: Order,
  after: Parameters<Selected['rows']['placeOfCursor']>[0],
): Range[] {
  const newest = order === 'newest';
  const place = rows.placeOfCursor(after, newest);
  return ranges
    .map(({ low, high }) =>
      newest ? { low, high: Math.min(high, place) } : { low: Math.max(low, place), high },
    )
    .filter(({ low, high }) => low < high);
}

class Picker {
  readonly rows: number[] = [];
  private readonly selected: Selected;
  private readonly most: number;
  private skip: number;

  constructor(selected: Selected, most: number, skip: number) {
    this.selected = selected;
    this.most = most;
    this.skip = skip;
  }

  /** Goes through a range: `step` 1 is forward, −1 backward. */
  take(range: Range | undefined, step: 1 | -1): void {
    if (range === undefined || this.rows.length === this.most) return;
    if (this.selected.passes === undefined) this.takeAll(range, step);
    else this.takePassing(range, step, this.selected.passes);
  }

  private takeAll({ low, high }: Range, step: 1 | -1): void {
    const { rows, most, selected } = this;
    const length = high - low;
    const skipped = Math.min(this.skip, length);
    this.skip -= skipped;
    for (let i = skipped; i < length && rows.length < most; i++) {
      rows.push(selected.rows.at(step === 1 ? low + i : high - 1 - i));
    }
  }

  private takePassing({ low, high }: Range, step: 1 | -1, passes: Uint8Array): void {
    const { rows: all, traits } = this.selected;
    for (let done = 0; done < high - low && this.rows.length < this.most; done += BLOCK) {
      const from = step === 1 ? low + done : Math.max(low, high - done - BLOCK);
      const block = all.between(from, step === 1 ? Math.min(high, from + BLOCK) : high - done);
      const count = countPassing(block, traits, passes);
      if (count <= this.skip) this.skip -= count;
      else this.takeBlock(block, step, passes);
    }
  }

  private takeBlock(block: Uint32Array, step: 1 | -1, passes: Uint8Array): void {
    const { traits } = this.selected;
    for (let i = 0; i < block.length && this.rows.length < this.most; i++) {
      const row = block[step === 1 ? i : block.length - 1 - i] ?? 0;
      if (passes[traits[row] ?? 0] !== 1) continue;
      if (this.skip > 0) this.skip -= 1;
      else this.rows.push(row);
    }
  }
}
