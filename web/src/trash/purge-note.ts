const DAY = 86_400_000;

/**
 * Days until a picture in the trash may go, to the nearest: what was thrown away just now has all its days. 0 for within a
 * day; undefined for never. @param now ms
 */
export function daysLeft(purgeAt: string | null | undefined, now: number): number | undefined {
  if (purgeAt === null || purgeAt === undefined) return undefined;
  const left = (Date.parse(purgeAt) - now) / DAY;
  return left < 1 ? 0 : Math.round(left);
}

export type PurgeNote =
  | { readonly text: 'never' }
  | { readonly text: 'today' }
  | { readonly text: 'inDays'; readonly count: number };

/** What a tile says about its end. @param purgeAt as the item has it @param now ms */
export function purgeNoteOf(purgeAt: string | null | undefined, now: number): PurgeNote {
  const count = daysLeft(purgeAt, now);
  if (count === undefined) return { text: 'never' };
  return count === 0 ? { text: 'today' } : { text: 'inDays', count };
}
