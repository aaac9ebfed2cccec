import type { Chunk } from './chunks.ts';
import { isDayEnd, isDayStart, spanOf } from './chunks.ts';

/** The most that a page of the server holds. */
const PAGE_MOST = 200;
/** Days that are loaded together come to about this many pictures. */
const TOGETHER = 100;

/** One page of the server, and the chunks that it fills. */
export interface Ask {
  /** Chunks, by their place in the list. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Oldest day of the page. */
  readonly firstDate: string;
  /** Newest day of the page. */
  readonly lastDate: string;
  readonly size: number;
  /** From 1. */
  readonly page: number;
  /** Pictures of the page in front of the first that is wanted. */
  readonly skip: number;
  /** How many pictures these days have, as far as is known. */
  readonly total: number;
}

/**
 * The fewest pages that fill these chunks: days that are small go together, one that is large is asked for in pages of its
 * own, so that a new picture of today moves nothing of other days.
 * @param wanted places, ascending
 */
export function planOf(chunks: readonly Chunk[], wanted: readonly number[]): Ask[] {
  const asks: Ask[] = [];
  for (let at = 0; at < wanted.length; at += 1) {
    const from = wanted[at] ?? 0;
    if (!isWholeDay(chunks, from)) {
      asks.push(...askWithinDay(chunks, from));
      continue;
    }
    let to = from + 1;
    let total = countOf(chunks, from);
    while (wanted[at + 1] === to && isWholeDay(chunks, to) && total + countOf(chunks, to) <= TOGETHER) {
      total += countOf(chunks, to);
      to += 1;
      at += 1;
    }
    asks.push({
      from,
      to,
      firstDate: dateOf(chunks, to - 1),
      lastDate: dateOf(chunks, from),
      size: Math.max(1, total),
      page: 1,
      skip: 0,
      total,
    });
  }
  return asks;
}

function isWholeDay(chunks: readonly Chunk[], at: number): boolean {
  return isDayStart(chunks, at) && isDayEnd(chunks, at) && countOf(chunks, at) <= PAGE_MOST;
}

function askWithinDay(chunks: readonly Chunk[], at: number): Ask[] {
  const date = dateOf(chunks, at);
  const { from, to } = spanOf(chunks, date);
  let start = 0;
  let total = 0;
  for (let place = from; place < to; place += 1) {
    if (place < at) start += countOf(chunks, place);
    total += countOf(chunks, place);
  }
  const page = pageWith(start, countOf(chunks, at));
  return [{ from: at, to: at + 1, firstDate: date, lastDate: date, total, ...page }];
}

/**
 * A page that holds these places whole. Pages begin at multiples of their size, and a chunk begins anywhere once pictures
 * were added or deleted: a size is looked for with which no page ends inside it. For up to CHUNK pictures, and for any that
 * are the first of their day, there is always one (test/unit/web/grid/plan.test.ts tries them).
 */
export function pageWith(start: number, count: number): Pick<Ask, 'size' | 'page' | 'skip'> {
  for (let size = count; size <= PAGE_MOST; size += 1) {
    const skip = start % size;
    if (skip + count <= size) return { size, page: Math.floor(start / size) + 1, skip };
  }
  // never for what `chunksOf` made; what is short of it makes the day be counted again
  return { size: PAGE_MOST, page: Math.floor(start / PAGE_MOST) + 1, skip: start % PAGE_MOST };
}

function countOf(chunks: readonly Chunk[], at: number): number {
  return chunks[at]?.count ?? 0;
}

function dateOf(chunks: readonly Chunk[], at: number): string {
  return chunks[at]?.date ?? '';
}
