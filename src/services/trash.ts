import type { Catalog } from '../catalog/catalog.ts';
import { notFound } from '../domain/errors.ts';
import type { PictureRecord } from '../domain/record.ts';
import type { Quota } from './quota.ts';
import type { Trash } from './services.ts';
import { thrownAway } from './thrown-away.ts';

export interface TrashDeps {
  readonly catalog: Catalog;
  /** ms since the epoch. */
  readonly now: () => number;
  /** What comes back must have room; nothing limits it when absent. */
  readonly quota?: Pick<Quota, 'reserveForRestore'>;
}

/** Once its purge has begun, its bytes may be gone: it is as unknown as if they were. */
function toActive(current: PictureRecord): PictureRecord | undefined {
  if (current.purging !== undefined) throw notFound();
  return current.status === 'active' ? undefined : { ...current, status: 'active', trashed_at: null };
}

/** Throws away and brings back. The bytes stay where they are: trash is a status. */
export function createTrash({ catalog, now, quota }: TrashDeps): Trash {
  return {
    async trash(owner, kind, id) {
      const change = (current: PictureRecord) => thrownAway(current, now());
      return (await catalog.commit(owner, { op: 'trash', kind, id, change })).entry;
    },
    async restore(owner, kind, id) {
      const restored = async () =>
        (await catalog.commit(owner, { op: 'restore', kind, id, change: toActive })).entry;
      const there = quota === undefined ? undefined : await catalog.find(owner, kind, id);
      if (quota === undefined || there?.status !== 'trash') return restored();
      const { bytes, thumb_bytes: thumb } = there.record();
      const reservation = await quota.reserveForRestore(owner, id, bytes + thumb);
      try {
        return await restored();
      } finally {
        reservation.release();
      }
    },
  };
}
