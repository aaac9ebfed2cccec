import { describe, expect, it } from 'vitest';
import {
  createManifestCatalog,
  type ManifestCatalog,
} from '../../../../../src/catalog/manifest/manifest-catalog.ts';
import {
  createDirectTextIndex,
  searchFilePath,
} from '../../../../../src/catalog/manifest/search/direct-text-index.ts';
import { silentLog } from '../../../../../src/domain/log.ts';
import { createFolderSync, readWhole } from '../../../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../../../src/storage/storage.ts';
import { ALICE, change, pictureOf, query, refusalOf, START } from '../../../../contract/catalog-rig.ts';
import { createFaultStorage, type FaultPlan } from '../../../../support/storage/fault-storage.ts';

const COUNT = 600;
const FILE = searchFilePath(ALICE);

function open(storage: Storage, mostInMemory?: number): ManifestCatalog {
  return createManifestCatalog({
    storage,
    folders: createFolderSync(storage),
    log: silentLog,
    recentSize: 2,
    indexMaxBytes: 1 << 24,
    legacyTz: 'UTC',
    ...(mostInMemory === undefined ? {} : { textIndex: createDirectTextIndex(storage, { mostInMemory }) }),
  });
}

const count = async (catalog: ManifestCatalog, text: string): Promise<number> =>
  (await catalog.list(query({ terms: [{ by: 'text', text, negated: false }], exactTotal: true }))).total;

/** A tree with some pictures; without a search file. */
async function filled(): Promise<Storage> {
  const storage = createMemoryStorage({ now: () => START });
  const catalog = open(storage);
  const puts = Array.from({ length: COUNT }, (_, n) =>
    pictureOf(ALICE, n + 1, { prompt: n % 3 === 0 ? `호랑이 number${n}` : `roof number${n}` }),
  ).map((record) => catalog.commit(ALICE, { op: 'put', record }));
  await Promise.all(puts);
  await catalog.close();
  return storage;
}

async function expectRight(catalog: ManifestCatalog): Promise<void> {
  expect(await count(catalog, '호랑이')).toBe(COUNT / 3);
  expect(await count(catalog, 'number17')).toBe(11);
  expect(await count(catalog, 'absent')).toBe(0);
}

async function overwrite(storage: Storage, bytes: Uint8Array): Promise<void> {
  const file = await storage.open(FILE, 'update');
  await file.truncate(0);
  await file.write(bytes, 0);
  await file.close();
}

async function fileBytes(storage: Storage): Promise<Buffer> {
  const bytes = await readWhole(storage, FILE);
  if (bytes === undefined) throw new Error('there is no search file');
  return bytes;
}

/** The tree with its search file made. */
async function searched(): Promise<{ readonly storage: Storage; readonly bytes: Buffer }> {
  const storage = await filled();
  const catalog = open(storage);
  await expectRight(catalog);
  await catalog.close();
  return { storage, bytes: await fileBytes(storage) };
}

describe('a search file', () => {
  it('is made once, and used by the next start', async () => {
    const { storage, bytes } = await searched();
    const watched = createFaultStorage(storage);
    const catalog = open(watched);
    await expectRight(catalog);
    await catalog.close();
    expect(watched.trace.filter((call) => call.startsWith('write') && call.includes('.search'))).toEqual([]);
    expect(await fileBytes(storage)).toEqual(bytes);
  });

  it('answers right, whichever byte of it was changed', async () => {
    const { storage, bytes } = await searched();
    for (let at = 0; at < bytes.length; at += at < 400 ? 23 : 9_973) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x21;
      await overwrite(storage, changed);
      const catalog = open(storage);
      await expectRight(catalog);
      await catalog.close();
    }
  });

  it('answers right, wherever it was cut off', async () => {
    const { storage, bytes } = await searched();
    for (let at = 0; at < bytes.length; at += 12_899) {
      await overwrite(storage, bytes.subarray(0, at));
      const catalog = open(storage);
      await expectRight(catalog);
      await catalog.close();
    }
  });

  it('is mended when it is damaged, cut or removed while it is open', async () => {
    for (const harm of ['damage', 'cut', 'remove'] as const) {
      const { storage, bytes } = await searched();
      const catalog = open(storage);
      await expectRight(catalog);
      if (harm === 'damage') await overwrite(storage, Buffer.alloc(bytes.length, 7));
      if (harm === 'cut') await overwrite(storage, bytes.subarray(0, bytes.length >> 1));
      if (harm === 'remove') await storage.unlink(FILE);
      await catalog.commit(ALICE, {
        op: 'put',
        record: pictureOf(ALICE, COUNT + 1, { prompt: 'roof' }),
      });
      // a text that was checked once is believed from then on: what was looked at is right, or made anew
      if (harm !== 'damage') await expectRight(catalog);
      await catalog.close();
      const again = open(storage);
      await expectRight(again);
      await again.close();
    }
  });

  it('of another epoch is made anew', async () => {
    const { storage, bytes } = await searched();
    const catalog = open(storage);
    await catalog.rebuild(ALICE);
    await catalog.close();
    expect(await fileBytes(storage)).toEqual(bytes);
    const again = open(storage);
    const { epoch } = await again.version(ALICE);
    await count(again, 'roof');
    await again.close();
    expect((await fileBytes(storage)).toString('latin1', 0, 160)).toContain(epoch);
  });
});

describe('a disk that takes no search file', () => {
  const plans: FaultPlan[] = [
    { at: 1, only: ['write'], path: /\.search/, fault: { fail: 'ENOSPC', forever: true } },
    { at: 2, only: ['write'], path: /\.search/, fault: { fail: 'ENOSPC', forever: true } },
    { at: 2, only: ['write'], path: /\.search/, fault: { short: 1_000 } },
    { at: 1, only: ['open'], path: /\.search/, fault: { fail: 'EROFS', forever: true } },
    { at: 1, only: ['makeFolder'], path: /index/, fault: { fail: 'EACCES', forever: true } },
    { at: 1, only: ['rename'], path: /\.search/, fault: { fail: 'EIO', forever: true } },
  ];

  it.each(plans)('is searched all the same: $only $fault', async (plan) => {
    const faulty = createFaultStorage(await filled(), plan);
    const catalog = open(faulty);
    await expectRight(catalog);
    expect(faulty.hit()).toBe(true);
    const record = pictureOf(ALICE, 1);
    await catalog.commit(
      ALICE,
      change(record, (now) => ({ ...now, prompt: 'absent no more' })),
    );
    expect(await count(catalog, 'absent')).toBe(1);
    faulty.arm();
    await catalog.close();
  });

  it('is an error of the disk when there is more than memory may take', async () => {
    const plan: FaultPlan = {
      at: 1,
      only: ['write'],
      path: /\.search/,
      fault: { fail: 'ENOSPC', forever: true },
    };
    const faulty = createFaultStorage(await filled(), plan);
    const catalog = open(faulty, 10_000);
    expect((await refusalOf(count(catalog, 'roof'))).code).toBe('disk_full');
    faulty.arm();
    await expectRight(catalog);
    await catalog.close();
  });

  it('passes on an error of reading, and is right with the next search', async () => {
    const { storage } = await searched();
    const faulty = createFaultStorage(storage);
    const catalog = open(faulty);
    await expectRight(catalog);
    faulty.arm({ at: 1, only: ['read'], path: /\.search/, fault: { fail: 'EIO' } });
    expect((await refusalOf(count(catalog, 'number18'))).code).toBe('io_error');
    expect(await count(catalog, 'number18')).toBe(11);
    await catalog.close();
  });
});
