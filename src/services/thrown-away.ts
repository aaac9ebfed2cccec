import type { PictureRecord } from '../domain/record.ts';
import { isoOf } from '../domain/time.ts';

/**
 * The record in the trash; undefined when it lies there already.
 * @param now ms since the epoch
 */
export function thrownAway(current: PictureRecord, now: number): PictureRecord | undefined {
  return current.status === 'trash' ? undefined : { ...current, status: 'trash', trashed_at: isoOf(now) };
}
