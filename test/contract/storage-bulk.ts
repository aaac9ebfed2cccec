import { expect, it } from 'vitest';
import { ENTRY_TYPES, type FolderRead } from '../../src/storage/bulk.ts';
import { bulkOf } from '../../src/storage/bulk-single.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { failsWith, put, withFile } from './storage.contract.ts';

function typed(read: FolderRead | undefined): string[] {
  if (read === undefined || 'error' in read) throw new Error('not read', { cause: read?.error });
  return read.names.map((name, index) => `${ENTRY_TYPES[read.types[index] ?? 9]} ${name}`);
}

/** Reads of whole folders at once: the driver's own, or by single calls. */
export function inBulk(make: () => Promise<Storage>): void {
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
