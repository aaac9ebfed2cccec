import { describe, expect, it } from 'vitest';
import { ENTRY_TYPES, type FolderRead } from '../../src/storage/bulk.ts';
import { bulkOf } from '../../src/storage/bulk-single.ts';
import { createFolderSync, ensureFolder, readWhole, stageFile, writeAll } from '../../src/storage/durable.ts';
import { probeTree } from '../../src/storage/probe.ts';
import type { Storage, StorageFile } from '../../src/storage/storage.ts';

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

function failsWith(code: string): { code: string } {
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

function typed(read: FolderRead | undefined): string[] {
  if (read === undefined || 'error' in read) throw new Error('not read', { cause: read?.error });
  return read.names.map((name, index) => `${ENTRY_TYPES[read.types[index] ?? 9]} ${name}`);
}

function inBulk(make: () => Promise<Storage>): void {
  it('in bulk: lists several folders, sorted, and tells which could not be read', async () => {
    const storage = await make();
    await storage.makeFolder('f');
    await storage.makeFolder('f/g');
    for (const name of ['f/b', 'f/a.json', 'f/한글']) await put(storage, name, '');
    const [f, g, none, file] = await bulkOf(storage).readFolders(['f', 'f/g', 'none', 'f/b']);
    expect(typed(f)).toEqual(['file a.json', 'file b', 'folder g', 'file 한글']);
    expect(typed(g)).toEqual([]);
    expect([none, file]).toEqual([{ error: failsWith('ENOENT') }, { error: failsWith('ENOTDIR') }]);
  });

  it('in bulk: reads many files of a folder, and tells what the others are', async () => {
    const storage = await make();
    await storage.makeFolder('f');
    await storage.makeFolder('f/folder');
    const names: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      names.push(`n${n}`);
      await put(storage, `f/n${n}`, `content ${n} `.repeat(n));
    }
    names.splice(7, 0, 'none', 'folder');
    const read: string[] = [];
    for (let from = 0; from < names.length; ) {
      const batch = await bulkOf(storage).readFiles('f', names.slice(from), 300);
      expect(batch.count).toBeGreaterThan(0);
      for (let i = 0; i < batch.count; i += 1) {
        const state = batch.state(i);
        read.push(`${names[from + i]} ${state} ${batch.content(i).toString()}`);
        if (state === 'read' || state === 'large') {
          expect(batch.stat(i)).toEqual(await storage.stat(`f/${names[from + i]}`));
        } else expect(() => batch.stat(i)).toThrow(RangeError);
      }
      from += batch.count;
    }
    expect(read).toEqual(
      names.map((name) => {
        if (name === 'none') return 'none absent ';
        if (name === 'folder') return 'folder foreign ';
        const content = `content ${name.slice(1)} `.repeat(Number(name.slice(1)));
        return content.length > 300 ? `${name} large ` : `${name} read ${content}`;
      }),
    );
  });

  it('in bulk: tells the sizes of files', async () => {
    const storage = await make();
    await storage.makeFolder('f');
    await storage.makeFolder('f/g');
    await put(storage, 'f/a', 'four');
    await put(storage, 'f/empty', '');
    const sizes = await bulkOf(storage).fileSizes('f', ['a', 'none', 'g', 'empty']);
    expect([...sizes]).toEqual([4, -1, -1, 0]);
  });

  it.each(['../a', 'a/b', '..', '', '.', 'a\0b'])('in bulk: refuses the name %j', async (name) => {
    const storage = await make();
    await storage.makeFolder('f');
    await put(storage, 'a', 'outside');
    const bulk = bulkOf(storage);
    await expect(bulk.readFiles('f', ['x', name], 100)).rejects.toEqual(failsWith('EINVAL'));
    await expect(bulk.fileSizes('f', ['x', name])).rejects.toEqual(failsWith('EINVAL'));
  });

  it('in bulk: a digest changes with any change of what a folder holds, and only then', async () => {
    const storage = await make();
    const digest = async (of: 'names' | 'files') => {
      const [found] = await bulkOf(storage).digestFolders(['f'], { of, without: 'thumb' });
      if (found === undefined || 'error' in found) throw new Error('no digest', { cause: found?.error });
      expect(found.names).toMatch(/^[0-9a-f]{16}$/);
      return of === 'names' ? found.names : `${found.names} ${found.files}`;
    };
    await storage.makeFolder('f');
    const seen = [await digest('files')];
    await put(storage, 'f/a', 'one');
    seen.push(await digest('files'));
    await put(storage, 'f/b', 'two');
    seen.push(await digest('files'));
    const names = await digest('names');
    await storage.makeFolder('f/thumb');
    expect([await digest('files'), await digest('names')]).toEqual([seen.at(-1), names]);
    await withFile(storage.open('f/a', 'update'), (file) => file.write(Buffer.from('longer'), 0));
    expect(await digest('names')).toBe(names);
    seen.push(await digest('files'));
    await storage.rename('f/b', 'f/c');
    seen.push(await digest('files'));
    await storage.unlink('f/c');
    await storage.makeFolder('f/c');
    seen.push(await digest('files'));
    expect(new Set(seen).size).toBe(seen.length);
    expect(await bulkOf(storage).digestFolders(['none', 'f/a'], { of: 'files', without: '' })).toEqual([
      { error: failsWith('ENOENT') },
      { error: failsWith('ENOTDIR') },
    ]);
  });
}
