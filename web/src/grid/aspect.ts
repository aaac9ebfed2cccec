import type { Item } from '../api/types.ts';

/** Narrower or wider pictures are shown cropped: a strip of a few pixels could not be pointed at. */
const NARROWEST = 0.4;
const WIDEST = 3.5;
/** Of a picture whose size nobody knows. */
const UNKNOWN = 1;

/** Width / height as a tile shows it. */
export function aspectOf({ meta }: Pick<Item, 'meta'>): number {
  const { width, height } = meta;
  if (!width || !height) return UNKNOWN;
  return Math.min(WIDEST, Math.max(NARROWEST, width / height));
}
