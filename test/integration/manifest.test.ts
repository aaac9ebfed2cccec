import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { decodeHeader } from '../../src/catalog/manifest/header.ts';
import { snapshotKey } from '../../src/catalog/manifest/snapshot-format.ts';
import { manifestKey } from '../../src/domain/key.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
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
} from '../fault/manifest-rig.ts';
import { asOwner } from '../support/ids.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';

const ALL = { owner: OWNER, kind: 'generated', status: 'active', order: 'newest' } as const;

async function headerOf(storage: Parameters<typeof readFile>[0]) {
  return decodeHeader(await readFile(storage, manifestKey(OWNER)));
}

describe('compaction', () => {
  it('sorts the log into the base, keeps the epoch and every version', async () => {
    const storage = createNodeStorage(await tempFolder());
    const catalog = openCatalog(storage);
    const { kind } = picture(0);
    for (const n of [5, 2, 9, 1, 7]) await put(storage, catalog, picture(n));
    await catalog.commit(OWNER, {
      op: 'edit',
      kind,
      id: picture(9).id,
      change: (now) => ({ ...now, favorite: true }),
    });
    await catalog.commit(OWNER, { op: 'purge', kind, id: picture(1).id });
    const before = await listed(catalog);
    const version = await catalog.version(OWNER);
    const changes = await catalog.changesSince(OWNER, { ...version, seq: 0 });
    await catalog.compact(OWNER);
    expect(await headerOf(storage)).toMatchObject({ epoch: version.epoch, maxSeq: 7, floor: 0 });
    const lines = (await readFile(storage, manifestKey(OWNER))).toString('utf8').trim().split('\n').slice(1);
    const places = lines.map((line): { t: number; id: string } => JSON.parse(line));
    expect(places).toEqual([...places].sort((a, b) => a.t - b.t || (a.id < b.id ? -1 : 1)));
    expect(lines).toHaveLength(5);
    expect(await listed(catalog)).toEqual(before);
    await catalog.close();
    const again = openCatalog(storage);
    expect(await again.version(OWNER)).toEqual(version);
    expect(JSON.stringify(await again.changesSince(OWNER, { ...version, seq: 0 }))).toBe(
      JSON.stringify(changes),
    );
    expect(await listed(again)).toEqual(before);
    await again.close();
  });

  it('goes on under readers and writers, by itself, and loses nothing', async () => {
    const storage = createNodeStorage(await tempFolder());
    const catalog = openCatalog(storage, { compaction: { leastLog: 8_000 }, recentSize: 0, openFiles: 1 });
    const records = Array.from({ length: 120 }, (_, n) => picture(n));
    await placeOriginals(storage, records);
    let done = false;
    const sizes: number[] = [];
    const reader = async (): Promise<void> => {
      while (!done) {
        const page = await catalog.list({ ...ALL, size: 200, at: { page: 1 } });
        expect(page.entries).toHaveLength(page.total);
        for (const entry of page.entries) expect(entry.record().id).toBe(entry.id);
        sizes.push(page.total);
        // a page at hand needs no turn of the event loop: give the writers theirs
        await setImmediate();
      }
    };
    const readers = [reader(), reader()];
    const seqs: number[] = [];
    catalog.onChange(({ version }) => seqs.push(version.seq));
    for (let from = 0; from < records.length; from += 6) {
      const some = records.slice(from, from + 6);
      await Promise.all(some.map((record) => catalog.commit(OWNER, { op: 'put', record })));
      const { kind, id } = records[from] ?? picture(0);
      await catalog.commit(OWNER, { op: 'edit', kind, id, change: (now) => ({ ...now, tags: ['t'] }) });
    }
    done = true;
    await Promise.all(readers);
    await catalog.quiet();
    expect((await headerOf(storage))?.maxSeq).toBeGreaterThan(20);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(seqs).toEqual(Array.from({ length: 140 }, (_, n) => n + 1));
    const after = await listed(catalog);
    expect(after.size).toBe(120);
    expect(after).toEqual(await sidecarTruth(storage));
    await catalog.close();
    const again = openCatalog(storage);
    expect(await listed(again)).toEqual(after);
    await again.close();
  });
});

describe('owners in memory', () => {
  const owners = Array.from({ length: 12 }, (_, n) => asOwner(`member-${n}`));
  const of = (owner: (typeof owners)[number], n: number): PictureRecord => picture(n, { owner });

  it('leave when memory is short, and come back with everything; descriptors stay few', async () => {
    const disk = createMemoryStorage({ now: () => START });
    const catalog = openCatalog(disk, { indexMaxBytes: 20_000, openFiles: 2 });
    for (const owner of owners) for (let n = 0; n < 3; n++) await put(disk, catalog, of(owner, n));
    expect(catalog.stats().owners).toBeLessThan(owners.length);
    expect(disk.openHandles()).toBeLessThanOrEqual(2);
    for (const owner of owners) expect((await listed(catalog, owner)).size).toBe(3);
    // all at once: none is dropped under its reader
    const pages = await Promise.all(
      owners.flatMap((owner) => [listed(catalog, owner), listed(catalog, owner)]),
    );
    expect(pages.every((page) => page.size === 3)).toBe(true);
    await catalog.close();
    expect(disk.openHandles()).toBe(0);
  });

  it('are read when asked for, not before, and once for all who ask together', async () => {
    const disk = createMemoryStorage({ now: () => START });
    const first = openCatalog(disk);
    for (const owner of owners) await put(disk, first, of(owner, 1));
    await first.close();
    const storage = createFaultStorage(disk);
    const catalog = openCatalog(storage);
    const names: string[] = [];
    for await (const name of catalog.owners()) names.push(name);
    expect(names.sort()).toEqual([...owners].sort());
    expect(storage.trace.filter((call) => call.startsWith('open'))).toEqual([]);
    const [owner = OWNER] = owners;
    expect(catalog.peekVersion(owner)).toBeUndefined();
    await Promise.all([listed(catalog, owner), catalog.version(owner), listed(catalog, owner)]);
    // the manifest, and where a snapshot would be
    const opened = [`open ${manifestKey(owner)}`, `open ${snapshotKey(owner)}`];
    expect(storage.trace.filter((call) => call.startsWith('open'))).toEqual(opened);
    // the ring is filled: the first page needs no disk any more
    const calls = storage.trace.length;
    const page = await catalog.list({ ...ALL, owner, size: 10, at: { page: 1 } });
    const again = await catalog.list({ ...ALL, owner, size: 10, at: { page: 1 } });
    expect(again.entries[0]).toBe(page.entries[0]);
    expect(storage.trace).toHaveLength(calls);
    await catalog.close();
  });

  it('who have nothing cost nothing: no file, no place in memory', async () => {
    const storage = createFaultStorage(createMemoryStorage());
    const catalog = openCatalog(storage);
    for (const owner of owners) {
      expect(await catalog.version(owner)).toEqual({ epoch: '0'.repeat(16), seq: 0 });
      expect((await listed(catalog, owner)).size).toBe(0);
    }
    expect(catalog.stats().owners).toBe(0);
    const calls = storage.trace.length;
    await catalog.version(owners[0] ?? OWNER);
    expect(storage.trace).toHaveLength(calls);
    expect(await storage.readFolder('')).toEqual([]);
    await catalog.close();
  });
});

describe('a disk that cannot be written to', () => {
  it('is read all the same, also where something is left to settle', async () => {
    const disk = createMemoryStorage({ now: () => START });
    const first = openCatalog(disk);
    for (const n of [1, 2, 3]) await put(disk, first, picture(n));
    await first.close();
    const file = await disk.open(manifestKey(OWNER), 'update');
    await file.truncate((await file.stat()).size - 5);
    await file.close();
    const only = ['write', 'truncate', 'rename', 'makeFolder', 'sync', 'datasync', 'unlink', 'link'] as const;
    const storage = createFaultStorage(disk, { at: 1, only, fault: { fail: 'EROFS', forever: true } });
    const catalog = openCatalog(storage, { unsettledSince: START });
    expect((await listed(catalog)).size).toBe(2);
    await expect(catalog.commit(OWNER, { op: 'put', record: picture(4) })).rejects.toMatchObject({
      code: 'read_only',
    });
    // writable again: the next commit settles first
    storage.arm();
    await put(storage, catalog, picture(4));
    expect((await listed(catalog)).size).toBe(4);
    expect(await listed(catalog)).toEqual(await sidecarTruth(disk));
    await catalog.close();
  });

  it('or read gives an error of the closed list, for that owner only', async () => {
    const disk = createMemoryStorage({ now: () => START });
    const other = asOwner('member-1');
    const first = openCatalog(disk);
    await put(disk, first, picture(1));
    await put(disk, first, picture(1, { owner: other }));
    await first.close();
    const storage = createFaultStorage(disk, {
      at: 1,
      path: new RegExp(OWNER),
      fault: { fail: 'EIO', forever: true },
    });
    const catalog = openCatalog(storage);
    await expect(listed(catalog)).rejects.toMatchObject({ code: 'io_error' });
    expect((await listed(catalog, other)).size).toBe(1);
    storage.arm();
    expect((await listed(catalog)).size).toBe(1);
    await catalog.close();
  });
});
