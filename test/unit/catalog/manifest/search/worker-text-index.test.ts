import { afterEach, describe, expect, it } from 'vitest';
import {
  createManifestCatalog,
  type ManifestCatalog,
} from '../../../../../src/catalog/manifest/manifest-catalog.ts';
import {
  createWorkerTextIndex,
  type WorkerTextIndex,
} from '../../../../../src/catalog/manifest/search/worker-text-index.ts';
import { silentLog } from '../../../../../src/domain/log.ts';
import { createFolderSync } from '../../../../../src/storage/durable.ts';
import { createNodeStorage } from '../../../../../src/storage/node-storage.ts';
import { ALICE, ids, pictureOf, query, refusalOf } from '../../../../contract/catalog-rig.ts';
import { tempFolder } from '../../../../support/storage/temp-folder.ts';

interface Rig {
  readonly catalog: ManifestCatalog;
  readonly texts: WorkerTextIndex;
}

const open: Rig[] = [];
afterEach(async () => {
  for (const { catalog } of open.splice(0)) await catalog.close();
});

function openRig(root: string): Rig {
  const storage = createNodeStorage(root);
  const texts = createWorkerTextIndex(root);
  const catalog = createManifestCatalog({
    storage,
    folders: createFolderSync(storage),
    log: silentLog,
    recentSize: 2,
    indexMaxBytes: 1 << 24,
    legacyTz: 'UTC',
    textIndex: texts,
  });
  const rig = { catalog, texts };
  open.push(rig);
  return rig;
}

const COUNT = 300;

async function fill({ catalog }: Rig): Promise<void> {
  const records = Array.from({ length: COUNT }, (_, n) =>
    pictureOf(ALICE, n + 1, { prompt: n % 10 === 0 ? `호랑이 ${n}` : `roof ${n}` }),
  );
  await Promise.all(records.map((record) => catalog.commit(ALICE, { op: 'put', record })));
}

const find = (rig: Rig, text: string) =>
  rig.catalog.list(query({ terms: [{ by: 'text', text, negated: false }], size: 3, exactTotal: true }));

describe('a search in a thread of its own', () => {
  it('finds what is there, after a restart too', async () => {
    const root = await tempFolder();
    const rig = openRig(root);
    await fill(rig);
    const page = await find(rig, '호랑이');
    expect([page.total, page.totalRelation, ids(page.entries)]).toEqual([
      COUNT / 10,
      'eq',
      [291, 281, 271].map((n) => pictureOf(ALICE, n).id),
    ]);
    await rig.catalog.close();
    const again = openRig(root);
    expect((await find(again, '호랑이')).total).toBe(COUNT / 10);
    expect((await find(again, 'absent')).total).toBe(0);
  });

  it('fails one search when its thread dies, and goes on with the next', async () => {
    const rig = openRig(await tempFolder());
    await fill(rig);
    await find(rig, 'roof');
    const searches = ['roof 1', '호랑이'].map((text) => refusalOf(find(rig, text)));
    await rig.texts.kill();
    for (const refusal of await Promise.all(searches)) expect(refusal.code).toBe('io_error');
    expect((await find(rig, 'roof')).total).toBe((COUNT * 9) / 10);
  });

  it('refuses when it is closed', async () => {
    const texts = createWorkerTextIndex(await tempFolder());
    await texts.close();
    expect((await refusalOf(texts.open(ALICE, '0'.repeat(16)))).code).toBe('draining');
  });
});
