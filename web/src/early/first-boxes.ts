import type { Item } from '../api/types.ts';
import { CHUNK, type Chunk } from '../grid/chunks.ts';
import { type Box, createLayoutMaker } from '../grid/layout.ts';
import { sizesFor } from '../grid/sizes.ts';
import type { FirstPage } from './first-page.ts';

type Listed = Pick<FirstPage, 'items' | 'isLast'>;

export interface Placed {
  readonly item: Item;
  /** In the list, px. */
  readonly box: Box;
}

/**
 * Where the grid will put the newest pictures, as far as that can be told from a first page of them: whole chunks alone, as
 * how a chunk's rows are broken depends on all that is in it.
 * @param width of the list, px
 * @param height so much of the list is seen, px
 */
export function firstBoxes(
  page: Listed,
  dayOf: (time: string) => string,
  width: number,
  height: number,
): Placed[] {
  const chunks = wholeChunks(page, dayOf);
  const layout = createLayoutMaker().make(chunks, sizesFor(width));
  const placed: Placed[] = [];
  for (const [chunk, { items: own = [] }] of chunks.entries()) {
    for (const [at, item] of own.entries()) {
      const box = layout.boxOf({ chunk, at });
      if (box.top < height) placed.push({ item, box });
    }
  }
  return placed;
}

function wholeChunks({ items, isLast }: Listed, dayOf: (time: string) => string): Chunk[] {
  const chunks: { date: string; count: number; items: Item[] }[] = [];
  for (const item of items) {
    const date = dayOf(item.created_at);
    const last = chunks.at(-1);
    if (last !== undefined && last.date === date && last.count < CHUNK) {
      last.items.push(item);
      last.count += 1;
    } else chunks.push({ date, count: 1, items: [item] });
  }
  const last = chunks.at(-1);
  // the page may end in the middle of it; a full one is whole
  if (!isLast && last !== undefined && last.count < CHUNK) chunks.pop();
  return chunks;
}
