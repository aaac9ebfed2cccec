import { randomBytes } from 'node:crypto';
import type { BlobStore } from './blobs/blob-store.ts';
import { createFsBlobStore } from './blobs/fs-blob-store.ts';
import { createHeldBlobs } from './blobs/held-blobs.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { CompactionRules } from './catalog/manifest/compaction-rules.ts';
import {
  createManifestCatalog,
  type ManifestCatalog,
  type ManifestStats,
} from './catalog/manifest/manifest-catalog.ts';
import type { TextIndex } from './catalog/manifest/search/text-index.ts';
import { createWorkerTextIndex } from './catalog/manifest/search/worker-text-index.ts';
import type { SnapshotRules } from './catalog/manifest/snapshot-rules.ts';
import { ensureRoot } from './compose-root.ts';
import type { Config } from './config.ts';
import { volumeMissing } from './domain/errors.ts';
import type { Log } from './domain/log.ts';
import type { Owner } from './domain/owner.ts';
import { createIoMeter, type IoMeter } from './services/maintenance/io-meter.ts';
import { recoverStaged } from './services/maintenance/recover.ts';
import { type FormerRun, type RunFile, readFormerRun, startRun } from './services/maintenance/run-file.ts';
import { type SettledClock, watchCommits } from './services/maintenance/settled.ts';
import { openTree, type Tree } from './services/maintenance/tree.ts';
import { createMoved, type Moved } from './services/moved.ts';
import { createMovedFence } from './services/moved-fence.ts';
import { createFsStateStore } from './state/fs-state-store.ts';
import type { StateStore } from './state/state-store.ts';
import { createFolderSync, type FolderSync } from './storage/durable.ts';
import { createNodeStorage } from './storage/node-storage.ts';
import type { Storage } from './storage/storage.ts';

/** The tree opened and settled, with every driver on it: what a server and an operator's command both stand on. */
export interface Engine {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly state: StateStore;
  readonly tree: Tree;
  readonly blobs: BlobStore;
  /** Whether somebody is at work with what is staged under this key. */
  readonly isHeld: (key: string) => boolean;
  /** Lets nothing new in for an owner that has gone. */
  readonly catalog: Catalog;
  readonly moved: Moved;
  /** Resolves when every change has ended that was let in before the owner was marked as gone. */
  drained(owner: Owner): Promise<void>;
  readonly io: IoMeter;
  readonly stats: () => ManifestStats;
  /** Brings every change to its lasting form, those that an unclean stop left too. @throws KirokuError what is left */
  settle(signal: AbortSignal): Promise<void>;
  /** Tells operators' commands where the server that holds the tree can be called. */
  listening(url: string): Promise<void>;
  /** Makes the owner's manifest again from the sidecars. @throws KirokuError, as the storage */
  rebuild(owner: Owner): Promise<void>;
  /** Everything acknowledged is settled, the run is closed as clean and the lock is given back. Safe to repeat. */
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly log: Log;
  /** The tree's storage; the real one under `config.outputDir` when absent. */
  readonly storage?: Storage;
  /** Other rules for snapshots of indexes than the usual ones. */
  readonly snapshots?: Partial<SnapshotRules>;
  /** Other rules for merging manifests than the usual ones. */
  readonly compaction?: Partial<CompactionRules>;
}

/** How often the settled time is written while something changes, ms. */
const SETTLED_EVERY_MS = 5_000;

/**
 * Opens the tree and brings an interrupted run to its end. Reads no manifest: owners are loaded when asked for.
 * @throws KirokuError `volume_missing`, `tree_locked`, `tree_unreadable`, `read_only`, `io_error`
 */
export async function openEngine(config: Config, options: EngineOptions): Promise<Engine> {
  const { log } = options;
  if (options.storage === undefined) await ensureRoot(config);
  const storage = options.storage ?? createNodeStorage(config.outputDir);
  const folders = createFolderSync(storage);
  let opened: Tree | undefined;
  const present = async () => opened === undefined || opened.present();
  let unclean = false;
  const state = createFsStateStore({ storage, folders, log, present, unclean: () => unclean });
  const tree = await openTree({
    storage,
    folders,
    state,
    log,
    random: randomBytes,
    volumeId: config.volumeId,
  });
  opened = tree;
  try {
    const former = await readFormerRun(state, tree.isNew);
    unclean = former.unsettledSince !== undefined;
    // another storage is searched beside its caller: the thread knows only the real one
    const texts = options.storage === undefined ? createWorkerTextIndex(config.outputDir) : undefined;
    return await openDrivers(config, options, { storage, folders, state, tree }, former, texts);
  } catch (error) {
    await tree.close().catch(() => undefined);
    throw error;
  }
}

type Ground = Pick<Engine, 'storage' | 'folders' | 'state' | 'tree'>;

async function openDrivers(
  config: Config,
  { log, snapshots = {}, compaction = {} }: EngineOptions,
  ground: Ground,
  former: FormerRun,
  textIndex: TextIndex | undefined,
): Promise<Engine> {
  const { storage, folders, state, tree } = ground;
  const now = () => storage.now();
  const io = createIoMeter();
  const bare = createManifestCatalog({
    storage,
    folders,
    log,
    present: () => tree.present(),
    recentSize: config.recentSize,
    indexMaxBytes: config.indexMaxBytes,
    legacyTz: config.legacyTz,
    snapshots,
    compaction,
    ...(textIndex === undefined ? {} : { textIndex }),
    ...(former.unsettledSince === undefined ? {} : { unsettledSince: former.unsettledSince }),
  });
  let run: RunFile | undefined;
  const { catalog, clock } = watchCommits(bare, now, io, async (since) => run?.cover(since));
  const moved = createMoved({ state, now });
  const fence = createMovedFence(catalog, moved);
  const store = createFsBlobStore({ storage, folders, publishBy: tree.report.publishBy });
  const { blobs, isHeld } = createHeldBlobs({
    ...store,
    publish: (staged) => io.watch(() => store.publish(staged)),
    stat: async (key) => (await store.stat(key)) ?? (await absent(tree)),
    open: async (key) => (await store.open(key)) ?? (await absent(tree)),
  });
  try {
    await recoverStaged({ blobs, catalog, log });
    const started = await startRun({ state, clock, former, log, now });
    run = started;
    return {
      ...ground,
      blobs,
      isHeld,
      catalog: fence.catalog,
      moved,
      drained: (owner) => fence.drained(owner),
      io,
      stats: () => bare.stats(),
      listening: (url) => started.listening(url),
      rebuild: (owner) => bare.rebuild(owner),
      settle: (signal) => settle(bare, clock, started, signal),
      close: closing(bare, clock, started, tree),
    };
  } catch (error) {
    await catalog.close().catch(() => undefined);
    throw error;
  }
}

/** What is not found on a volume that is away may be there all the same. @throws KirokuError `volume_missing` */
async function absent(tree: Tree): Promise<undefined> {
  if (!(await tree.present())) throw volumeMissing();
}

async function settle(
  catalog: ManifestCatalog,
  clock: SettledClock,
  run: RunFile,
  signal: AbortSignal,
): Promise<void> {
  const paid = clock.paying();
  await catalog.settle(signal);
  paid();
  run.caughtUp();
}

/** Writes the settled time now and then, until the end. */
function closing(
  catalog: ManifestCatalog,
  clock: SettledClock,
  run: RunFile,
  tree: Tree,
): () => Promise<void> {
  const timer = setInterval(() => void run.tick(), SETTLED_EVERY_MS);
  timer.unref();
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(timer);
    try {
      const paid = clock.paying();
      await catalog.close();
      paid();
      await run.finish();
    } finally {
      await tree.close();
    }
  };
  return () => (closed ??= close());
}
