import { KirokuError } from './errors.ts';
import { isPictureId, type PictureId } from './id.ts';

export const DEFAULT_PAGE_SIZE = 24;
export const MAX_PAGE_SIZE = 200;

export type Order = 'newest' | 'oldest';

/** A place in the order (`created_at`, `id`): the last picture already seen. */
export interface Cursor {
  /** `created_at` in ms. */
  readonly time: number;
  readonly id: PictureId;
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.time}.${cursor.id}`, 'latin1').toString('base64url');
}

/** @throws KirokuError `invalid_parameter` when the text is not a cursor of ours. */
export function decodeCursor(text: string): Cursor {
  const match = /^(-?\d{1,16})\.([0-9a-z]{26,32})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  const id = match?.[2] ?? '';
  const time = Number(match?.[1]);
  if (match === null || !isPictureId(id) || !Number.isSafeInteger(time)) {
    throw new KirokuError('invalid_parameter', 'cursor: not one that this server gave out.', {
      details: { field: 'cursor' },
    });
  }
  return { time, id };
}

/** Compares two places in the order, oldest first. */
export function compareCursor(a: Cursor, b: Cursor): number {
  return a.time - b.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
