import { extOfRecord, locationOf } from '../../src/catalog/entry.ts';
import { decodeHeader } from '../../src/catalog/manifest/header.ts';
import { createManifestCatalog, type ManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import { dayFolder, manifestKey, originalKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { createFolderSync, ensureFolder, readWhole } from '../../src/storage/durable.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';
import { describeCatalog } from './catalog.contract.ts';
import { describeCatalogModel } from './catalog-model.ts';
import type { CatalogRig, MakeCatalog, TestClock } from './catalog-rig.ts';

/** An original beside which a sidecar counts. */
async function place(storage: Storage, record: PictureRecord): Promise<void> {
  const at = locationOf(record);
  const folders = createFolderSync(storage);
  await ensureFolder(storage, folders, dayFolder(at.owner, at.kind, at.day));
  const file = await storage.open(originalKey(at, extOfRecord(record)), 'create').catch(() => undefined);
  await file?.close();
}

function rigOver(storage: Storage, recentSize: number, leastLog: number): CatalogRig {
  const open = (): ManifestCatalog =>
    createManifestCatalog({
      storage,
      folders: createFolderSync(storage),
      log: silentLog,
      recentSize,
      indexMaxBytes: 1 << 20,
      legacyTz: 'UTC',
      compaction: { leastLog, tombstones: 1_000 },
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
    done: () => catalog.close(),
  };
}

/** The clock of the test, everything else as it is. */
function withClock(storage: Storage, clock: TestClock): Storage {
  return { ...storage, now: () => clock.now() };
}

const inMemory: MakeCatalog = async (clock) =>
  rigOver(createMemoryStorage({ now: () => clock.now() }), 3, 4_000);

const onDisk: MakeCatalog = async (clock) => {
  const temp = await tempFolder();
  const rig = rigOver(withClock(createNodeStorage(temp), clock), 50, 1 << 20);
  return rig;
};

describeCatalog('manifest in memory', inMemory);
describeCatalog('manifest on disk', onDisk);
describeCatalogModel('manifest in memory, always compacting', inMemory, { numRuns: 60 });
describeCatalogModel('manifest on disk', onDisk, { numRuns: 10 });
