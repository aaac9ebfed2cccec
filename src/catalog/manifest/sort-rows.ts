/** Of two rows: below zero when the first stands before the second. Never zero for two different rows. */
export type RowCompare = (a: number, b: number) => number;

/** Comparisons between two turns of whoever else waits: about a millisecond. */
const STEP = 20_000;
/** So many in a row out of place mean that what was kept last is what stands wrong. */
const DOUBT = 8;
/** Rows sorted by insertion before runs are merged. */
const SHORT = 16;

/**
 * Sorts rows in place. What is sorted already but for some costs one comparison a row and the sorting of those some:
 * rows out of place are taken out, sorted, and merged in again (E. Ernerfeldt's drop-merge sort). Yields now and then;
 * whoever drives it may wait there.
 */
export function* sortRows(rows: Uint32Array, compare: RowCompare): Generator<void> {
  const { kept, dropped } = yield* takeOutliers(rows, compare);
  if (dropped.length === 0) return;
  const sorted = yield* mergeSort(Uint32Array.from(dropped), compare);
  // merged from the end, where there is room
  let from = kept - 1;
  let other = sorted.length - 1;
  for (let to = rows.length - 1; other >= 0; to--) {
    const row = sorted[other] ?? 0;
    const before = rows[from] ?? 0;
    if (from >= 0 && compare(before, row) > 0) {
      rows[to] = before;
      from -= 1;
    } else {
      rows[to] = row;
      other -= 1;
    }
    if (to % STEP === 0) yield;
  }
}

/** Leaves a sorted sequence at the front; the others are given back. */
function* takeOutliers(
  rows: Uint32Array,
  compare: RowCompare,
): Generator<void, { kept: number; dropped: number[] }> {
  const dropped: number[] = [];
  let kept = 0;
  let inRow = 0;
  for (let i = 0; i < rows.length; i++) {
    if (i % STEP === STEP - 1) yield;
    const row = rows[i] ?? 0;
    if (kept === 0 || compare(rows[kept - 1] ?? 0, row) < 0) {
      rows[kept++] = row;
      inRow = 0;
      continue;
    }
    // one that stands too high: without it the order goes on
    if (kept > 1 && inRow === 0 && compare(rows[kept - 2] ?? 0, row) < 0) {
      dropped.push(rows[kept - 1] ?? 0);
      rows[kept - 1] = row;
      continue;
    }
    dropped.push(row);
    inRow += 1;
    if (inRow === DOUBT) {
      kept = takeBack(rows, kept, dropped, compare);
      inRow = 0;
    }
  }
  return { kept, dropped };
}

/** Takes off the end what stands above the last dropped ones, and puts those back that are in order then. */
function takeBack(rows: Uint32Array, keptBefore: number, dropped: number[], compare: RowCompare): number {
  const last = dropped.splice(dropped.length - DOUBT);
  const least = last.reduce((a, b) => (compare(b, a) < 0 ? b : a));
  let kept = keptBefore;
  for (let n = 0; n < DOUBT && kept > 0 && compare(rows[kept - 1] ?? 0, least) > 0; n++) {
    kept -= 1;
    dropped.push(rows[kept] ?? 0);
  }
  for (const row of last) {
    if (kept === 0 || compare(rows[kept - 1] ?? 0, row) < 0) rows[kept++] = row;
    else dropped.push(row);
  }
  return kept;
}

/** From short sorted runs to long ones; the sorted rows. */
function* mergeSort(rows: Uint32Array, compare: RowCompare): Generator<void, Uint32Array> {
  let from: Uint32Array = rows;
  let to: Uint32Array = new Uint32Array(rows.length);
  let done = 0;
  for (let start = 0; start < rows.length; start += SHORT) {
    insertionSort(rows.subarray(start, start + SHORT), compare);
    done += 4 * SHORT;
    if (done < STEP) continue;
    done = 0;
    yield;
  }
  for (let width = SHORT; width < rows.length; width *= 2) {
    for (let start = 0; start < rows.length; start += 2 * width) {
      const middle = Math.min(start + width, rows.length);
      const end = Math.min(middle + width, rows.length);
      yield* mergeRuns(from, to, { start, middle, end }, compare);
      done += end - start;
      if (done < STEP) continue;
      done = 0;
      yield;
    }
    [from, to] = [to, from];
  }
  return from;
}

function insertionSort(rows: Uint32Array, compare: RowCompare): void {
  for (let i = 1; i < rows.length; i++) {
    const row = rows[i] ?? 0;
    let to = i;
    for (; to > 0 && compare(rows[to - 1] ?? 0, row) > 0; to--) rows[to] = rows[to - 1] ?? 0;
    rows[to] = row;
  }
}

interface Runs {
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}

function* mergeRuns(
  from: Uint32Array,
  to: Uint32Array,
  { start, middle, end }: Runs,
  compare: RowCompare,
): Generator<void> {
  let left = start;
  let right = middle;
  for (let i = start; i < end; i++) {
    const a = from[left] ?? 0;
    const b = from[right] ?? 0;
    if (right >= end || (left < middle && compare(a, b) < 0)) {
      to[i] = a;
      left += 1;
    } else {
      to[i] = b;
      right += 1;
    }
    if (i % STEP === STEP - 1) yield;
  }
}
