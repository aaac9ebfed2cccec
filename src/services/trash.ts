import type { Catalog } from '../catalog/catalog.ts';
import { notFound } from '../domain/errors.ts';
import type { PictureRecord } from '../domain/record.ts';
import { isoOf } from '../domain/time.ts';
import type { Trash } from './services.ts';

export interface TrashDeps {
  readonly catalog: Catalog;
  /** ms since the epoch. */
  readonly now: () => number;
}

function toTrash(current: PictureRecord, now: number): PictureRecord | undefined {
  return current.status === 'trash' ? undefined : { ...current, status: 'trash', trashed_at: isoOf(now) };
}

/** Once its purge has begun, its bytes may be gone: it is as unknown as if they were. */
function toActive(current: PictureRecord): PictureRecord | undefined {
  if (current.purging !== undefined) throw notFound();
  return current.status === 'active' ? undefined : { ...current, status: 'active', trashed_at: null };
}

/** Throws away and brings back. The bytes stay where they are: trash is a status. */
export function createTrash({ catalog, now }: TrashDeps): Trash {
  return {
    async trash(owner, kind, id) {
      const change = (current: PictureRecord) => toTrash(current, now());
      return (await catalog.commit(owner, { op: 'trash', kind, id, change })).entry;
    },
    async restore(owner, kind, id) {
      return (await catalog.commit(owner, { op: 'restore', kind, id, change: toActive })).entry;
    },
  };
}
