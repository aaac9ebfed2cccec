import { describe, expect, it } from 'vitest';
import { createFolderSync, ensureFolder, readWhole, stageFile, writeAll } from '../../src/storage/durable.ts';
import { probeTree } from '../../src/storage/probe.ts';
import type { Storage, StorageFile } from '../../src/storage/storage.ts';
import { inBulk } from './storage-bulk.ts';

/** What every driver of the storage port must do. `make` gives an empty tree. */
export function storageContract(name: string, make: () => Promise<Storage>): void {
  describe(`storage contract: ${name}`, () => {
    files(make);
    names(make);
    folders(make);
    durable(make);
    inBulk(make);
  });
}

export async function put(storage: Storage, path: string, text: string): Promise<void> {
  const file = await storage.open(path, 'create');
  await writeAll(file, Buffer.from(text), 0);
  await file.sync();
  await file.close();
}

export async function text(storage: Storage, path: string): Promise<string | undefined> {
  return (await readWhole(storage, path))?.toString('utf8');
}

export async function withFile<T>(
  opening: Promise<StorageFile>,
  use: (file: StorageFile) => Promise<T>,
): Promise<T> {
  const file = await opening;
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

export function failsWith(code: string): { code: string } {
  return expect.objectContaining({ code });
}

function files(make: () => Promise<Storage>): void {
  it('reads back what was written, at any position', async () => {
    const storage = await make();
    await put(storage, 'a', 'hello world');
    await withFile(storage.open('a', 'update'), async (file) => {
      expect(await file.write(Buffer.from('W'), 6)).toBe(1);
      const target = Buffer.alloc(8, '.');
      expect(await file.read(target, 1, 5, 6)).toBe(5);
      expect(target.toString()).toBe('.World..');
      expect(await file.read(target, 0, 8, 11)).toBe(0);
      expect(await file.read(target, 6, 8, 0)).toBe(2);
    });
  });

  it('fills a gap with zeros, cuts, and grows by truncation', async () => {
    const storage = await make();
    await put(storage, 'a', 'abc');
    await withFile(storage.open('a', 'update'), async (file) => {
      await file.write(Buffer.from('z'), 5);
      await file.truncate(7);
      await file.datasync();
      expect((await file.stat()).size).toBe(7);
      await file.truncate(2);
      await file.truncate(4);
    });
    expect(await readWhole(storage, 'a')).toEqual(Buffer.from('ab\0\0'));
  });

  it('makes a new file only where there is none', async () => {
    const storage = await make();
    await put(storage, 'a', 'first');
    await storage.makeFolder('f');
    await expect(storage.open('a', 'create')).rejects.toEqual(failsWith('EEXIST'));
    await expect(storage.open('f', 'create')).rejects.toEqual(failsWith('EEXIST'));
    await expect(storage.open('no/a', 'create')).rejects.toEqual(failsWith('ENOENT'));
    await expect(storage.open('a/b', 'create')).rejects.toEqual(failsWith('ENOTDIR'));
    expect(await text(storage, 'a')).toBe('first');
  });

  it('opens only what is there, and only regular files', async () => {
    const storage = await make();
    await storage.makeFolder('f');
    for (const mode of ['read', 'update'] as const) {
      await expect(storage.open('none', mode)).rejects.toEqual(failsWith('ENOENT'));
      await expect(storage.open('f', mode)).rejects.toEqual(failsWith('EINVAL'));
    }
  });

  it('keeps a handle to what its mode allows, and refuses a closed one', async () => {
    const storage = await make();
    const made = await storage.open('a', 'create');
    await made.write(Buffer.from('x'), 0);
    await expect(made.read(Buffer.alloc(1), 0, 1, 0)).rejects.toEqual(failsWith('EBADF'));
    await made.close();
    await expect(made.write(Buffer.from('y'), 0)).rejects.toEqual(failsWith('EBADF'));
    await expect(made.close()).rejects.toEqual(failsWith('EBADF'));
    const reading = await storage.open('a', 'read');
    await expect(reading.write(Buffer.from('y'), 0)).rejects.toEqual(failsWith('EBADF'));
    await expect(reading.truncate(0)).rejects.toEqual(failsWith('EINVAL'));
    await reading.close();
    expect(await text(storage, 'a')).toBe('x');
  });

  it('serves an open file after its name is gone or given to another', async () => {
    const storage = await make();
    await put(storage, 'a', 'old');
    await put(storage, 'b', 'new');
    const reading = await storage.open('a', 'read');
    await storage.rename('b', 'a');
    await storage.unlink('a');
    const target = Buffer.alloc(3);
    expect(await reading.read(target, 0, 3, 0)).toBe(3);
    expect(target.toString()).toBe('old');
    expect((await reading.stat()).links).toBe(0);
    await reading.close();
  });

  it.each(['/a', 'a/', 'a//b', '../a', 'a/../b', './a', 'a\0b', '..'])(
    'refuses the path %j',
    async (path) => {
      const storage = await make();
      await expect(storage.open(path, 'create')).rejects.toEqual(failsWith('EINVAL'));
      await expect(storage.stat(path)).rejects.toEqual(failsWith('EINVAL'));
      await expect(storage.unlink(path)).rejects.toEqual(failsWith('EINVAL'));
      expect(await storage.readFolder('')).toEqual([]);
    },
  );
}

function names(make: () => Promise<Storage>): void {
  it('links: one file, two names, never over another', async () => {
    const storage = await make();
    await put(storage, 'a', 'one');
    await put(storage, 'c', 'other');
    await storage.makeFolder('f');
    await storage.link('a', 'f/b');
    const [a, b] = [await storage.stat('a'), await storage.stat('f/b')];
    expect([a.links, b.links, a.inode === b.inode]).toEqual([2, 2, true]);
    await expect(storage.link('c', 'a')).rejects.toEqual(failsWith('EEXIST'));
    await expect(storage.link('none', 'd')).rejects.toEqual(failsWith('ENOENT'));
    await expect(storage.link('a', 'no/d')).rejects.toEqual(failsWith('ENOENT'));
    await storage.unlink('a');
    expect(await text(storage, 'f/b')).toBe('one');
    expect((await storage.stat('f/b')).links).toBe(1);
  });

  it('renames over a file in one step, and not at all between two names of one file', async () => {
    const storage = await make();
    await put(storage, 'a', 'new');
    await put(storage, 'b', 'old');
    await storage.rename('a', 'b');
    expect([await text(storage, 'a'), await text(storage, 'b')]).toEqual([undefined, 'new']);
    await storage.link('b', 'c');
    await storage.rename('b', 'c');
    expect([await text(storage, 'b'), await text(storage, 'c')]).toEqual(['new', 'new']);
    await expect(storage.rename('none', 'b')).rejects.toEqual(failsWith('ENOENT'));
    await storage.makeFolder('f');
    await expect(storage.rename('b', 'f')).rejects.toEqual(failsWith('EISDIR'));
    await expect(storage.rename('f', 'b')).rejects.toEqual(failsWith('ENOTDIR'));
    expect(await text(storage, 'b')).toBe('new');
  });

  it('tells size, type, inode and time of a name', async () => {
    const storage = await make();
    await put(storage, 'a', 'four');
    const stat = await storage.stat('a');
    expect(stat).toMatchObject({ type: 'file', size: 4, links: 1 });
    expect(stat.inode).toMatch(/^\d+$/);
    expect(Math.abs(stat.mtime - storage.now())).toBeLessThan(60_000);
    expect((await storage.stat('')).type).toBe('folder');
    await expect(storage.stat('none')).rejects.toEqual(failsWith('ENOENT'));
    await expect(storage.stat('a/b')).rejects.toEqual(failsWith('ENOTDIR'));
  });

  it('unlinks files, not folders', async () => {
    const storage = await make();
    await storage.makeFolder('f');
    await expect(storage.unlink('f')).rejects.toEqual(failsWith('EISDIR'));
    await expect(storage.unlink('none')).rejects.toEqual(failsWith('ENOENT'));
  });
}

function folders(make: () => Promise<Storage>): void {
  it('makes a folder once, below an existing one', async () => {
    const storage = await make();
    expect(await storage.makeFolder('f')).toBe(true);
    expect(await storage.makeFolder('f')).toBe(false);
    expect(await storage.makeFolder('')).toBe(false);
    await expect(storage.makeFolder('no/f')).rejects.toEqual(failsWith('ENOENT'));
    await put(storage, 'a', '');
    await expect(storage.makeFolder('a')).rejects.toEqual(failsWith('EEXIST'));
  });

  it('lists a folder with types', async () => {
    const storage = await make();
    await storage.makeFolder('f');
    await storage.makeFolder('f/g');
    await put(storage, 'f/a', '');
    const entries = await storage.readFolder('f');
    expect(entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'a', type: 'file' },
      { name: 'g', type: 'folder' },
    ]);
    await expect(storage.readFolder('none')).rejects.toEqual(failsWith('ENOENT'));
    await expect(storage.readFolder('f/a')).rejects.toEqual(failsWith('ENOTDIR'));
  });

  it('removes a folder only when it is empty', async () => {
    const storage = await make();
    await storage.makeFolder('f');
    await put(storage, 'f/a', '');
    await expect(storage.removeFolder('f')).rejects.toEqual(failsWith('ENOTEMPTY'));
    await expect(storage.removeFolder('f/a')).rejects.toEqual(failsWith('ENOTDIR'));
    await storage.unlink('f/a');
    await storage.removeFolder('f');
    await expect(storage.stat('f')).rejects.toEqual(failsWith('ENOENT'));
  });

  it('syncs folders, and nothing else, by this call', async () => {
    const storage = await make();
    await storage.makeFolder('f');
    await storage.syncFolder('f');
    await storage.syncFolder('');
    await expect(storage.syncFolder('none')).rejects.toEqual(failsWith('ENOENT'));
    await put(storage, 'a', '');
    await expect(storage.syncFolder('a')).rejects.toEqual(failsWith('ENOTDIR'));
  });

  it('locks a path once', async () => {
    const storage = await make();
    const first = await storage.lock('lock');
    expect(first).toBeDefined();
    expect(await storage.lock('lock')).toBeUndefined();
    await first?.release();
    await first?.release();
    const second = await storage.lock('lock');
    expect(second).toBeDefined();
    await second?.release();
  });

  it('tells the space that is left', async () => {
    const { freeBytes, totalBytes } = await (await make()).space();
    expect(freeBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
  });
}

function durable(make: () => Promise<Storage>): void {
  it('passes its own self-test and leaves nothing behind', async () => {
    const storage = await make();
    const report = await probeTree(storage, createFolderSync(storage));
    expect(report).toMatchObject({ usable: true, publishBy: 'link', oneFileSystem: true });
    expect(report.steps.every((step) => step.ok)).toBe(true);
    expect(await storage.readFolder('.kiroku/staging')).toEqual([]);
    expect(await storage.readFolder('users')).toEqual([]);
  });

  it('stages a whole file under a name of its own', async () => {
    const storage = await make();
    const sync = createFolderSync(storage);
    await ensureFolder(storage, sync, '.kiroku/staging');
    const bytes = Buffer.alloc(300_000, 'kiroku ');
    expect(await stageFile(storage, 'x.bin', bytes)).toBe('.kiroku/staging/x.bin');
    expect((await readWhole(storage, '.kiroku/staging/x.bin'))?.equals(bytes)).toBe(true);
    await expect(stageFile(storage, 'x.bin', bytes)).rejects.toEqual(failsWith('EEXIST'));
  });
}
