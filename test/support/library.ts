import type { Catalog } from '../../src/catalog/catalog.ts';
import type { PictureId } from '../../src/domain/id.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { idOf } from './ids.ts';
import { sampleRecord } from './records.ts';

/** What an ordinary record says that would get in the way of a search. */
const PLAIN: Partial<PictureRecord> = {
  tags: [],
  workflow_id: null,
  prompt: null,
  seed: null,
  aspect_ratio: null,
};

/**
 * Puts records without bytes into a catalog, one after the other: the `n`th has the id `idOf(n)`, counted from 1, and
 * is a minute younger than the one before unless it says when it was made.
 */
export function recordShelf(catalog: Catalog, owner: Owner, start: string) {
  let count = 0;
  return async (overrides: Partial<PictureRecord> = {}): Promise<PictureId> => {
    count += 1;
    const id = overrides.id ?? idOf(count);
    const created_at = new Date(Date.parse(start) + count * 60_000).toISOString();
    const record = sampleRecord({ ...PLAIN, created_at, ...overrides, id, owner });
    await catalog.commit(owner, { op: 'put', record: { ...record, status: 'active', trashed_at: null } });
    if (record.status === 'trash') {
      const trashed_at = record.trashed_at ?? record.created_at;
      await catalog.commit(owner, {
        op: 'trash',
        kind: record.kind,
        id,
        change: (current) => ({ ...current, status: 'trash', trashed_at }),
      });
    }
    return id;
  };
}
