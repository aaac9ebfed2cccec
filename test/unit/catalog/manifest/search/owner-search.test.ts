import { describe, expect, it } from 'vitest';
import {
  createManifestCatalog,
  type ManifestCatalog,
  type ManifestCatalogOptions,
} from '../../../../../src/catalog/manifest/manifest-catalog.ts';
import {
  createDirectTextIndex,
  searchFilePath,
} from '../../../../../src/catalog/manifest/search/direct-text-index.ts';
import type { TextFile, TextIndex } from '../../../../../src/catalog/manifest/search/text-index.ts';
import { manifestKey } from '../../../../../src/domain/key.ts';
import { silentLog } from '../../../../../src/domain/log.ts';
import type { PictureRecord } from '../../../../../src/domain/record.ts';
import { createFolderSync, readWhole } from '../../../../../src/storage/durable.ts';
import { createMemoryStorage, type MemoryStorage } from '../../../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../../../src/storage/storage.ts';
import { ALICE, change, ids, pictureOf, query, START, trashed } from '../../../../contract/catalog-rig.ts';

function open(storage: Storage, options: Partial<ManifestCatalogOptions> = {}): ManifestCatalog {
  return createManifestCatalog({
    storage,
    folders: createFolderSync(storage),
    log: silentLog,
    recentSize: 2,
    indexMaxBytes: 1 << 26,
    legacyTz: 'UTC',
    compaction: { leastLog: 1 << 26 },
    ...options,
  });
}

const words = (text: string) => [{ by: 'text', text, negated: false }] as const;

const count = async (catalog: ManifestCatalog, text: string): Promise<number> =>
  (await catalog.list(query({ terms: words(text), exactTotal: true }))).total;

async function putAll(catalog: ManifestCatalog, from: number, to: number, prompt: string): Promise<void> {
  const puts: Promise<unknown>[] = [];
  for (let n = from; n < to; n += 1) {
    puts.push(
      catalog.commit(ALICE, { op: 'put', record: pictureOf(ALICE, n, { prompt: `${prompt} ${n}` }) }),
    );
  }
  await Promise.all(puts);
}

function editAll(catalog: ManifestCatalog, from: number, to: number, prompt: string): Promise<unknown> {
  const edits: Promise<unknown>[] = [];
  const edit = (now: PictureRecord): PictureRecord => ({ ...now, prompt });
  for (let n = from; n < to; n += 1) edits.push(catalog.commit(ALICE, change(pictureOf(ALICE, n), edit)));
  return Promise.all(edits);
}

async function restore(storage: Storage, path: string, bytes: Uint8Array): Promise<void> {
  const file = await storage.open(path, 'update');
  await file.truncate(0);
  await file.write(bytes, 0);
  await file.close();
}

async function read(storage: Storage, path: string): Promise<Buffer> {
  const bytes = await readWhole(storage, path);
  if (bytes === undefined) throw new Error(`no ${path}`);
  return bytes;
}

/** The same texts, each addition to a file held back by `gate`. */
function gated(texts: TextIndex, gate: () => Promise<void>): TextIndex {
  const held = (file: TextFile): TextFile => ({
    ...file,
    async append(places) {
      await gate();
      return file.append(places);
    },
  });
  return {
    ...texts,
    async open(owner, epoch) {
      const opened = await texts.open(owner, epoch);
      return opened === undefined ? undefined : { ...opened, file: held(opened.file) };
    },
    create: async (owner, epoch) => held(await texts.create(owner, epoch)),
  };
}

/** Looks until it is so; the test's own time limit ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}

/** Texts were changed and looked for, and then the manifest was put back from a backup of the time before. */
async function putBack(): Promise<MemoryStorage> {
  const storage = createMemoryStorage({ now: () => START });
  const catalog = open(storage);
  await putAll(catalog, 1, 50, 'roof');
  await catalog.close();
  const before = await read(storage, manifestKey(ALICE));
  const one = open(storage);
  await editAll(one, 10, 20, '호랑이');
  expect(await count(one, '호랑이')).toBe(10);
  await one.close();
  await restore(storage, manifestKey(ALICE), before);
  return storage;
}

describe("an owner's search", () => {
  it('repairs nothing any more once its owner has left memory', async () => {
    const storage = createMemoryStorage({ now: () => START });
    let gate = Promise.resolve();
    let waiting = 0;
    let passed = 0;
    const textIndex = gated(createDirectTextIndex(storage), async () => {
      waiting += 1;
      await gate;
      passed += 1;
    });
    // every owner leaves memory when nobody asks for it
    const catalog = open(storage, { textIndex, indexMaxBytes: 1 });
    await putAll(catalog, 1, 20, 'roof');
    expect(await count(catalog, 'roof')).toBe(19);
    await putAll(catalog, 20, 700, 'roof');
    const before = await catalog.version(ALICE);
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    [waiting, passed] = [0, 0];
    // its many new texts go to the file behind the answer
    expect(await count(catalog, 'roof')).toBe(699);
    await until(async () => waiting > 0);
    await catalog.compact(ALICE);
    resolve();
    await until(async () => passed > 0);
    for (let turns = 0; turns < 200; turns += 1) await new Promise((next) => setImmediate(next));
    expect(await catalog.version(ALICE)).toEqual(before);
    expect(await count(catalog, 'roof')).toBe(699);
    await catalog.close();
  });

  it('takes in what was committed since, one at a time and very many at once', async () => {
    const storage = createMemoryStorage({ now: () => START });
    const catalog = open(storage);
    await putAll(catalog, 1, 20, 'roof');
    expect(await count(catalog, 'roof')).toBe(19);
    for (let n = 20; n < 40; n += 1) {
      await putAll(catalog, n, n + 1, 'roof');
      expect(await count(catalog, 'roof')).toBe(n);
    }
    await putAll(catalog, 40, 700, 'roof');
    expect(await count(catalog, 'roof')).toBe(699);
    await putAll(catalog, 700, 3_000, 'roof');
    expect(await count(catalog, 'roof')).toBe(2_999);
    await editAll(catalog, 1, 600, '호랑이');
    expect([await count(catalog, 'roof'), await count(catalog, '호랑이')]).toEqual([2_400, 599]);
    await catalog.close();
    const again = open(storage);
    expect([await count(again, 'roof'), await count(again, '호랑이')]).toEqual([2_400, 599]);
    await again.close();
  });

  it('goes on with the next page, and with what changed between the two', async () => {
    const catalog = open(createMemoryStorage({ now: () => START }));
    await putAll(catalog, 1, 2_000, 'roof');
    const asked = query({ terms: words('roof'), size: 10 });
    const first = await catalog.list(asked);
    expect([first.totalRelation, first.total >= 11, first.next]).toEqual([
      'gte',
      true,
      { time: START + 1_990 * 60_000, id: pictureOf(ALICE, 1_990).id },
    ]);
    await editAll(catalog, 1_985, 1_986, '호랑이');
    await catalog.commit(ALICE, change(pictureOf(ALICE, 1_983), trashed, 'trash'));
    await catalog.commit(ALICE, { op: 'purge', kind: 'generated', id: pictureOf(ALICE, 1_981).id });
    if (first.next === null) throw new Error('there must be more');
    const second = await catalog.list({ ...asked, at: { after: first.next } });
    const expected = [1_989, 1_988, 1_987, 1_986, 1_984, 1_982, 1_980, 1_979, 1_978, 1_977];
    expect(ids(second.entries)).toEqual(expected.map((n) => pictureOf(ALICE, n).id));
    const page = await catalog.list({ ...asked, at: { page: 2 } });
    expect(ids(page.entries)).toEqual(ids(second.entries));
    await catalog.close();
  });

  it('answers for one version while commits and a compaction go on', async () => {
    const catalog = open(createMemoryStorage({ now: () => START }));
    await putAll(catalog, 1, 3_000, 'roof');
    const isRoof = new Set(Array.from({ length: 2_999 }, (_, n) => pictureOf(ALICE, n + 1).id));
    const right = new Map([[(await catalog.version(ALICE)).seq, isRoof.size]]);
    catalog.onChange(({ id, entry, version }) => {
      if (entry?.record().prompt?.includes('roof') === true) isRoof.add(id);
      else isRoof.delete(id);
      right.set(version.seq, isRoof.size);
    });
    let isOver = false;
    const committing = (async () => {
      for (let n = 1; !isOver; n = (n % 2_900) + 7) {
        await editAll(catalog, n, n + 5, n % 2 === 0 ? 'roof' : '호랑이');
        if (n % 5 === 0) await catalog.compact(ALICE);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const seen = new Set<number>();
    while (seen.size < 40) {
      const page = await catalog.list(query({ terms: words('roof'), size: 200, exactTotal: true }));
      for (const entry of page.entries) expect(entry.record().prompt).toContain('roof');
      expect(page.total).toBe(right.get(page.version.seq));
      seen.add(page.version.seq);
      // an answer that was kept waits for nothing: the commits need a turn
      await new Promise((resolve) => setImmediate(resolve));
    }
    isOver = true;
    await committing;
    expect((await count(catalog, 'roof')) + (await count(catalog, '호랑이'))).toBe(2_999);
    await catalog.close();
  });

  it('does not believe texts of another history with the same numbers', async () => {
    const storage = await putBack();
    // gone on with differently
    const other = open(storage);
    await editAll(other, 30, 45, '늑대');
    await other.close();
    const again = open(storage);
    expect([await count(again, '호랑이'), await count(again, '늑대'), await count(again, 'roof')]).toEqual([
      0, 15, 34,
    ]);
    await again.close();
  });

  it('does not believe texts of changes that were taken back', async () => {
    const storage = await putBack();
    const again = open(storage);
    expect([await count(again, '호랑이'), await count(again, 'roof')]).toEqual([0, 49]);
    await again.close();
  });

  it('makes its file anew when much of it is of no use, and answers meanwhile', async () => {
    const storage = createMemoryStorage({ now: () => START });
    const catalog = open(storage);
    await putAll(catalog, 1, 1_600, 'roof');
    for (const prompt of ['가', '나', '다', '호랑이']) {
      await editAll(catalog, 1, 1_500, prompt);
      expect(await count(catalog, prompt)).toBe(1_499);
    }
    const { inode } = await storage.stat(searchFilePath(ALICE));
    await until(async () => {
      expect([await count(catalog, '호랑이'), await count(catalog, 'roof')]).toEqual([1_499, 100]);
      return (await storage.stat(searchFilePath(ALICE))).inode !== inode;
    });
    expect([await count(catalog, '호랑이'), await count(catalog, 'roof')]).toEqual([1_499, 100]);
    await catalog.close();
    expect(storage.openHandles()).toBe(0);
  });

  it('of somebody without pictures writes nothing', async () => {
    const storage = createMemoryStorage({ now: () => START });
    const catalog = open(storage);
    const page = await catalog.list(query({ terms: words('roof') }));
    expect([page.total, page.totalRelation, page.next]).toEqual([0, 'eq', null]);
    await catalog.close();
    await expect(storage.stat(searchFilePath(ALICE))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
