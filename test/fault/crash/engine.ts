import { type Engine, openEngine } from '../../../src/compose-engine.ts';
import { loadConfig } from '../../../src/config.ts';
import { silentLog } from '../../../src/domain/log.ts';
import { sniffMime } from '../../../src/media/signature.ts';
import { createGallery } from '../../../src/services/gallery.ts';
import { createIdSource } from '../../../src/services/ids.ts';
import { createIngest, type IngestDeps } from '../../../src/services/ingest.ts';
import { createInputs } from '../../../src/services/inputs.ts';
import { createReconcile } from '../../../src/services/maintenance/reconcile.ts';
import type { Reconcile } from '../../../src/services/maintenance/reconcile-types.ts';
import { createOwnership, type Ownership } from '../../../src/services/ownership.ts';
import { createPurge, type Purge } from '../../../src/services/purge.ts';
import { createSavedSearches } from '../../../src/services/saved-searches.ts';
import type { Gallery, Ingest, Inputs, SavedSearches, Trash } from '../../../src/services/services.ts';
import { createShareSigner } from '../../../src/services/share-token.ts';
import { createShares, type Shares } from '../../../src/services/shares.ts';
import { createTrash } from '../../../src/services/trash.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { decoder } from './pictures.ts';

/** The real engine and services on a given storage: everything but sockets and decoder processes. */
export interface Machine {
  readonly storage: Storage;
  readonly engine: Engine;
  readonly ingest: Ingest;
  readonly inputs: Inputs;
  readonly trash: Trash;
  readonly gallery: Gallery;
  readonly searches: SavedSearches;
  readonly shares: Shares;
  readonly ownership: Ownership;
  readonly purge: Purge;
  readonly reconcile: Reconcile;
}

/** Nobody stops anything here but by a power cut. */
export const UNSTOPPED = new AbortController().signal;

const LIMIT = 100_000;
/** By which a machine writes what it need not: the same for a history and for the recoveries of its states. */
export interface Rules {
  /** A snapshot of the index after every change; else as for any small library, none. */
  readonly snapshots: boolean;
  /** Logs of a few lines are merged, and of what was purged little stays; else as for any small library, never. */
  readonly compaction: boolean;
}

const SNAPSHOTS = { leastRows: 1, leastTail: 0, leastTailAtEnd: 0 };
const COMPACTION = { leastLog: 2_500, tombstones: 2, tombstoneAge: 0 };
const SIGNER = createShareSigner(['k'.repeat(40)]);
const CONFIG = configOf();

function configOf() {
  const loaded = loadConfig({ DISK_RESERVE_MB: '0', RECENT_SIZE: '4' });
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

/** @param random bytes for ids */
export async function startMachine(
  storage: Storage,
  random: (bytes: number) => Uint8Array,
  { snapshots, compaction }: Rules,
): Promise<Machine> {
  const engine = await openEngine(CONFIG, {
    log: silentLog,
    storage,
    ...(snapshots ? { snapshots: SNAPSHOTS } : {}),
    ...(compaction ? { compaction: COMPACTION } : {}),
  });
  const deps = ingestDepsOf(engine, random);
  const { catalog, state, tree } = engine;
  const { now, ids } = deps;
  const ingest = createIngest(deps);
  return {
    storage,
    engine,
    ingest,
    inputs: createInputs(deps),
    trash: createTrash({ catalog, now }),
    gallery: createGallery({ catalog }),
    searches: createSavedSearches({ state, catalog, ids, now, present: () => tree.present() }),
    ...givingOf(engine, deps),
    purge: purgeOf(engine, now),
    reconcile: createReconcile({
      ...engine,
      ...{ ingest, decoder, log: silentLog, legacyTz: 'UTC', present: () => tree.present() },
      maxBytes: { generated: LIMIT, input: LIMIT, control: LIMIT },
    }),
  };
}

function ingestDepsOf(engine: Engine, random: (bytes: number) => Uint8Array): IngestDeps {
  const { blobs, catalog, moved, storage } = engine;
  return {
    ...{ blobs, catalog, decoder, log: silentLog, sniff: sniffMime, admit: async () => {} },
    ids: createIdSource(random),
    now: () => storage.now(),
    resolveOwner: (owner) => moved.resolve(owner),
    formerNames: (owner, since) => moved.formerNames(owner, since),
  };
}

function givingOf(
  { blobs, catalog, state, moved, drained, tree }: Engine,
  { ids, now, log }: IngestDeps,
): Pick<Machine, 'shares' | 'ownership'> {
  const nextId = (time: number) => ids.next(time);
  const shares = createShares({ catalog, state, signer: SIGNER, nextId, now });
  const present = () => tree.present();
  const overLimit = async () => ({ count: 0, bytes: 0 });
  const ownership = createOwnership({
    ...{ blobs, catalog, state, moved, drained, shares, now, log, present, overLimit },
  });
  return { shares, ownership };
}

function purgeOf({ blobs, catalog, tree, moved }: Engine, now: () => number): Purge {
  return createPurge({
    ...{ blobs, catalog, log: silentLog, now, mostShare: 1, present: () => tree.present() },
    retention: { guestDays: 7, memberDays: 30, keepFavorites: true },
    isInUse: async () => false,
    isReferenced: async () => false,
    hasGone: (owner) => (moved.peek(owner) ?? owner) !== owner,
    lastRun: async () => undefined,
  });
}

/** As a server does it behind its first requests. */
export async function catchUp({ engine, ownership, reconcile }: Machine): Promise<void> {
  await engine.settle(UNSTOPPED);
  await ownership.resume(UNSTOPPED);
  await reconcile.recent(UNSTOPPED);
}
