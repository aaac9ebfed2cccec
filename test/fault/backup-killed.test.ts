import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { manifestKey, originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { recoverStaged } from '../../src/services/maintenance/recover.ts';
import { readWhole } from '../../src/storage/durable.ts';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import {
  backupOf,
  bob,
  listed,
  newTree,
  OWNERS,
  restoreInto,
  smallSource,
  unstopped,
} from '../support/backup.ts';
import { writeFile } from '../support/legacy-tree.ts';
import { alice, openRigOn, type Rig } from '../support/reconcile-rig.ts';
import { CHANGING_CALLS, createFaultStorage } from '../support/storage/fault-storage.ts';
import { filesIn } from '../support/transfer-rig.ts';
import { copyTree } from './manifest-rig.ts';

async function everything(rig: Rig): Promise<object[]> {
  const all: object[] = [];
  for (const owner of OWNERS) all.push(...listed(await rig.all(owner)));
  return all;
}

/** What an owner's folder holds beside pictures; the torn end of a manifest is kept under a name of its own. */
const BESIDE_PICTURES = /\/(?:manifest\.jsonl(?:\.torn-[0-9a-f]+-\d+)?|owner\.json)$/;

/** Every picture of the catalog has its bytes, and nothing else lies in the tree. */
async function checkWhole(rig: Rig, storage: Storage): Promise<void> {
  const wanted: string[] = [];
  for (const owner of OWNERS) {
    for (const entry of await rig.all(owner)) {
      const bytes = (await readWhole(storage, originalKey(entry, entry.ext))) ?? Buffer.alloc(0);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(entry.record().sha256);
      wanted.push(originalKey(entry, entry.ext), sidecarKey(entry));
      if (entry.thumb !== null) wanted.push(thumbKey(entry, entry.thumb));
      if (entry.thumb !== null)
        expect(await readWhole(storage, thumbKey(entry, entry.thumb))).toHaveLength(
          entry.record().thumb_bytes,
        );
    }
  }
  expect(await storage.readFolder('.kiroku/staging')).toEqual([]);
  const files = await filesIn(storage, 'users');
  expect(files.filter((path) => !BESIDE_PICTURES.test(path))).toEqual(wanted.sort());
}

async function reopened(storage: MemoryStorage): Promise<Rig> {
  const rig = openRigOn(storage, { unsettledSince: 0 });
  await recoverStaged({ blobs: rig.blobs, catalog: rig.catalog, log: silentLog });
  return rig;
}

describe('a backup that is killed at any call (D18)', () => {
  it('restores what it has, whole, and is finished by the next', async () => {
    const { storage, rig } = await smallSource();
    const wanted = await everything(rig);
    let killed = 0;
    for (let at = 1; ; at += 1) {
      const target = createMemoryStorage();
      const fault = createFaultStorage(target, { at, fault: { kill: true, torn: true } });
      const died = await backupOf(storage, fault)
        .run(unstopped)
        .then(
          () => false,
          () => true,
        );
      if (!fault.hit()) break;
      expect(died, fault.trace.at(-1)).toBe(true);
      killed = at;
      // what there is by then: none of it is anything but whole
      const early = await newTree();
      const half = openRigOn(early);
      await restoreInto(half, target)
        .run(unstopped)
        .catch((error: unknown) => expect(error).toMatchObject({ code: 'invalid_parameter' }));
      await checkWhole(half, early);
      await half.close();
      const again = await backupOf(storage, target).run(unstopped);
      expect(again).toMatchObject({ pictures: 4, found: [], gone: 0 });
      const tree = await newTree();
      const restored = openRigOn(tree);
      expect(await restoreInto(restored, target).run(unstopped)).toMatchObject({ restored: 4, found: [] });
      expect(await everything(restored), fault.trace.at(-1)).toEqual(wanted);
      await restored.close();
    }
    expect(killed).toBeGreaterThan(100);
    await rig.close();
  }, 300_000);

  it('never takes a failure of the target for one of the source', async () => {
    const { storage, rig } = await smallSource();
    let tried = 0;
    for (let at = 1; ; at += 1) {
      const target = createMemoryStorage();
      const fault = createFaultStorage(target, {
        at,
        only: ['open', 'write', 'sync', 'rename', 'syncFolder'],
        fault: { fail: 'ENOSPC' },
      });
      const run = backupOf(storage, fault).run(unstopped);
      const end = await run.then(
        (report) => report.found,
        (error: unknown) => error,
      );
      if (!fault.hit()) break;
      tried = at;
      expect(end, fault.trace.at(-1)).toMatchObject({ code: 'disk_full' });
    }
    expect(tried).toBeGreaterThan(20);
    await rig.close();
  });

  it('a source that cannot be read in one place is copied everywhere else, and told of (D7)', async () => {
    const { storage, rig } = await smallSource();
    const [entry] = await rig.all(bob);
    if (entry === undefined) throw new Error('no picture');
    const broken = createFaultStorage(storage, {
      at: 1,
      only: ['open'],
      path: new RegExp(`${entry.id}\\.png$`),
      fault: { fail: 'EIO', forever: true },
    });
    const report = await backupOf(broken, createMemoryStorage()).run(unstopped);
    expect(report).toMatchObject({ pictures: 4, copied: 3 });
    expect(report.found).toMatchObject([{ owner: bob, id: entry.id, trouble: 'original_unreadable' }]);
    await rig.close();
  });
});

describe('a backup of a tree in which a byte was flipped (D12)', () => {
  it('tells of it, and keeps what an earlier backup has', async () => {
    const { storage, rig } = await smallSource();
    const wanted = await everything(rig);
    const [entry] = await rig.all(bob);
    if (entry === undefined) throw new Error('no picture');
    const early = createMemoryStorage();
    await backupOf(storage, early).run(unstopped);
    const key = originalKey(entry, entry.ext);
    const bytes = Buffer.from((await readWhole(storage, key)) ?? []);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await storage.unlink(key);
    await writeFile(storage, key, bytes);
    const found = [{ owner: bob, id: entry.id, trouble: 'original_changed' }];
    const late = createMemoryStorage();
    expect(await backupOf(storage, late).run(unstopped)).toMatchObject({ copied: 3, found });
    // by size and checksum of the record it is there already, and stays
    expect(await backupOf(storage, early).run(unstopped)).toMatchObject({ copied: 0, found: [] });
    const restored = openRigOn(await newTree());
    expect(await restoreInto(restored, early).run(unstopped)).toMatchObject({ restored: 4, found: [] });
    expect(await everything(restored)).toEqual(wanted);
    await restored.close();
    await rig.close();
  });
});

describe('a restore that is killed at any call (D18)', () => {
  it('is finished by the next, and doubles nothing', async () => {
    const { storage, rig } = await smallSource();
    const wanted = await everything(rig);
    const saved = createMemoryStorage();
    await backupOf(storage, saved).run(unstopped);
    const secrets = await rig.state.readDocument('secrets');
    let killed = 0;
    for (let at = 1; ; at += 1) {
      const tree = await newTree();
      const fault = createFaultStorage(tree, { at, fault: { kill: true, torn: true } });
      const dying = openRigOn(fault);
      await restoreInto(dying, saved)
        .run(unstopped)
        .catch(() => undefined);
      await dying.close().catch(() => undefined);
      if (!fault.hit()) break;
      killed = at;
      const after = await reopened(tree);
      await checkWhole(after, tree);
      expect((await restoreInto(after, saved).run(unstopped)).found, fault.trace.at(-1)).toEqual([]);
      expect(await everything(after), fault.trace.at(-1)).toEqual(wanted);
      const shares = [];
      for await (const share of after.state.readJournal('shares')) shares.push(share);
      expect(shares).toHaveLength(1);
      const jobs = [];
      for await (const { n } of after.state.readJournal('jobs')) jobs.push(n);
      expect(jobs).toEqual([1, 2, 3]);
      expect(await after.state.readDocument('secrets')).toEqual(secrets);
      await after.close();
    }
    expect(killed).toBeGreaterThan(100);
    await rig.close();
  }, 300_000);
});

describe('a restore into a tree that has lost originals', () => {
  it.each(['with their records', 'without'])(
    '%s, killed at any call: they are back, under what was said of them last',
    async (way) => {
      const { storage, rig } = await smallSource();
      const saved = createMemoryStorage();
      await backupOf(storage, saved).run(unstopped);
      for (const { owner, kind, id } of [...(await rig.all(alice)), ...(await rig.all(bob))]) {
        const change = (now: PictureRecord) => ({ ...now, tags: ['since'] });
        await rig.catalog.commit(owner, { op: 'edit', kind, id, change });
      }
      const wanted = await everything(rig);
      await rig.close();
      for (const path of (await filesIn(storage, 'users')).filter((name) => name.endsWith('.png')))
        await storage.unlink(path);
      // made again without those whose originals are gone
      if (way === 'without') for (const owner of OWNERS) await storage.unlink(manifestKey(owner));
      let killed = 0;
      for (let at = 1; ; at += 1) {
        const tree = createMemoryStorage();
        await copyTree(storage, tree);
        const fault = createFaultStorage(tree, {
          at,
          only: CHANGING_CALLS,
          fault: { kill: true, torn: true },
        });
        const dying = openRigOn(fault);
        await restoreInto(dying, saved)
          .run(unstopped)
          .catch(() => undefined);
        await dying.close().catch(() => undefined);
        if (!fault.hit()) break;
        killed = at;
        const after = await reopened(tree);
        expect((await restoreInto(after, saved).run(unstopped)).found, fault.trace.at(-1)).toEqual([]);
        await checkWhole(after, tree);
        expect(await everything(after), fault.trace.at(-1)).toEqual(wanted);
        await after.close();
      }
      expect(killed).toBeGreaterThan(20);
    },
    300_000,
  );
});

describe('a restore into a tree that has something', () => {
  it('touches neither a picture, nor a file without a record, nor what was said since', async () => {
    const { storage, rig } = await smallSource();
    const saved = createMemoryStorage();
    await backupOf(storage, saved).run(unstopped);
    const tree = await newTree();
    const live = openRigOn(tree);
    await restoreInto(live, saved).run(unstopped);
    const [edited, purged] = await live.all(alice);
    if (edited === undefined || purged === undefined) throw new Error('too few');
    const { kind, id } = edited;
    await live.catalog.commit(alice, {
      op: 'edit',
      kind,
      id,
      change: (now) => ({ ...now, tags: ['since'] }),
    });
    await live.state.updateOwner(alice, () => ({ quota: { bytes: 9 } }));
    await live.catalog.commit(alice, { op: 'purge', kind: purged.kind, id: purged.id });
    const key = originalKey(purged, purged.ext);
    await tree.unlink(key);
    await writeFile(tree, key, Buffer.from('mine'));

    const report = await restoreInto(live, saved).run(unstopped);
    expect(report).toMatchObject({ restored: 0, there: 3, found: [{ id: purged.id, trouble: 'id_taken' }] });
    expect((await live.catalog.find(alice, kind, id))?.record().tags).toEqual(['since']);
    expect(await live.state.readOwner(alice)).toEqual({ quota: { bytes: 9 } });
    expect((await readWhole(tree, key))?.toString()).toBe('mine');
    await live.close();
    await rig.close();
  });
});
