import type { Item } from '../api/types.ts';
import { type Chunk, forgotten } from './chunks.ts';

/** Pictures that may stay in memory: a record is 1 to 3 kB. */
const MOST_LOADED = 2_500;
/** Pictures before and behind the view that stay when there are more. */
const REACH = 800;

/** The same list, or one in which what is far from the view is forgotten. */
export function inReach(chunks: readonly Chunk[], from: number, to: number): readonly Chunk[] {
  let loaded = 0;
  for (const chunk of chunks) if (chunk.items !== undefined) loaded += chunk.count;
  if (loaded <= MOST_LOADED) return chunks;
  const first = walk(chunks, from, -1);
  const last = walk(chunks, to, 1);
  return forgotten(chunks, (at) => at >= first && at <= last);
}

/** The chunk that so many pictures away is. */
function walk(chunks: readonly Chunk[], from: number, step: 1 | -1): number {
  let at = from;
  for (let seen = 0; seen < REACH && at >= 0 && at < chunks.length; at += step)
    seen += chunks[at]?.count ?? 0;
  return at;
}

/** The list with its first page in it, as far as that fills chunks whole. */
export function seeded(
  chunks: readonly Chunk[],
  items: readonly Item[],
  dayOf: (time: string) => string,
): readonly Chunk[] {
  let at = 0;
  let isFilling = true;
  return chunks.map((chunk) => {
    const own = isFilling ? items.slice(at, at + chunk.count) : [];
    at += chunk.count;
    isFilling &&= own.length === chunk.count && own.every((item) => dayOf(item.created_at) === chunk.date);
    return isFilling ? { ...chunk, items: own } : chunk;
  });
}
