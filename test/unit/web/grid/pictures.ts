import type { Item } from '../../../../web/src/api/types.ts';

/** A picture as lists have it. @param created_at ISO, or the hour of 2026-03-01 (UTC) */
export function picture(id: string, created_at: string, meta: Partial<Item['meta']> = {}): Item {
  return {
    id,
    url: `/outputs/${id}.png`,
    thumb_url: `/outputs/thumb/${id}.webp?v=1`,
    created_at,
    meta: {
      v: 1,
      rev: 1,
      id,
      owner: 'anna',
      kind: 'generated',
      status: 'active',
      created_at,
      updated_at: created_at,
      trashed_at: null,
      original_filename: `${id}.png`,
      mime: 'image/png',
      bytes: 1,
      sha256: '',
      width: 512,
      height: 512,
      thumbhash: null,
      tags: [],
      favorite: false,
      rating: null,
      source: 'api',
      ...meta,
    },
  };
}

/** `count` pictures of a day, newest first, a second apart; ids fall with the time. */
export function dayOfPictures(date: string, count: number): Item[] {
  return Array.from({ length: count }, (_, at) => {
    const second = count - 1 - at;
    const time = new Date(Date.parse(`${date}T00:00:00.000Z`) + second * 1000).toISOString();
    return picture(`${date}-${String(second).padStart(6, '0')}`, time);
  });
}
