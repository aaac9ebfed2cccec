import { describe, expect, it } from 'vitest';
import { extOfRecord, locationOf } from '../../src/catalog/entry.ts';
import { decodeHeader } from '../../src/catalog/manifest/header.ts';
import {
  createManifestCatalog,
  type ManifestCatalog,
  type ManifestCatalogOptions,
} from '../../src/catalog/manifest/manifest-catalog.ts';
import { placeSidecar, stageSidecar } from '../../src/catalog/sidecar.ts';
import { isErrno } from '../../src/domain/errors.ts';
import { dayFolder, manifestKey, originalKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { encodeRecord } from '../../src/domain/record-codec.ts';
import { createFolderSync, ensureFolder, readWhole } from '../../src/storage/durable.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';
import { describeCatalog } from './catalog.contract.ts';
import { describeCatalogModel } from './catalog-model.ts';
import { describeCatalogQueries } from './catalog-queries.ts';
import {
  ALICE,
  type CatalogRig,
  type MakeCatalog,
  pictureOf,
  put,
  query,
  type TestClock,
} from './catalog-rig.ts';

/** An original beside which a sidecar counts. */
async function place(storage: Storage, record: PictureRecord): Promise<void> {
  const at = locationOf(record);
  const folders = createFolderSync(storage);
  await ensureFolder(storage, folders, dayFolder(at.owner, at.kind, at.day));
  const file = await storage.open(originalKey(at, extOfRecord(record)), 'create').catch(() => undefined);
  await file?.close();
}

function rigOver(
  storage: Storage,
  recentSize: number,
  leastLog: number,
  options: Partial<ManifestCatalogOptions> = {},
): CatalogRig {
  const open = (): ManifestCatalog =>
    createManifestCatalog({
      storage,
      folders: createFolderSync(storage),
      log: silentLog,
      recentSize,
      indexMaxBytes: 1 << 20,
      legacyTz: 'UTC',
      compaction: { leastLog, tombstones: 1_000 },
      ...options,
    });
  let catalog = open();
  return {
    get catalog() {
      return catalog;
    },
    place: (record) => place(storage, record),
    async reopen() {
      await catalog.close();
      catalog = open();
      return catalog;
    },
    async raiseFloor(owner) {
      await catalog.compact(owner, { tombstones: 0, tombstoneAge: 0 });
      const bytes = await readWhole(storage, manifestKey(owner));
      return bytes === undefined ? 0 : (decodeHeader(bytes)?.floor ?? 0);
    },
    rebuild: (owner) => catalog.rebuild(owner),
    async loseManifest(owner) {
      await storage.unlink(manifestKey(owner)).catch((error: unknown) => {
        if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
      });
    },
    async writeSidecar(record) {
      const folders = createFolderSync(storage);
      const staged = await stageSidecar(storage, folders, locationOf(record), encodeRecord(record));
      await placeSidecar(storage, folders, staged);
    },
    done: () => catalog.close(),
  };
}

/** The clock of the test, everything else as it is. */
function withClock(storage: Storage, clock: TestClock): Storage {
  return { ...storage, now: () => clock.now() };
}

const inMemory: MakeCatalog = async (clock) =>
  rigOver(createMemoryStorage({ now: () => clock.now() }), 3, 4_000);

/** Owners leave memory after each question, and come back from their snapshots. */
const restored: MakeCatalog = async (clock) =>
  rigOver(createMemoryStorage({ now: () => clock.now() }), 3, 20_000, {
    indexMaxBytes: 1,
    snapshots: { leastRows: 1, leastTail: 1_500, leastTailAtEnd: 0 },
  });

const onDisk: MakeCatalog = async (clock) => {
  const temp = await tempFolder();
  const rig = rigOver(withClock(createNodeStorage(temp), clock), 50, 1 << 20);
  return rig;
};

/** A rebuild stages its file under the name that a compaction uses. */
describe('catalog manifest, rebuilt while it is compacted', () => {
  it('does both, whichever is a little earlier', async () => {
    const storage = createMemoryStorage();
    const rig = rigOver(storage, 3, 1 << 20);
    for (const n of [1, 2, 3, 4, 5]) await put(rig, pictureOf(ALICE, n));
    for (let turns = 0; turns < 60; turns += 1) {
      const compacted = rig.raiseFloor?.(ALICE);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await Promise.all([compacted, rig.rebuild?.(ALICE)]);
      expect((await rig.catalog.list(query())).total).toBe(5);
    }
    await rig.done?.();
  });
});

/** A batch answers before its compaction begins: by then the owner may have left memory, and come back. */
describe('catalog manifest, compacted while its owner leaves memory', () => {
  it('has one lane an owner, whatever comes right behind a commit', async () => {
    const warnings: unknown[] = [];
    const log = { ...silentLog, warn: (details: unknown) => warnings.push(details) };
    const rig = rigOver(createMemoryStorage(), 3, 1, { log, indexMaxBytes: 1 });
    for (let turns = 0; turns < 60; turns += 1) {
      const committed = put(rig, pictureOf(ALICE, turns));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await Promise.all([committed, rig.rebuild?.(ALICE)]);
      expect((await rig.catalog.list(query())).total).toBe(turns + 1);
    }
    await rig.done?.();
    expect(warnings.filter((details) => details instanceof Object && 'err' in details)).toEqual([]);
  });
});

describeCatalog('manifest in memory', inMemory);
describeCatalog('manifest on disk', onDisk);
describeCatalogModel('manifest in memory, always compacting', inMemory, { numRuns: 60 });
describeCatalogModel('manifest on disk', onDisk, { numRuns: 10 });
describeCatalogQueries('manifest in memory, always compacting', inMemory, {
  histories: 120,
  questions: 200,
  least: 20_000,
});
describeCatalogModel('manifest in memory, from snapshots', restored, { numRuns: 40 });
describeCatalogQueries('manifest in memory, from snapshots', restored, {
  histories: 20,
  questions: 100,
  least: 2_000,
});
