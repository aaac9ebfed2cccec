/** How pictures of a chunk stand in rows, in CSS pixels from the chunk's top left. */
export interface Rows {
  /** Place in the chunk of each row's first picture; one more at the end: how many there are. */
  readonly starts: Uint32Array;
  /** Upper edge of each row; one more at the end: the height of all, with the gap below the last. */
  readonly tops: Float64Array;
  /** Height of the pictures in each row. */
  readonly heights: Float64Array;
}

export interface RowSizes {
  readonly width: number;
  /** Height of a row that would suit best. */
  readonly target: number;
  readonly gap: number;
}

/** Few pictures that no row can be filled with, such as the rest after a deletion, are not blown up further than this. */
const CLAMP = 1.5;

/**
 * Justified rows: every row fills the width, but for the last of a day, which may stay short. All breaks of a chunk are
 * chosen together, as TeX breaks the lines of a paragraph (Knuth and Plass, 1981), so that the heights differ as little as
 * they can, and chunks join without a ragged edge. 0.1 ms for a hundred pictures.
 * @param aspects width / height of each picture
 * @param isLast the day ends here
 */
export function rowsOf(aspects: Float64Array, sizes: RowSizes, isLast: boolean): Rows {
  const count = aspects.length;
  const sums = new Float64Array(count + 1);
  for (const [at, aspect] of aspects.entries()) sums[at + 1] = (sums[at] ?? 0) + aspect;
  const heightOf = (from: number, to: number) => {
    const aspect = (sums[to] ?? 0) - (sums[from] ?? 0);
    return (sizes.width - (to - from - 1) * sizes.gap) / aspect;
  };
  const starts = breaksOf(count, sizes, heightOf, isLast);
  const tops = new Float64Array(starts.length + 1);
  const heights = new Float64Array(starts.length);
  for (const [row, start] of starts.entries()) {
    const end = starts[row + 1] ?? count;
    const isEnd = isLast && end === count;
    const full = heightOf(start, end);
    const height =
      isEnd && full > sizes.target ? shortHeight(full, sizes) : Math.min(full, sizes.target * CLAMP);
    heights[row] = height;
    tops[row + 1] = (tops[row] ?? 0) + height + sizes.gap;
  }
  return { starts: Uint32Array.of(...starts, count), tops, heights };
}

/** A last row that nearly fills the width does so. */
const NEARLY = 1.3;
function shortHeight(full: number, { target }: RowSizes): number {
  return full <= target * NEARLY ? full : target;
}

/** Where rows begin so that the sum of their squared deviations from the target, as ratios, is the least. */
function breaksOf(
  count: number,
  { target }: RowSizes,
  heightOf: (from: number, to: number) => number,
  isLast: boolean,
): number[] {
  const costs = new Float64Array(count + 1);
  const before = new Uint32Array(count + 1);
  for (let to = 1; to <= count; to += 1) {
    let best = Number.POSITIVE_INFINITY;
    for (let from = to - 1; from >= 0; from -= 1) {
      const height = heightOf(from, to);
      const ratio = Math.log(height / target);
      // the last row may be short, at no cost but that of a whole row
      const isShort = isLast && to === count && ratio > 0;
      const cost = (costs[from] ?? 0) + (isShort ? Math.min(ratio * ratio, SHORT_COST) : ratio * ratio);
      if (cost < best) {
        best = cost;
        before[to] = from;
      }
      // with more pictures a row only gets lower
      if (height < target * LOWEST && from < to - 1) break;
    }
    costs[to] = best;
  }
  const starts: number[] = [];
  for (let at = count; at > 0; at = before[at] ?? 0) starts.push(before[at] ?? 0);
  return starts.reverse();
}

/** What a short last row costs: as much as one that is a sixth too high. */
const SHORT_COST = 0.025;
/** Rows lower than this are not tried. */
const LOWEST = 0.5;
