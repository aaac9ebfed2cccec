import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../../../src/blobs/blob-store.ts';
import { createFsBlobStore } from '../../../src/blobs/fs-blob-store.ts';
import { keyOfStagingName, stagingNameOf } from '../../../src/blobs/staging-name.ts';
import { createFolderSync, readWhole } from '../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { contentOf, ID, ORIGINAL, pendingKeys, stageBytes, THUMB } from '../../contract/blobs.contract.ts';
import { createFaultStorage } from '../../support/storage/fault-storage.ts';

function storeOn(storage: Storage): BlobStore {
  return createFsBlobStore({ storage, folders: createFolderSync(storage) });
}

describe('staging names', () => {
  it.each([
    [ORIGINAL, `users.o.2026.11.21.${ID}.png`],
    [THUMB, `users.o.2026.11.21.thumb.${ID}.webp`],
    [`users/o/inputs/2026/11/21/${ID}.jpg`, `users.o.inputs.2026.11.21.${ID}.jpg`],
    [`incoming/${ID}.png`, `incoming.${ID}.png`],
  ])('%s', (key, name) => {
    expect(stagingNameOf(key)).toBe(name);
    expect(keyOfStagingName(name)).toBe(key);
  });

  it('gives any name back that it was given', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'));
    fc.assert(fc.property(name, (text) => stagingNameOf(keyOfStagingName(text)) === text));
  });
});

describe('file blob store', () => {
  it('lies where the format says, and is one file under two names until the release', async () => {
    const storage = createMemoryStorage();
    const store = storeOn(storage);
    const staged = await stageBytes(store, ORIGINAL, Buffer.from('a'));
    await store.publish([staged]);
    const name = `.kiroku/staging/users.o.2026.11.21.${ID}.png`;
    expect((await storage.stat(name)).inode).toBe((await storage.stat(ORIGINAL)).inode);
    await store.release([staged]);
    expect((await storage.stat(ORIGINAL)).links).toBe(1);
  });

  it('gathers chunks of any size into pieces of 256 KiB', async () => {
    const storage = createFaultStorage(createMemoryStorage());
    const store = storeOn(storage);
    await stageBytes(store, ORIGINAL, Buffer.alloc(262_144), Array<number>(256).fill(1024));
    expect(storage.trace.filter((line) => line.startsWith('write'))).toHaveLength(1);
    storage.arm();
    await stageBytes(store, THUMB, Buffer.alloc(300_000), [70_000, 70_000]);
    expect(storage.trace.filter((line) => line.startsWith('write'))).toHaveLength(2);
  });

  it('mixes nothing up when several uploads share its buffers, one of them given up', async () => {
    const store = storeOn(createMemoryStorage());
    const keys = ['a', 'b', 'c'].map((end) => ORIGINAL.replace(/.\.png$/, `${end}.png`));
    for (let turn = 0; turn < 2; turn += 1) {
      const writers = await Promise.all(keys.map((key) => store.stage(key)));
      for (let part = 0; part < 9; part += 1) {
        await Promise.all(writers.map((writer, at) => writer.write(Buffer.alloc(100_000, 16 * at + part))));
      }
      await writers[2]?.abort();
      for (const [at, writer] of writers.slice(0, 2).entries()) {
        const staged = await writer.finish();
        const bytes = Buffer.from(await staged.read());
        const wanted = Buffer.concat(
          Array.from({ length: 9 }, (_, part) => Buffer.alloc(100_000, 16 * at + part)),
        );
        expect(bytes.equals(wanted)).toBe(true);
        await store.retract([staged]);
      }
    }
  });

  it('fails when the file does not hold what was written', async () => {
    const memory = createMemoryStorage();
    const lying: Storage = {
      ...memory,
      async open(path, mode) {
        const file = await memory.open(path, mode);
        return {
          ...file,
          write: (bytes, at) => file.write(bytes.subarray(1), at).then(() => bytes.length),
        };
      },
    };
    await expect(stageBytes(storeOn(lying), ORIGINAL, Buffer.from('abc'))).rejects.toMatchObject({
      code: 'io_error',
      details: { expected: 3, found: 2 },
    });
    expect(await pendingKeys(storeOn(memory))).toEqual([]);
  });

  it('makes the day folder anew when somebody removed it', async () => {
    const storage = createMemoryStorage();
    const folders = createFolderSync(storage);
    const store = createFsBlobStore({ storage, folders });
    await store.write(THUMB, Buffer.from('x'));
    await store.remove(THUMB);
    await storage.removeFolder('users/o/2026/11/21/thumb');
    await storage.removeFolder('users/o/2026/11/21');
    await store.publish([await stageBytes(store, ORIGINAL, Buffer.from('a'))]);
    expect(await contentOf(store, ORIGINAL)).toBe('a');
  });

  it('makes the day folder anew also when it vanishes between the proof and the link', async () => {
    const memory = createMemoryStorage();
    let pulled = false;
    const storage: Storage = {
      ...memory,
      async link(from, to) {
        if (!pulled) await memory.removeFolder('users/o/2026/11/21');
        pulled = true;
        await memory.link(from, to);
      },
    };
    const store = storeOn(storage);
    await store.publish([await stageBytes(store, ORIGINAL, Buffer.from('a'))]);
    expect([pulled, await contentOf(store, ORIGINAL)]).toEqual([true, 'a']);
  });

  it('retracts only its own file, also when another one has the key', async () => {
    const storage = createMemoryStorage();
    const store = storeOn(storage);
    const staged = await stageBytes(store, ORIGINAL, Buffer.from('a'));
    await store.publish([staged]);
    await storage.unlink(ORIGINAL);
    await store.write(ORIGINAL, Buffer.from('a'));
    await store.retract([staged]);
    expect(await contentOf(store, ORIGINAL)).toBe('a');
    expect(await pendingKeys(store)).toEqual([]);
  });

  it('hands over foreign names in staging, and removes nothing else with them', async () => {
    const storage = createMemoryStorage();
    const store = storeOn(storage);
    await store.write('users/o/owner.json', Buffer.from('{}'));
    for (const name of ['users.o.owner.json', 'a..b', '...', 'no-dot'])
      await (await storage.open(`.kiroku/staging/${name}`, 'create')).close();
    storage.plant('.kiroku/staging/link.png', 'link');
    for await (const blob of store.pending()) await store.retract([blob]);
    expect(await pendingKeys(store)).toEqual([]);
    expect(await storage.readFolder('.kiroku/staging')).toEqual([]);
    expect((await readWhole(storage, 'users/o/owner.json'))?.toString()).toBe('{}');
  });

  it('treats what is no regular file under a key as absent', async () => {
    const storage = createMemoryStorage();
    const store = storeOn(storage);
    await store.write(THUMB, Buffer.from('x'));
    storage.plant(ORIGINAL, 'link');
    expect([await store.open(ORIGINAL), await store.stat(ORIGINAL)]).toEqual([undefined, undefined]);
    expect([await store.open('users/o'), await store.stat('users/o')]).toEqual([undefined, undefined]);
    expect(await store.open('../../etc/passwd')).toBeUndefined();
  });

  it('closes an aborted file only after the write that is under way', async () => {
    const memory = createMemoryStorage();
    const release: (() => void)[] = [];
    const slow: Storage = {
      ...memory,
      async open(path, mode) {
        const file = await memory.open(path, mode);
        const turn = (): Promise<void> => new Promise((resolve) => release.push(resolve));
        return { ...file, write: (bytes, at) => turn().then(() => file.write(bytes, at)) };
      },
    };
    const writer = await storeOn(slow).stage(ORIGINAL);
    const writing = writer.write(Buffer.alloc(300_000));
    const aborting = writer.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect([release.length, memory.openHandles()]).toEqual([1, 1]);
    release[0]?.();
    await Promise.allSettled([writing, aborting]);
    expect([await memory.readFolder('.kiroku/staging'), memory.openHandles()]).toEqual([[], 0]);
    await expect(writer.finish()).rejects.toMatchObject({ code: 'internal' });
  });

  it('either finishes or is aborted, whenever the abort comes', async () => {
    const storage = createMemoryStorage();
    const store = storeOn(storage);
    const ends = new Set<string>();
    // turns of the queue of promises, from the first step of the finish to behind its last
    for (let turns = 0; turns < 40; turns += 1) {
      const writer = await store.stage(ORIGINAL);
      await writer.write(Buffer.from('a'));
      const finishing = writer.finish().then(
        (staged) => [staged],
        () => [],
      );
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const [staged] = await Promise.all([finishing, writer.abort()]);
      expect(await pendingKeys(store)).toEqual(staged.map(({ key }) => key));
      ends.add(staged.length === 0 ? 'aborted' : 'finished');
      await store.retract(staged);
    }
    expect(ends).toEqual(new Set(['aborted', 'finished']));
    expect(storage.openHandles()).toBe(0);
  });

  it('syncs staging before it links, and each folder once after', async () => {
    const storage = createFaultStorage(createMemoryStorage());
    const store = storeOn(storage);
    await store.publish([await stageBytes(store, ORIGINAL, Buffer.from('a'))]);
    const staged = [
      await stageBytes(store, ORIGINAL.replace('.png', '.jpg'), Buffer.from('a')),
      await stageBytes(store, THUMB, Buffer.from('t')),
    ];
    storage.arm();
    await store.publish(staged);
    const order = storage.trace.map((line) => line.split(' ').slice(0, 2).join(' '));
    const links = order.flatMap((line, at) => (line.startsWith('link') ? [at] : []));
    expect(links).toHaveLength(2);
    expect(order.indexOf('syncFolder .kiroku/staging')).toBeLessThan(links[0] ?? -1);
    expect(order.slice((links[1] ?? 0) + 1)).toEqual([
      'syncFolder users/o/2026/11/21',
      'syncFolder users/o/2026/11/21/thumb',
    ]);
  });
});
