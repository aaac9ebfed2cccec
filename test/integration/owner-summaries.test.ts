import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentLog } from '../../src/domain/log.ts';
import { totalOf } from '../../src/services/owner-numbers.ts';
import { createOwnerSummaries } from '../../src/services/owner-summaries.ts';
import { createSummaryFile } from '../../src/services/owner-summary-file.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { OWNER, openCatalog, picture, put } from '../fault/manifest-rig.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';

/** Two minutes later than it is: manifests are still by then. */
const LATER = 120_000;

it('an owner is loaded again only when its manifest is another than the one that was counted', async () => {
  const folder = await tempFolder();
  const storage = createNodeStorage(folder);
  const begin = () => {
    const catalog = openCatalog(storage);
    const store = createSummaryFile(storage, createFolderSync(storage));
    const now = () => storage.now() + LATER;
    const summaries = createOwnerSummaries({ catalog, store, log: silentLog, now });
    return {
      catalog,
      summaries,
      /** What is known of the owner, and how many owners had to be loaded for it. */
      async look() {
        await summaries.counted();
        const counted = (await summaries.all()).of.get(OWNER);
        const { count } = counted === undefined ? { count: -1 } : totalOf(counted.numbers, 'active');
        return [count, catalog.stats().owners];
      },
      async end() {
        await summaries.close();
        await catalog.close();
      },
    };
  };

  const first = begin();
  for (const n of [0, 1, 2]) await put(storage, first.catalog, picture(n));
  expect(await first.look()).toEqual([3, 1]);
  await first.end();

  const second = begin();
  expect(await second.look()).toEqual([3, 0]);
  await put(storage, second.catalog, picture(3));
  expect(await second.look()).toEqual([4, 1]);
  await second.end();

  const third = begin();
  expect(await third.look()).toEqual([4, 0]);
  await third.end();

  // the index made again, and the summary gone: both are disposable
  await rm(join(folder, 'users', OWNER, 'manifest.jsonl'));
  const fourth = begin();
  expect(await fourth.look()).toEqual([4, 1]);
  await fourth.end();
  await rm(join(folder, '.kiroku', 'owners.jsonl'));
  const fifth = begin();
  expect(await fifth.look()).toEqual([4, 1]);
  await fifth.end();
});
