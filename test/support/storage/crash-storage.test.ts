import { describe, expect, it } from 'vitest';
import { readWhole, writeAll } from '../../../src/storage/durable.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { seededRandom } from '../random.ts';
import { type CrashStorage, createCrashStorage } from './crash-storage.ts';

async function put(storage: Storage, path: string, text: string, sync: boolean): Promise<void> {
  const file = await storage.open(path, 'create');
  await writeAll(file, Buffer.from(text), 0);
  if (sync) await file.sync();
  await file.close();
}

/** Every different tree (`name=content …`) that many crashes leave. */
async function outcomes(storage: CrashStorage, folders: readonly string[] = ['']): Promise<Set<string>> {
  const random = seededRandom(7);
  const seen = new Set<string>();
  for (let i = 0; i < 400; i++) {
    const left = storage.crash(random);
    const parts: string[] = [];
    for (const folder of folders) {
      for (const { name, type } of await left.readFolder(folder).catch(() => [])) {
        const path = folder === '' ? name : `${folder}/${name}`;
        if (type === 'file') parts.push(`${path}=${(await readWhole(left, path))?.toString()}`);
      }
    }
    seen.add(parts.sort().join(' '));
  }
  return seen;
}

describe('crash storage', () => {
  it('keeps what was synced, and nothing for sure that was not', async () => {
    const storage = createCrashStorage();
    await put(storage, 'a', 'A', true);
    await storage.syncFolder('');
    expect(await outcomes(storage)).toEqual(new Set(['a=A']));
    await put(storage, 'b', 'B', true);
    await put(storage, 'c', 'C', true);
    expect(await outcomes(storage)).toEqual(new Set(['a=A', 'a=A b=B', 'a=A c=C', 'a=A b=B c=C']));
  });

  it('may leave unsynced bytes as nothing, a part, zeros or all', async () => {
    const storage = createCrashStorage();
    await put(storage, 'a', 'xy', false);
    await storage.syncFolder('');
    expect(await outcomes(storage)).toEqual(new Set(['a=', 'a=x', 'a=\0y', 'a=\0\0', 'a=xy']));
  });

  it('never loses both names of a rename, nor the replaced file without the new one', async () => {
    const storage = createCrashStorage();
    await storage.makeFolder('f');
    await put(storage, 'a', 'new', true);
    await put(storage, 'f/b', 'old', true);
    await storage.syncFolder('');
    await storage.syncFolder('f');
    await storage.rename('a', 'f/b');
    const both = ['', 'f'];
    expect(await outcomes(storage, both)).toEqual(new Set(['a=new f/b=old', 'f/b=new']));
    await storage.syncFolder('f');
    expect(await outcomes(storage, both)).toEqual(new Set(['f/b=new']));
  });

  it('settles with a rename what its names went through before', async () => {
    const storage = createCrashStorage();
    await storage.makeFolder('f');
    await storage.syncFolder('');
    await put(storage, 'a', 'A', true);
    await storage.rename('a', 'f/a');
    await storage.syncFolder('f');
    expect(await outcomes(storage, ['', 'f'])).toEqual(new Set(['f/a=A']));
  });

  it('takes a folder away with everything below, when its own name was not synced', async () => {
    const storage = createCrashStorage();
    await storage.makeFolder('f');
    await put(storage, 'f/a', 'A', true);
    await storage.syncFolder('f');
    expect(await outcomes(storage, ['f'])).toEqual(new Set(['', 'f/a=A']));
  });

  it('may bring an unlinked name back, with its bytes', async () => {
    const storage = createCrashStorage();
    await put(storage, 'a', 'A', true);
    await storage.syncFolder('');
    await storage.unlink('a');
    expect(await outcomes(storage)).toEqual(new Set(['', 'a=A']));
  });

  it('gives a storage that works on, crashes again, and keeps inode numbers apart', async () => {
    const storage = createCrashStorage();
    await put(storage, 'a', 'A', true);
    await storage.link('a', 'b');
    await storage.syncFolder('');
    const after = storage.crash(seededRandom(1));
    const [a, b] = [await after.stat('a'), await after.stat('b')];
    expect([a.inode, b.inode, a.links]).toEqual([(await storage.stat('a')).inode, a.inode, 2]);
    await put(after, 'c', 'C', true);
    expect((await after.stat('c')).inode).not.toBe(a.inode);
    expect(await outcomes(after)).toEqual(new Set(['a=A b=A', 'a=A b=A c=C']));
    await expect(storage.stat('c')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is the same for the same seed', async () => {
    const storage = createCrashStorage();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await put(storage, name, name.repeat(9), false);
    const look = async (seed: number): Promise<string> => {
      const left = storage.crash(seededRandom(seed));
      const entries = await left.readFolder('');
      return (
        await Promise.all(entries.map(async ({ name }) => `${name}=${await readWhole(left, name)}`))
      ).join();
    };
    expect(await look(5)).toBe(await look(5));
    expect(new Set(await Promise.all([1, 2, 3, 4, 5, 6].map(look))).size).toBeGreaterThan(1);
  });
});
