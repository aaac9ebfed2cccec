import type { Item } from '../api/types.ts';
import { aspectOf } from './aspect.ts';
import { type Chunk, isDayEnd, isDayStart, placeOf } from './chunks.ts';
import { type RowSizes, type Rows, rowsOf } from './rows.ts';

export interface GridSizes extends RowSizes {
  /** Height of a day's heading. */
  readonly heading: number;
  /** Below a day's last row. */
  readonly dayGap: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A picture by the place of its chunk, and its own in it. */
export interface Place {
  readonly chunk: number;
  readonly at: number;
}

/**
 * Where everything is, from the top of the list, in CSS pixels. Made anew in one pass over the chunks whenever they
 * change (0.1 ms for 10,000 of them); a frame asks with binary searches.
 */
export interface Layout {
  readonly sizes: GridSizes;
  readonly height: number;
  /** Upper edge of a chunk, its day's heading included where it is the first. */
  topOf(chunk: number): number;
  /** Upper edge of a chunk's pictures. */
  contentOf(chunk: number): number;
  /** Height of a chunk's pictures. */
  heightOf(chunk: number): number;
  chunkAt(y: number): number;
  /** Undefined where the pictures are not loaded. */
  rowsOf(chunk: number): Rows | undefined;
  /** The row at this height within the chunk's pictures. */
  rowAt(rows: Rows, y: number): number;
  /** Where a picture is; estimated where it is not loaded. */
  boxOf(place: Place): Box;
}

/** Rows that were made, by what they were made of: most chunks are the same after a change. */
type Known = WeakMap<readonly Item[], { readonly rows: Rows; readonly isLast: boolean }>;

export interface LayoutMaker {
  make(chunks: readonly Chunk[], sizes: GridSizes): Layout;
}

/** What is not loaded is taken for pictures of this aspect until there are some. */
const FIRST_GUESS = 1;

export function createLayoutMaker(): LayoutMaker {
  let known: Known = new WeakMap();
  let sizes: GridSizes | undefined;
  const guess = createGuess();
  return {
    make(chunks, wanted) {
      if (sizes?.width !== wanted.width || sizes.target !== wanted.target) known = new WeakMap();
      sizes = wanted;
      const rowsFor = (at: number): Rows | undefined => {
        const items = chunks[at]?.items;
        if (items === undefined) return undefined;
        const isLast = isDayEnd(chunks, at);
        const before = known.get(items);
        if (before?.isLast === isLast) return before.rows;
        const aspects = Float64Array.from(items, aspectOf);
        guess.learn(items, aspects);
        const rows = rowsOf(aspects, wanted, isLast);
        known.set(items, { rows, isLast });
        return rows;
      };
      return layoutOf(chunks, wanted, rowsFor, guess);
    },
  };
}

interface Guess {
  learn(items: readonly Item[], aspects: Float64Array): void;
  readonly aspect: number;
}

/** The running mean of the aspects that were seen. */
function createGuess(): Guess {
  const seen = new WeakSet<readonly Item[]>();
  let sum = 0;
  let count = 0;
  return {
    learn(items, aspects) {
      if (seen.has(items)) return;
      seen.add(items);
      for (const aspect of aspects) sum += aspect;
      count += aspects.length;
    },
    get aspect() {
      return count === 0 ? FIRST_GUESS : sum / count;
    },
  };
}

function layoutOf(
  chunks: readonly Chunk[],
  sizes: GridSizes,
  rowsFor: (at: number) => Rows | undefined,
  guess: Guess,
): Layout {
  const loaded = new Map<number, Rows>();
  // first, for what is learned from them is what the others are guessed by
  for (let at = 0; at < chunks.length; at += 1) {
    const rows = chunks[at]?.items === undefined ? undefined : rowsFor(at);
    if (rows !== undefined) loaded.set(at, rows);
  }
  const tops = new Float64Array(chunks.length + 1);
  const heights = new Float64Array(chunks.length);
  let y = 0;
  let at = 0;
  let dateBefore = '';
  for (const chunk of chunks) {
    const isEnd = isDayEnd(chunks, at);
    const rows = chunk.items === undefined ? undefined : loaded.get(at);
    const height = rows?.tops.at(-1) ?? estimate(chunk.count, sizes, guess.aspect, isEnd);
    tops[at] = y;
    heights[at] = height;
    y += height + (chunk.date === dateBefore ? 0 : sizes.heading) + (isEnd ? sizes.dayGap : 0);
    dateBefore = chunk.date;
    at += 1;
  }
  tops[chunks.length] = y;
  const contentOf = (at: number) => (tops[at] ?? y) + (isDayStart(chunks, at) ? sizes.heading : 0);
  return {
    sizes,
    height: y,
    topOf: (at) => tops[at] ?? y,
    contentOf,
    heightOf: (at) => heights[at] ?? 0,
    chunkAt: (wanted) => Math.min(placeOf(tops, Math.max(0, wanted)), Math.max(0, chunks.length - 1)),
    rowsOf: (at) => loaded.get(at),
    rowAt: (rows, within) => Math.min(placeOf(rows.tops, Math.max(0, within)), rows.heights.length - 1),
    boxOf({ chunk, at }) {
      const rows = loaded.get(chunk);
      const items = chunks[chunk]?.items;
      if (rows === undefined || items === undefined) {
        const part = at / Math.max(1, chunks[chunk]?.count ?? 1);
        return {
          left: 0,
          top: contentOf(chunk) + part * (heights[chunk] ?? 0),
          width: sizes.width,
          height: sizes.target,
        };
      }
      return boxIn(rows, items, at, sizes, contentOf(chunk));
    },
  };
}

/** Height of so many pictures of this aspect; few of them stand in whole rows, the last one short. */
function estimate(count: number, sizes: GridSizes, aspect: number, isLast: boolean): number {
  const { width, target, gap } = sizes;
  const rows = (count * (aspect * target + gap)) / (width + gap);
  return Math.max(1, isLast && rows < 2 ? Math.ceil(rows) : rows) * (target + gap);
}

function boxIn(rows: Rows, items: readonly Item[], at: number, sizes: GridSizes, top: number): Box {
  const row = rowHolding(rows, at);
  const height = rows.heights[row] ?? 0;
  let left = 0;
  for (let before = rows.starts[row] ?? 0; before < at; before += 1) {
    const item = items[before];
    if (item !== undefined) left += aspectOf(item) * height + sizes.gap;
  }
  const item = items[at];
  const width = item === undefined ? height : aspectOf(item) * height;
  return { left, top: top + (rows.tops[row] ?? 0), width, height };
}

/** The row in which a chunk's picture stands. */
export function rowHolding({ starts }: Rows, at: number): number {
  let row = 0;
  while ((starts[row + 1] ?? Number.POSITIVE_INFINITY) <= at && row < starts.length - 2) row += 1;
  return row;
}
