import type { Item } from '../api/types.ts';

/**
 * A run of pictures of one day, newest first: what is loaded, laid out and forgotten as one. The whole list is chunks in
 * order; one that was never seen is a date and a number, so that a million pictures are ten thousand small objects.
 */
export interface Chunk {
  /** `YYYY-MM-DD` in the reader's zone. */
  readonly date: string;
  readonly count: number;
  /** `count` of them, or undefined until they are loaded. */
  readonly items: readonly Item[] | undefined;
}

export interface DayCount {
  readonly date: string;
  readonly count: number;
}

/** Pictures of a chunk when it is made. */
export const CHUNK = 100;
/** New pictures may make a chunk grow to this before it is cut in two. */
const MOST = 150;

/** @param days newest first */
export function chunksOf(days: Iterable<DayCount>): Chunk[] {
  const chunks: Chunk[] = [];
  for (const { date, count } of days) {
    for (let from = 0; from < count; from += CHUNK) {
      chunks.push({ date, count: Math.min(CHUNK, count - from), items: undefined });
    }
  }
  return chunks;
}

/** Places of each chunk's first picture, and at the end how many there are. */
export function startsOf(chunks: readonly Chunk[]): Float64Array {
  const starts = new Float64Array(chunks.length + 1);
  let sum = 0;
  let at = 0;
  for (const { count } of chunks) {
    sum += count;
    at += 1;
    starts[at] = sum;
  }
  return starts;
}

/** The last place whose value is at most `value`: which chunk a picture or a height falls into. */
export function placeOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

export interface Span {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** The chunks of a day; where there are none, the place where they would stand. */
export function spanOf(chunks: readonly Chunk[], date: string): Span {
  const from = firstPlace(chunks, (chunk) => chunk.date <= date);
  return { from, to: firstPlace(chunks, (chunk) => chunk.date < date) };
}

function firstPlace(chunks: readonly Chunk[], isThere: (chunk: Chunk) => boolean): number {
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const chunk = chunks[middle];
    if (chunk !== undefined && isThere(chunk)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function isDayStart(chunks: readonly Chunk[], at: number): boolean {
  return chunks[at]?.date !== chunks[at - 1]?.date;
}

export function isDayEnd(chunks: readonly Chunk[], at: number): boolean {
  return chunks[at]?.date !== chunks[at + 1]?.date;
}

type Placed = Pick<Item, 'id' | 'created_at'>;

/** Whether `a` stands before `b`: newest first, the higher id first of one moment. */
export function isBefore(a: Placed, b: Placed): boolean {
  return a.created_at === b.created_at ? a.id > b.id : a.created_at > b.created_at;
}

export function replaced(chunks: readonly Chunk[], span: Span, by: readonly Chunk[]): Chunk[] {
  return [...chunks.slice(0, span.from), ...by, ...chunks.slice(span.to)];
}

/** With one more picture of that day; undefined where its chunk cannot be told from what is loaded. */
export function inserted(chunks: readonly Chunk[], date: string, item: Item): Chunk[] | undefined {
  const span = spanOf(chunks, date);
  if (span.from === span.to) return replaced(chunks, span, [{ date, count: 1, items: [item] }]);
  const at = chunkFor(chunks, span, item);
  const chunk = at === undefined ? undefined : chunks[at];
  if (at === undefined || chunk === undefined) return undefined;
  const place = { from: at, to: at + 1 };
  if (chunk.items === undefined) return replaced(chunks, place, chunksOf([{ date, count: chunk.count + 1 }]));
  const before = chunk.items.findIndex((one) => isBefore(item, one));
  const items = chunk.items.toSpliced(before === -1 ? chunk.items.length : before, 0, item);
  return replaced(chunks, place, cut({ date, count: items.length, items }));
}

/** The chunk of the day that a picture belongs to; undefined where that is not certain. */
function chunkFor(chunks: readonly Chunk[], { from, to }: Span, item: Placed): number | undefined {
  if (to - from === 1) return from;
  for (let at = from; at < to; at += 1) {
    const items = chunks[at]?.items;
    const [first] = items ?? [];
    const last = items?.at(-1);
    if (first === undefined || last === undefined) continue;
    const isAfterFirst = at === from || isBefore(first, item);
    const isBeforeLast = at === to - 1 || isBefore(item, last);
    if (isAfterFirst && isBeforeLast) return at;
    // between two that are loaded: it goes to the end of the first
    const next = chunks[at + 1]?.items?.[0];
    if (isAfterFirst && next !== undefined && at + 1 < to && isBefore(item, next)) return at;
  }
  return undefined;
}

/** New pictures come at the front: there the smaller half. */
function cut(chunk: Chunk): Chunk[] {
  const { date, count, items } = chunk;
  if (count <= MOST || items === undefined) return [chunk];
  const rest = count - CHUNK;
  return [
    { date, count: rest, items: items.slice(0, rest) },
    { date, count: CHUNK, items: items.slice(rest) },
  ];
}

/** Without the pictures of these places. Every chunk that is not loaded is small enough for one page of the server. */
export function forgotten(chunks: readonly Chunk[], isKept: (at: number) => boolean): Chunk[] {
  return chunks.flatMap((chunk, at) =>
    chunk.items === undefined || isKept(at) ? [chunk] : chunksOf([chunk]),
  );
}

export interface Removal {
  readonly chunks: readonly Chunk[];
  readonly removed: readonly Item[];
}

/** Without these, as far as they are loaded. Chunks that have none left are gone. */
export function without(chunks: readonly Chunk[], ids: ReadonlySet<string>): Removal {
  const removed: Item[] = [];
  const left = chunks.flatMap((chunk) => {
    const gone = chunk.items?.filter((item) => ids.has(item.id)) ?? [];
    if (gone.length === 0 || chunk.items === undefined) return [chunk];
    removed.push(...gone);
    const items = chunk.items.filter((item) => !ids.has(item.id));
    return items.length === 0 ? [] : [{ ...chunk, items, count: items.length }];
  });
  return { chunks: removed.length === 0 ? chunks : left, removed };
}

/** One picture fewer in a day of which nothing is loaded; undefined where it cannot be told in which chunk. */
export function countedDown(chunks: readonly Chunk[], date: string): Chunk[] | undefined {
  const span = spanOf(chunks, date);
  const chunk = chunks[span.from];
  if (chunk === undefined || span.to - span.from !== 1 || chunk.items !== undefined) return undefined;
  return replaced(chunks, span, chunk.count === 1 ? [] : [{ ...chunk, count: chunk.count - 1 }]);
}

/** With other pictures in place of those of the same id. */
export function patched(
  chunks: readonly Chunk[],
  ids: ReadonlySet<string>,
  change: (item: Item) => Item,
): readonly Chunk[] {
  let isChanged = false;
  const next = chunks.map((chunk) => {
    if (chunk.items?.some((item) => ids.has(item.id)) !== true) return chunk;
    isChanged = true;
    return { ...chunk, items: chunk.items.map((item) => (ids.has(item.id) ? change(item) : item)) };
  });
  return isChanged ? next : chunks;
}

export interface Merged {
  readonly chunks: readonly Chunk[];
  /** Days that changed, and of which pictures are loaded: they stay as they are until they are loaded anew. */
  readonly stale: readonly DayCount[];
}

/**
 * The list after the days were counted again.
 * @param days newest first
 * @param dirty days of which more is known to have changed than their number
 */
export function merged(
  chunks: readonly Chunk[],
  days: readonly DayCount[],
  dirty: ReadonlySet<string>,
): Merged {
  const next: Chunk[] = [];
  const stale: DayCount[] = [];
  for (const day of days) {
    const { from, to } = spanOf(chunks, day.date);
    const old = chunks.slice(from, to);
    const isLoaded = old.some((chunk) => chunk.items !== undefined);
    const count = old.reduce((sum, chunk) => sum + chunk.count, 0);
    const isSame = count === day.count && !dirty.has(day.date);
    if (isSame || isLoaded) next.push(...old);
    else next.push(...chunksOf([day]));
    if (isLoaded && !isSame) stale.push(day);
  }
  return { chunks: next, stale };
}
