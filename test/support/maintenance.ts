import { randomBytes } from 'node:crypto';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { Decoder } from '../../src/media/decoder.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { createExclusive } from '../../src/services/maintenance/exclusive.ts';
import {
  createLiveRestore,
  type LiveRestore,
  type LiveRestoreDeps,
} from '../../src/services/maintenance/live-restore.ts';
import { createMaintenance } from '../../src/services/maintenance/maintenance.ts';
import { createReindex } from '../../src/services/maintenance/reindex.ts';
import { createThumbnails } from '../../src/services/maintenance/thumbnails.ts';
import { createTickets } from '../../src/services/maintenance/ticket.ts';
import { createVerify } from '../../src/services/maintenance/verify.ts';
import { createWhy } from '../../src/services/maintenance/why.ts';
import { createMemoryStateStore } from '../../src/state/memory-state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';

/** Over drivers in memory: nobody can make a ticket in that tree. */
export function memoryRestore(
  deps: Pick<LiveRestoreDeps, 'catalog' | 'blobs' | 'state' | 'moved' | 'shares' | 'ownership'>,
): LiveRestore {
  const storage = createMemoryStorage();
  return createLiveRestore({
    ...deps,
    tree: storage,
    legacyTz: 'UTC',
    exclusive: createExclusive(),
    tickets: createTickets({ storage, folders: createFolderSync(storage), random: randomBytes }),
    open: () => storage,
  });
}

export interface MemoryMaintenanceDeps {
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly decoder: Decoder;
  readonly now: () => number;
}

/** Over drivers in memory, which have no tree: no sidecar is ever there, and there is nothing to bring into agreement. */
export function memoryMaintenance({ catalog, blobs, decoder, now }: MemoryMaintenanceDeps) {
  const log = silentLog;
  const storage = createMemoryStorage({ now });
  const verify = createVerify({ catalog, blobs, storage, decoder, sniff: sniffMime, legacyTz: 'UTC' });
  const nothing = async () => ({ folders: 0, adopted: 0, corrected: 0, waiting: 0, again: undefined });
  return createMaintenance({
    exclusive: createExclusive(),
    verify,
    thumbnails: createThumbnails({ catalog, blobs, decoder, log, sniff: sniffMime }),
    reindex: createReindex({
      storage,
      folders: createFolderSync(storage),
      state: createMemoryStateStore(),
      legacyTz: 'UTC',
      catalog,
      reconcile: { full: nothing, names: nothing },
      rebuild: async () => undefined,
      log,
    }),
    why: createWhy({
      catalog,
      storage,
      verify,
      retention: { guestDays: 7, memberDays: 30, keepFavorites: true },
      now,
      isReferenced: async () => false,
      isInUse: async () => false,
    }),
  });
}
