import { describe, expect, it } from 'vitest';
import { HEADER_LENGTH } from '../../../../src/catalog/manifest/header.ts';
import { inspectManifest } from '../../../../src/catalog/manifest/inspect.ts';
import { manifestKey } from '../../../../src/domain/key.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { OWNER, openCatalog, picture, put, readFile, writeFile } from '../../../fault/manifest-rig.ts';
import { asOwner } from '../../../support/ids.ts';

const { signal } = new AbortController();
const path = manifestKey(OWNER);

/** Five pictures, the second edited, the third purged; then the manifest's own bytes. */
async function made() {
  const storage = createMemoryStorage();
  for (const folder of ['.kiroku', '.kiroku/staging', 'users']) await storage.makeFolder(folder);
  const catalog = openCatalog(storage);
  for (let n = 1; n <= 5; n += 1) await put(storage, catalog, picture(n));
  const change = (current: ReturnType<typeof picture>) => ({ ...current, tags: ['edited'] });
  await catalog.commit(OWNER, { op: 'edit', kind: 'generated', id: picture(2).id, change });
  await catalog.commit(OWNER, { op: 'purge', kind: 'generated', id: picture(3).id });
  await catalog.close();
  const bytes = await readFile(storage, path);
  const starts = [...bytes.entries()].flatMap(([at, byte]) => (byte === 10 ? [at + 1] : [])).slice(0, -1);
  return { storage, bytes, starts };
}

async function look(storage: Storage, owner = OWNER) {
  const manifest = await inspectManifest(storage, owner, signal);
  if (manifest === undefined) return undefined;
  const pictures: [string, readonly string[]][] = [];
  for await (const entries of manifest.intact()) {
    for (const entry of entries) pictures.push([entry.id, entry.record().tags]);
  }
  await manifest.close();
  return { bad: manifest.bad, pictures: pictures.sort() };
}

const ids = (...numbers: number[]) => numbers.map((n) => picture(n).id);

describe('a look at a manifest as it lies there', () => {
  it('finds nothing bad in a sound one, and the newest line of each picture', async () => {
    const { storage } = await made();
    const found = await look(storage);
    expect(found?.bad).toEqual([]);
    expect(found?.pictures).toEqual(ids(1, 2, 4, 5).map((id, i) => [id, i === 1 ? ['edited'] : []]));
    expect(await look(storage, asOwner('nobody'))).toBeUndefined();
  });

  it('finds every flipped byte of every line, the header too', async () => {
    const { storage, bytes, starts } = await made();
    for (let at = 0; at < bytes.length; at += 7) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 0x20;
      await writeFile(storage, path, flipped);
      const line = at < HEADER_LENGTH ? 0 : starts.findLast((start) => start <= at);
      expect((await look(storage))?.bad, `byte ${at}`).toEqual([line]);
    }
  });

  it('tells of what the sound lines say when others are bad', async () => {
    const { storage, bytes, starts } = await made();
    const flipped = Buffer.from(bytes);
    for (const line of [1, 3]) {
      const at = (starts[line] ?? 0) + 20;
      flipped[at] = (flipped[at] ?? 0) ^ 1;
    }
    await writeFile(storage, path, flipped);
    const found = await look(storage);
    expect(found?.bad).toEqual([starts[1], starts[3]]);
    expect(found?.pictures.map(([id]) => id)).toEqual(ids(1, 2, 5));
  });

  it('tells of an end that was cut off, and of a manifest that is another owner’s', async () => {
    const { storage, bytes, starts } = await made();
    await writeFile(storage, path, bytes.subarray(0, -5));
    expect((await look(storage))?.bad).toEqual([starts.at(-1)]);
    await writeFile(storage, path, bytes.subarray(0, 100));
    expect((await look(storage))?.bad).toEqual([0]);
    const other = asOwner('anna');
    await storage.makeFolder('users/anna');
    await writeFile(storage, manifestKey(other), bytes);
    expect((await look(storage, other))?.bad).toEqual([0]);
  });

  it('is not misled by a line that is being appended', async () => {
    const { storage, bytes } = await made();
    const half = bytes.subarray(0, -30);
    let opened = 0;
    const appending: Storage = {
      ...storage,
      async open(at, mode) {
        opened += 1;
        const file = await storage.open(at, mode);
        // the first look sees half of the last line, the next one sees all of it
        if (opened > 1) return file;
        return {
          ...file,
          stat: async () => ({ ...(await file.stat()), size: half.length }),
        };
      },
    };
    expect((await look(appending))?.bad).toEqual([]);
    expect(opened).toBe(2);
  });

  it('stops when it is told to', async () => {
    const { storage } = await made();
    await expect(inspectManifest(storage, OWNER, AbortSignal.abort())).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});
