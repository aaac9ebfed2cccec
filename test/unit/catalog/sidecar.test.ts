import { describe, expect, it } from 'vitest';
import { locationOf } from '../../../src/catalog/entry.ts';
import {
  dropStagedSidecar,
  MAX_SIDECAR_BYTES,
  placeSidecar,
  readSidecar,
  removeSidecar,
  stageSidecar,
} from '../../../src/catalog/sidecar.ts';
import { originalKey, sidecarKey } from '../../../src/domain/key.ts';
import { encodeRecord } from '../../../src/domain/record-codec.ts';
import { createFolderSync, readWhole, STAGING_FOLDER } from '../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { makeFolders, writeFile, writeLegacyTree } from '../../support/legacy-tree.ts';
import { seededRandom } from '../../support/random.ts';
import { sampleRecord } from '../../support/records.ts';
import { createCrashStorage } from '../../support/storage/crash-storage.ts';
import { createFaultStorage } from '../../support/storage/fault-storage.ts';

const record = sampleRecord();
const at = locationOf(record);
const encoded = encodeRecord(record);
const options = { legacyTz: 'UTC' };

async function withOriginal<T extends Storage>(storage: T): Promise<T> {
  await writeFile(storage, originalKey(at, 'png'), Buffer.from('a picture'));
  await makeFolders(storage, STAGING_FOLDER);
  return storage;
}

async function staged(storage: Storage): Promise<string[]> {
  return (await storage.readFolder(STAGING_FOLDER)).map(({ name }) => name);
}

describe('readSidecar', () => {
  it('gives the record and the facts of its file', async () => {
    const storage = await withOriginal(createMemoryStorage());
    await writeFile(storage, sidecarKey(at), encoded);
    const read = await readSidecar(storage, at, options);
    expect(read).toMatchObject({ state: 'read', record, stat: { size: encoded.length, type: 'file' } });
    expect(storage.openHandles()).toBe(0);
  });

  it('is undefined where there is none, not even a folder', async () => {
    expect(await readSidecar(createMemoryStorage(), at, options)).toBeUndefined();
    expect(await readSidecar(await withOriginal(createMemoryStorage()), at, options)).toBeUndefined();
  });

  it('takes the extension from the original that lies there, the usual one first', async () => {
    const storage = createMemoryStorage();
    await writeFile(storage, sidecarKey(at), encoded);
    await writeFile(storage, originalKey(at, 'jpeg'), Buffer.from('x'));
    expect(await readSidecar(storage, at, options)).toMatchObject({ record: { ...record, ext: 'jpeg' } });
    await writeFile(storage, originalKey(at, 'webp'), Buffer.from('x'));
    expect(await readSidecar(storage, at, options)).toMatchObject({ record: { ext: 'webp' } });
    await writeFile(storage, originalKey(at, 'png'), Buffer.from('x'));
    const usual = await readSidecar(storage, at, { ...options, exts: ['webp', 'png', 'jpeg'] });
    expect(usual?.state === 'read' && usual.record).toEqual(record);
  });

  it('is an orphan without its original', async () => {
    const storage = createMemoryStorage();
    await writeFile(storage, sidecarKey(at), encoded);
    expect(await readSidecar(storage, at, options)).toMatchObject({ state: 'orphan', at });
  });

  it.each([
    ['nothing', '', 'invalid_metadata'],
    ['half of it', encoded.subarray(0, 200), 'invalid_metadata'],
    ['zeros', Buffer.alloc(300), 'invalid_metadata'],
    ['a later version', encodeRecord({ ...record, v: 2 }), 'tree_unreadable'],
    ['too much', Buffer.alloc(MAX_SIDECAR_BYTES + 1, 0x20), 'invalid_metadata'],
  ])('is invalid, not a throw, when it holds %s', async (_what, bytes, code) => {
    const storage = await withOriginal(createMemoryStorage());
    await writeFile(storage, sidecarKey(at), Buffer.from(bytes));
    expect(await readSidecar(storage, at, options)).toMatchObject({ state: 'invalid', error: { code } });
    expect(storage.openHandles()).toBe(0);
  });

  it.each(['link', 'other'] as const)('leaves a %s alone', async (type) => {
    const storage = await withOriginal(createMemoryStorage());
    storage.plant(sidecarKey(at), type);
    expect(await readSidecar(storage, at, options)).toEqual({ state: 'foreign', at });
  });

  it('throws when the disk fails, and closes the file', async () => {
    const memory = await withOriginal(createMemoryStorage());
    await writeFile(memory, sidecarKey(at), encoded);
    const storage = createFaultStorage(memory, { at: 1, only: ['read'], fault: { fail: 'EIO' } });
    await expect(readSidecar(storage, at, options)).rejects.toMatchObject({ code: 'io_error' });
    expect(memory.openHandles()).toBe(0);
  });

  it('reads a tree of the earlier system', async () => {
    const storage = createMemoryStorage();
    const pictures = [
      { bytes: Buffer.from('one'), thumb: Buffer.from('t'), seed: '18446744073709551615' },
      { bytes: Buffer.from('two'), kind: 'input' as const, createdAt: '2025-03-04T01:00:00' },
    ];
    const [first, second] = await writeLegacyTree(storage, record.owner, pictures);
    if (first === undefined || second === undefined) throw new Error('there must be two');
    expect(await readSidecar(storage, first, options)).toMatchObject({
      record: { id: first.id, seed: '18446744073709551615', thumb: `thumb/${first.id}.jpg`, bytes: 3 },
    });
    expect(await readSidecar(storage, second, { legacyTz: 'Asia/Tokyo' })).toMatchObject({
      record: { kind: 'input', created_at: '2025-03-03T16:00:00.000Z', day: '2025/03/04', thumb: null },
    });
  });
});

describe('a sidecar that is written', () => {
  it('is staged under the name of its key, and then placed', async () => {
    const storage = await withOriginal(createMemoryStorage());
    const folders = createFolderSync(storage);
    const ready = await stageSidecar(storage, folders, at, encoded);
    expect(await staged(storage)).toEqual([sidecarKey(at).replaceAll('/', '.')]);
    expect(await readSidecar(storage, at, options)).toBeUndefined();
    await placeSidecar(storage, folders, ready);
    expect(await staged(storage)).toEqual([]);
    expect(await readSidecar(storage, at, options)).toMatchObject({ state: 'read', record });
  });

  it('replaces what an earlier try left staged, and makes the staging folder', async () => {
    const storage = createMemoryStorage();
    const folders = createFolderSync(storage);
    await stageSidecar(storage, folders, at, Buffer.from('earlier, and longer than the next'));
    await stageSidecar(storage, folders, at, Buffer.from('next'));
    const name = sidecarKey(at).replaceAll('/', '.');
    expect((await readWhole(storage, `${STAGING_FOLDER}/${name}`))?.toString()).toBe('next');
  });

  it('can be dropped instead, twice', async () => {
    const storage = await withOriginal(createMemoryStorage());
    const ready = await stageSidecar(storage, createFolderSync(storage), at, encoded);
    await dropStagedSidecar(storage, ready);
    await dropStagedSidecar(storage, ready);
    expect(await staged(storage)).toEqual([]);
  });

  it('shows a full disk while it is staged, and leaves nothing', async () => {
    for (const call of ['open', 'write', 'sync', 'close'] as const) {
      const storage = createFaultStorage(await withOriginal(createMemoryStorage()));
      storage.arm({ at: 1, only: [call], fault: { fail: 'ENOSPC' } });
      await expect(stageSidecar(storage, createFolderSync(storage), at, encoded)).rejects.toMatchObject({
        code: 'disk_full',
      });
      storage.arm();
      expect(await staged(storage)).toEqual([]);
    }
  });

  it('is placed by another try, wherever the first one failed', async () => {
    for (let nth = 1; ; nth += 1) {
      const storage = createFaultStorage(await withOriginal(createMemoryStorage()));
      const ready = await stageSidecar(storage, createFolderSync(storage), at, encoded);
      storage.arm({ at: nth, fault: { fail: 'EIO' } });
      const first = await placeSidecar(storage, createFolderSync(storage), ready).catch(
        (error: unknown) => error,
      );
      const hit = storage.hit();
      storage.arm();
      if (!hit) {
        expect(nth).toBeGreaterThan(2);
        return;
      }
      expect(first).toMatchObject({ code: 'io_error' });
      await placeSidecar(storage, createFolderSync(storage), ready);
      expect(await readSidecar(storage, at, options)).toMatchObject({ state: 'read', record });
      expect(await staged(storage)).toEqual([]);
    }
  });

  it('is placed though somebody removed its folder or swept the staging folder', async () => {
    const storage = await withOriginal(createMemoryStorage());
    const folders = createFolderSync(storage);
    const elsewhere = { ...at, kind: 'input' as const };
    const ready = await stageSidecar(storage, folders, elsewhere, encoded);
    await placeSidecar(storage, folders, ready);
    await storage.unlink(sidecarKey(elsewhere));
    await placeSidecar(storage, folders, ready);
    expect((await readWhole(storage, sidecarKey(elsewhere)))?.equals(encoded)).toBe(true);
  });

  it('outlives a power cut once it is placed, and is the old one or the new one before', async () => {
    const next = encodeRecord({ ...record, rev: 2, rating: 5 });
    for (let seed = 1; seed <= 60; seed += 1) {
      const storage = await withOriginal(createCrashStorage());
      const folders = createFolderSync(storage);
      await placeSidecar(storage, folders, await stageSidecar(storage, folders, at, encoded));
      for (const folder of ['', 'users', ...parentsOf(sidecarKey(at))]) await storage.syncFolder(folder);
      expect(await contentAfter(storage.crash(seededRandom(seed)))).toBe(encoded.toString());
      const ready = await stageSidecar(storage, folders, at, next);
      expect(await contentAfter(storage.crash(seededRandom(seed)))).toBe(encoded.toString());
      const placing = placeSidecar(storage, folders, ready);
      expect([encoded.toString(), next.toString()]).toContain(
        await contentAfter(storage.crash(seededRandom(seed))),
      );
      await placing;
      expect(await contentAfter(storage.crash(seededRandom(seed)))).toBe(next.toString());
    }
  });
});

function parentsOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, depth) => names.slice(0, depth + 1).join('/'));
}

async function contentAfter(storage: Storage): Promise<string | undefined> {
  return (await readWhole(storage, sidecarKey(at)))?.toString();
}

describe('removeSidecar', () => {
  it('says whether it was there, and syncs the folder either way', async () => {
    const storage = createFaultStorage(await withOriginal(createMemoryStorage()));
    await writeFile(storage, sidecarKey(at), encoded);
    const folders = createFolderSync(storage);
    storage.arm();
    expect(await removeSidecar(storage, folders, at)).toBe(true);
    expect(await removeSidecar(storage, folders, at)).toBe(false);
    expect(storage.trace.filter((call) => call.startsWith('syncFolder'))).toHaveLength(2);
  });

  it('is nothing where even the folder is gone', async () => {
    const storage = createMemoryStorage();
    expect(await removeSidecar(storage, createFolderSync(storage), at)).toBe(false);
  });
});
