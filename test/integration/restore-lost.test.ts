import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/catalog/catalog.ts';
import { originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import { readWhole } from '../../src/storage/durable.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { backupOf, restoreInto, smallSource, unstopped } from '../support/backup.ts';
import { writeFile } from '../support/legacy-tree.ts';
import { filesBelow, openMessy } from '../support/messy-tree.ts';
import { alice } from '../support/reconcile-rig.ts';

/** A tree that was backed up, and one of its pictures, whose original is lost then. */
async function withLost() {
  const { storage, rig } = await smallSource();
  const target = createMemoryStorage();
  await backupOf(storage, target).run(unstopped);
  const entry = (await rig.all(alice)).find(({ status }) => status === 'active');
  if (entry === undefined) throw new Error('no picture');
  const key = originalKey(entry, entry.ext);
  const bytes = await readWhole(storage, key);
  await storage.unlink(key);
  return { storage, rig, target, entry, key, bytes };
}

function favourite({ rig, entry }: { rig: Awaited<ReturnType<typeof withLost>>['rig']; entry: Entry }) {
  const change = { op: 'edit', kind: entry.kind, id: entry.id } as const;
  return rig.catalog.commit(alice, { ...change, change: (current) => ({ ...current, favorite: true }) });
}

describe('an original that the tree has lost', () => {
  it('comes back to its record, which stays as it is', async () => {
    const { storage, rig, target, entry, key, bytes } = await withLost();
    await favourite({ rig, entry });
    const before = await filesBelow(storage, '');
    const service = restoreInto(rig, target);
    expect(await service.run({ ...unstopped, dryRun: true })).toMatchObject({ restored: 1, there: 3 });
    expect(await filesBelow(storage, '')).toEqual(before);
    expect(await service.run(unstopped)).toMatchObject({ restored: 1, there: 3, found: [] });
    expect(await readWhole(storage, key)).toEqual(bytes);
    const after = await filesBelow(storage, 'users');
    expect([...after].filter(([path, hash]) => before.get(path) !== hash).map(([path]) => path)).toEqual([
      key,
    ]);
    expect((await rig.catalog.lookup(alice, entry.id))?.record().favorite).toBe(true);
    await rig.close();
  });

  it('comes back after a reindex, to what the tree itself knew of it last', async () => {
    const { storage, rig, target, entry, key, bytes } = await withLost();
    await favourite({ rig, entry });
    await rig.close();
    const again = openMessy(storage);
    const { found } = await again.reindex.run({ depth: 'changes' }, unstopped.signal);
    expect(found).toMatchObject([{ finding: 'original_missing', action: 'dropped' }]);
    expect(await again.rig.catalog.lookup(alice, entry.id)).toBeUndefined();
    expect(await restoreInto(again.rig, target).run(unstopped)).toMatchObject({ restored: 1, found: [] });
    expect(await readWhole(storage, key)).toEqual(bytes);
    expect((await again.rig.catalog.lookup(alice, entry.id))?.record().favorite).toBe(true);
    await again.rig.close();
  });

  it('comes back with the record of the backup where the sidecar tells nothing, or of a purge', async () => {
    const { storage, rig, target, entry, bytes, key } = await withLost();
    await rig.catalog.commit(alice, { op: 'purge', kind: entry.kind, id: entry.id });
    if (entry.thumb !== null) await storage.unlink(thumbKey(entry, entry.thumb));
    await writeFile(storage, sidecarKey(entry), Buffer.from('{ not json'));
    expect(await restoreInto(rig, target).run(unstopped)).toMatchObject({ restored: 1, found: [] });
    expect(await readWhole(storage, key)).toEqual(bytes);
    expect((await rig.catalog.lookup(alice, entry.id))?.record()).toEqual(entry.record());
    await rig.close();
  });

  it('does not come back while a purge takes it, nor when one takes it meanwhile', async () => {
    const { storage, rig, target, entry, key } = await withLost();
    const purging = '2025-12-05T10:00:00.000Z';
    const mark = () =>
      rig.catalog.commit(alice, {
        op: 'edit',
        kind: entry.kind,
        id: entry.id,
        change: (current) => ({ ...current, status: 'trash', trashed_at: purging, purging }),
      });
    const { publish } = rig.blobs;
    const meanwhile = {
      ...rig.blobs,
      publish: async (staged: Parameters<typeof publish>[0]) => {
        await mark();
        await publish(staged);
      },
    };
    const left = { restored: 0, there: 3, found: [{ id: entry.id, trouble: 'purge_begun' }] };
    expect(await restoreInto({ ...rig, blobs: meanwhile }, target).run(unstopped)).toMatchObject(left);
    expect(await restoreInto(rig, target).run(unstopped)).toMatchObject(left);
    expect(await rig.blobs.stat(key)).toBeUndefined();
    expect(await storage.readFolder('.kiroku/staging')).toEqual([]);
    await rig.catalog.commit(alice, { op: 'purge', kind: entry.kind, id: entry.id });
    expect(await restoreInto(rig, target).run(unstopped)).toMatchObject({ restored: 1, found: [] });
    await rig.close();
  });
});
