import { describe, expect, it } from 'vitest';
import type { Mutation } from '../../src/catalog/catalog.ts';
import { isKirokuError, UnsettledError } from '../../src/domain/errors.ts';
import { manifestKey } from '../../src/domain/key.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createFaultStorage, type Fault } from '../support/storage/fault-storage.ts';
import {
  listed,
  OWNER,
  openCatalog,
  picture,
  placeOriginals,
  put,
  readFile,
  START,
  sidecarTruth,
} from './manifest-rig.ts';

const { kind, id } = picture(1);

const CHANGES: readonly (readonly [string, Mutation])[] = [
  ['put', { op: 'put', record: picture(2) }],
  ['edit', { op: 'edit', kind, id, change: (now) => ({ ...now, tags: ['x'] }) }],
  ['purge', { op: 'purge', kind, id }],
];

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['ENOSPC once', { fail: 'ENOSPC' }],
  ['ENOSPC from then on', { fail: 'ENOSPC', forever: true }],
  ['EIO once', { fail: 'EIO' }],
  ['EIO from then on', { fail: 'EIO', forever: true }],
  ['EROFS from then on', { fail: 'EROFS', forever: true }],
  ['short writes', { short: 1, forever: true }],
];

/** A tree with one picture, and the second one's original. */
async function makeTree() {
  const disk = createMemoryStorage({ now: () => START });
  const storage = createFaultStorage(disk);
  const catalog = openCatalog(storage);
  await put(storage, catalog, picture(1));
  await placeOriginals(storage, [picture(2), picture(3)]);
  return { disk, storage, catalog };
}

async function callsOf(mutation: Mutation): Promise<number> {
  const { storage, catalog } = await makeTree();
  storage.arm();
  await catalog.commit(OWNER, mutation);
  const calls = storage.trace.length;
  await catalog.close();
  return calls;
}

async function attempt(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each(CHANGES)('%s with a fault at each call (D4, D5, D9)', (_name, mutation) => {
  it.each(FAULTS)('%s: whole or not at all, and healthy afterwards', async (_fault, fault) => {
    const calls = await callsOf(mutation);
    for (let at = 1; at <= calls; at++) {
      const { disk, storage, catalog } = await makeTree();
      const before = await listed(catalog);
      storage.arm({ at, fault });
      const failure = await attempt(catalog.commit(OWNER, mutation));
      // reads go on, whatever the disk says; the ring and the open descriptor need no new call
      const seen = await attempt(listed(catalog));
      storage.arm();
      const after = await listed(catalog);
      if (failure === undefined || failure instanceof UnsettledError) expect(after).not.toEqual(before);
      else {
        expect(isKirokuError(failure)).toBe(true);
        expect(after).toEqual(before);
      }
      if ('short' in fault) expect([failure, seen]).toEqual([undefined, undefined]);
      await healthy(catalog, after);
      await catalog.close();
      expect(disk.openHandles()).toBe(0);
      expect(await sidecarTruth(disk)).toEqual(new Map([...after, [picture(3).id, picture(3)]]));
      const again = openCatalog(disk);
      expect(await listed(again)).toEqual(await sidecarTruth(disk));
      await again.close();
    }
  });

  async function healthy(
    catalog: ReturnType<typeof openCatalog>,
    before: ReadonlyMap<string, PictureRecord>,
  ): Promise<void> {
    await catalog.commit(OWNER, { op: 'put', record: picture(3) });
    expect(await listed(catalog)).toEqual(new Map([...before, [picture(3).id, picture(3)]]));
  }
});

describe('a sync of the manifest that failed', () => {
  it('is never tried again on that file (D4)', async () => {
    const { disk, storage, catalog } = await makeTree();
    const { inode } = await disk.stat(manifestKey(OWNER));
    storage.arm({ at: 1, only: ['datasync'], fault: { fail: 'EIO' } });
    const failure = await attempt(catalog.commit(OWNER, { op: 'put', record: picture(2) }));
    expect(isKirokuError(failure, 'io_error')).toBe(true);
    const synced = storage.trace.filter((call) => call === `datasync ${manifestKey(OWNER)}`);
    expect(synced).toHaveLength(1);
    storage.arm();
    await catalog.commit(OWNER, { op: 'put', record: picture(2) });
    // a new file, which the sync of the commit was the first to touch
    expect((await disk.stat(manifestKey(OWNER))).inode).not.toBe(inode);
    expect((await listed(catalog)).size).toBe(2);
    await catalog.close();
  });
});

describe('a sidecar that cannot be placed', () => {
  it('is owed: the change is there, the next commit pays first, and fails while it cannot', async () => {
    const { disk, storage, catalog } = await makeTree();
    const broken = { at: 1, only: ['rename'] as const, fault: { fail: 'EIO', forever: true } };
    storage.arm(broken);
    const record = picture(2, { idem: '00112233445566ff' });
    const failure = await attempt(catalog.commit(OWNER, { op: 'put', record }));
    expect(failure).toBeInstanceOf(UnsettledError);
    expect((await listed(catalog)).get(record.id)).toEqual(record);
    // a replay must not be told that all is well
    const replay = { op: 'put' as const, record: { ...record, id: picture(3).id }, replaySince: 0 };
    expect(isKirokuError(await attempt(catalog.commit(OWNER, replay)), 'io_error')).toBe(true);
    expect(await sidecarTruth(disk)).not.toContain(record.id);
    storage.arm();
    const { outcome } = await catalog.commit(OWNER, replay);
    expect(outcome).toBe('exists');
    expect((await sidecarTruth(disk)).get(record.id)).toEqual(record);
    await catalog.close();
  });
});

describe('many commits at once', () => {
  it('64 of one owner share syncs, and every line parses (D9)', async () => {
    const { disk, storage, catalog } = await makeTree();
    const records = Array.from({ length: 64 }, (_, n) => picture(n + 10));
    await placeOriginals(storage, records);
    storage.arm();
    await Promise.all(records.map((record) => catalog.commit(OWNER, { op: 'put', record })));
    const writes = storage.trace.filter((call) => call === `write ${manifestKey(OWNER)}`);
    expect(writes.length).toBeLessThanOrEqual(2);
    const lines = (await readFile(disk, manifestKey(OWNER))).toString('utf8').split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line).s).slice(1)).toEqual(
      Array.from({ length: 65 }, (_, n) => n + 1),
    );
    await catalog.close();
  });
});
