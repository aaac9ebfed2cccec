import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  createFolderSync,
  ensureFolder,
  readAll,
  readWhole,
  replaceFile,
  STAGING_FOLDER,
  stageFile,
  writeAll,
} from '../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../../src/storage/node-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { seededRandom } from '../../support/random.ts';
import { createCrashStorage } from '../../support/storage/crash-storage.ts';
import { createFaultStorage } from '../../support/storage/fault-storage.ts';
import { tempFolder } from '../../support/storage/temp-folder.ts';

/** A storage whose folder syncs wait until they are let go, in order. */
function heldSyncs(): { storage: Storage; started: () => number; letGo: (error?: Error) => void } {
  const waiting: ((error?: Error) => void)[] = [];
  let count = 0;
  const storage: Storage = {
    ...createMemoryStorage(),
    syncFolder: () => {
      count += 1;
      return new Promise((resolve, reject) => waiting.push((error) => (error ? reject(error) : resolve())));
    },
  };
  return { storage, started: () => count, letGo: (error) => waiting.shift()?.(error) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('FolderSync', () => {
  it('gives callers that arrive during a sync the next one, together', async () => {
    const { storage, started, letGo } = heldSyncs();
    const folders = createFolderSync(storage);
    const done: string[] = [];
    void folders.sync('f').then(() => done.push('first'));
    void folders.sync('f').then(() => done.push('second'));
    void folders.sync('f').then(() => done.push('third'));
    await turn();
    expect([started(), done]).toEqual([1, []]);
    letGo();
    await turn();
    expect([started(), done]).toEqual([2, ['first']]);
    void folders.sync('f').then(() => done.push('fourth'));
    letGo();
    await turn();
    expect([started(), done]).toEqual([3, ['first', 'second', 'third']]);
    letGo();
    await turn();
    expect(done).toEqual(['first', 'second', 'third', 'fourth']);
    void folders.sync('f');
    expect(started()).toBe(4);
  });

  it('does not let one folder wait for another', () => {
    const { storage, started } = heldSyncs();
    const folders = createFolderSync(storage);
    void folders.sync('f');
    void folders.sync('g');
    expect(started()).toBe(2);
  });

  it('fails those who waited behind a failed sync, and starts afresh after it', async () => {
    const { storage, started, letGo } = heldSyncs();
    const folders = createFolderSync(storage);
    const results = Promise.allSettled([folders.sync('f'), folders.sync('f')]);
    letGo(new Error('EIO'));
    expect((await results).map((result) => result.status)).toEqual(['rejected', 'rejected']);
    expect(started()).toBe(1);
    const later = folders.sync('f');
    letGo();
    await later;
    expect(started()).toBe(2);
  });
});

describe('ensureFolder', () => {
  it('makes every missing parent durable, whatever the crash keeps', async () => {
    const random = seededRandom(1);
    const storage = createCrashStorage();
    await ensureFolder(storage, createFolderSync(storage), 'users/o/2026/11/21');
    for (let i = 0; i < 50; i++) {
      expect((await storage.crash(random).stat('users/o/2026/11/21')).type).toBe('folder');
    }
  });

  it('does not trust a folder that is merely there: its maker may have died before the sync', async () => {
    const random = seededRandom(2);
    const storage = createCrashStorage();
    for (const path of ['users', 'users/o', 'users/o/2026']) await storage.makeFolder(path);
    await ensureFolder(storage, createFolderSync(storage), 'users/o/2026');
    for (let i = 0; i < 50; i++) await storage.crash(random).stat('users/o/2026');
    expect(storage.unsynced()).toBe(0);
  });

  it.each([
    ['in memory', async () => createMemoryStorage()],
    ['on a disk', async () => createNodeStorage(await tempFolder())],
  ])(
    'asks the disk once for a proved folder, and proves again one that was made anew: %s',
    async (_, make) => {
      const storage = createFaultStorage(await make());
      const folders = createFolderSync(storage);
      await ensureFolder(storage, folders, 'a/b');
      storage.arm();
      await ensureFolder(storage, folders, 'a/b');
      expect(storage.trace).toEqual(['stat a/b']);
      // clocks of file systems move in steps of up to 10 ms, and the inode is given again at once
      await delay(20);
      await storage.removeFolder('a/b');
      await storage.makeFolder('a/b');
      storage.arm();
      await ensureFolder(storage, folders, 'a/b');
      expect(storage.trace).toContain('syncFolder a');
    },
  );

  it('forgets nothing it has not proved: a failed sync is repeated by the next call', async () => {
    const storage = createFaultStorage(createMemoryStorage());
    const folders = createFolderSync(storage);
    storage.arm({ at: 1, only: ['syncFolder'], path: /^a$/, fault: { fail: 'EIO' } });
    await expect(ensureFolder(storage, folders, 'a/b')).rejects.toMatchObject({ code: 'EIO' });
    storage.arm();
    await ensureFolder(storage, folders, 'a/b');
    expect(storage.trace).toContain('syncFolder a');
  });

  it('refuses a name that is no folder', async () => {
    const storage = createMemoryStorage();
    storage.plant('a', 'link');
    await expect(ensureFolder(storage, createFolderSync(storage), 'a')).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });
});

describe('whole files', () => {
  it('writes everything through short writes, and gives up when nothing is taken', async () => {
    const storage = createFaultStorage(createMemoryStorage());
    storage.arm({ at: 1, only: ['write'], fault: { short: 3, forever: true } });
    const file = await storage.open('a', 'create');
    await writeAll(file, Buffer.from('kiroku keeps'), 0);
    expect((await readWhole(storage, 'a'))?.toString()).toBe('kiroku keeps');
    expect(storage.trace.filter((line) => line.startsWith('write')).length).toBe(4);
    await expect(writeAll({ ...file, write: async () => 0 }, Buffer.from('x'), 0)).rejects.toMatchObject({
      code: 'EIO',
    });
  });

  it('reads a file to its end although it grew meanwhile', async () => {
    const storage = createMemoryStorage();
    const writer = await storage.open('a', 'create');
    await writer.write(Buffer.alloc(10, 'a'), 0);
    const reader = await storage.open('a', 'read');
    const small = { ...reader, stat: async () => ({ ...(await reader.stat()), size: 2 }) };
    expect((await readAll(small)).toString()).toBe('aaaaaaaaaa');
    expect(await readWhole(storage, 'none')).toBeUndefined();
  });

  it.each(['write', 'sync', 'close'] as const)('leaves no staged file when its %s fails', async (call) => {
    const memory = createMemoryStorage();
    const storage = createFaultStorage(memory);
    await ensureFolder(storage, createFolderSync(storage), STAGING_FOLDER);
    storage.arm({ at: 1, only: [call], fault: { fail: 'ENOSPC' } });
    await expect(stageFile(storage, 'x', Buffer.from('x'))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(storage.trace.filter((line) => line.startsWith('sync ')).length).toBeLessThanOrEqual(1);
    expect(await memory.readFolder(STAGING_FOLDER)).toEqual([]);
    expect(memory.openHandles()).toBe(0);
  });

  it('replaces a file so that every crash and every failure leaves the old or the new one', async () => {
    const random = seededRandom(3);
    for (let at = 1; ; at++) {
      const crashing = createCrashStorage();
      const storage = createFaultStorage(crashing);
      const folders = createFolderSync(storage);
      await replaceFile(storage, folders, 'doc', 'doc.staged', Buffer.from('old'));
      storage.arm({ at, fault: { kill: true, torn: true } });
      const replaced = await replaceFile(storage, folders, 'doc', 'doc.staged', Buffer.from('new one')).then(
        () => true,
        () => false,
      );
      for (let i = 0; i < 40; i++) {
        const left = (await readWhole(crashing.crash(random), 'doc'))?.toString();
        expect(replaced ? ['new one'] : ['old', 'new one']).toContain(left);
      }
      if (!storage.hit()) break;
    }
  });

  it('replaces a leftover under the staging name', async () => {
    const storage = createMemoryStorage();
    const folders = createFolderSync(storage);
    await ensureFolder(storage, folders, STAGING_FOLDER);
    await stageFile(storage, 'doc.staged', Buffer.from('leftover'));
    await replaceFile(storage, folders, 'doc', 'doc.staged', Buffer.from('new'));
    expect((await readWhole(storage, 'doc'))?.toString()).toBe('new');
    expect(await storage.readFolder(STAGING_FOLDER)).toEqual([]);
  });
});
