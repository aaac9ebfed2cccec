import { isGuest } from './owner.ts';
import type { PictureRecord } from './record.ts';

/** How long pictures stay in the trash. */
export interface Retention {
  /** Days; 0 is for ever. */
  readonly guestDays: number;
  /** Days; 0 is for ever. */
  readonly memberDays: number;
  /** Favourites are never purged by the schedule. */
  readonly keepFavorites: boolean;
}

const DAY_MS = 86_400_000;

/**
 * When a picture in the trash may be purged (ms since the epoch): its retention after `trashed_at`. Null when it may
 * not: it is active, kept for ever, a favourite that is exempt, or nobody knows since when it lies there. One whose purge
 * has begun goes with the next run.
 * @param days instead of the policy's
 */
export function purgeAt(
  record: Pick<PictureRecord, 'owner' | 'status' | 'trashed_at' | 'favorite' | 'purging'>,
  retention: Retention,
  days?: number,
): number | null {
  if (record.status !== 'trash') return null;
  if (record.purging !== undefined) return Date.parse(record.purging);
  if (record.trashed_at === null) return null;
  if (retention.keepFavorites && record.favorite) return null;
  const kept = days ?? (isGuest(record.owner) ? retention.guestDays : retention.memberDays);
  return kept === 0 ? null : Date.parse(record.trashed_at) + kept * DAY_MS;
}
