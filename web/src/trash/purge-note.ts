const DAY = 86_400_000;

/** Whole days until a picture in the trash may go; 0 for within a day; undefined for never. @param now ms */
export function daysLeft(purgeAt: string | null | undefined, now: number): number | undefined {
  if (purgeAt === null || purgeAt === undefined) return undefined;
  return Math.max(0, Math.floor((Date.parse(purgeAt) - now) / DAY));
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
