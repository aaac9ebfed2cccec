import { randomBytes } from 'node:crypto';
import { isErrno, KirokuError, volumeMissing } from '../../domain/errors.ts';
import { manifestKey } from '../../domain/key.ts';
import type { Log } from '../../domain/log.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import type { FolderSync } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Catalog, Change, Entry } from '../catalog.ts';
import { makeReady } from './commit.ts';
import { compact } from './compaction.ts';
import { COMPACTION, type CompactionRules } from './compaction-rules.ts';
import { EarlyPages } from './early-pages.ts';
import { createLogFiles, ManifestChangedError } from './log-file.ts';
import { type Held, Owners } from './owners.ts';
import {
  changesSince,
  facetsOf,
  findByIdem,
  findBySha256,
  findEntry,
  listPage,
  readyPage,
  timelineOf,
} from './queries.ts';
import { ASKED_FOR, rebuildManifest } from './rebuild.ts';
import { createDirectTextIndex } from './search/direct-text-index.ts';
import type { TextIndex } from './search/text-index.ts';
import { settleOwed } from './settle.ts';
import { SNAPSHOTS, type SnapshotRules } from './snapshot-rules.ts';
import { type ManifestContext, NO_EPOCH, type OwnerStore } from './store.ts';
import { TAIL, type TailRules } from './tail-rules.ts';
import { unlessAborted } from './turns.ts';

export interface ManifestCatalogOptions {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly log: Log;
  /** Whether the volume is still the one that was opened; taken for granted when absent. */
  readonly present?: () => Promise<boolean>;
  /** 16 lower-case hex for a new epoch; random when absent. */
  readonly random?: () => string;
  /** Newest pictures kept ready per owner and kind. */
  readonly recentSize: number;
  /** Bytes of indexes that stay in memory while nobody works with them. */
  readonly indexMaxBytes: number;
  /** IANA zone in which times without a zone in older sidecars are read. */
  readonly legacyTz: string;
  /** ms: after an unclean stop, the time from which lines and sidecars must be compared. */
  readonly unsettledSince?: number;
  /** Other rules for compaction than the usual ones. */
  readonly compaction?: Partial<CompactionRules>;
  /** Other rules for snapshots of indexes than the usual ones. */
  readonly snapshots?: Partial<SnapshotRules>;
  /** Other rules for answers from a manifest's end than the usual ones. */
  readonly tail?: Partial<TailRules>;
  /** Where texts are searched: in the caller's own thread when absent. Closed with the catalog. */
  readonly textIndex?: TextIndex;
  /** Unused descriptors kept open over all owners. */
  readonly openFiles?: number;
}

export interface ManifestStats {
  /** Owners in memory. */
  readonly owners: number;
  readonly pictures: number;
  /** Bytes of their arrays. */
  readonly indexBytes: number;
  /** Bytes of the arrays that searches keep. */
  readonly searchBytes: number;
}

export interface ManifestCatalog extends Catalog {
  /** Makes the owner's manifest again from the sidecars, under a new epoch. @throws KirokuError, as the storage */
  rebuild(owner: Owner): Promise<void>;
  /**
   * Settles everything: what this run owes, and what an unclean stop left in owners that nobody has asked for yet.
   * @throws KirokuError when something still cannot be settled; the rest is
   */
  settle(signal?: AbortSignal): Promise<void>;
  /** Merges the owner's log into the base now, by other rules if given. @throws as the storage */
  compact(owner: Owner, rules?: Partial<CompactionRules>): Promise<void>;
  /** Waits until no compaction runs, and no snapshot is written. */
  quiet(): Promise<void>;
  stats(): ManifestStats;
}

const OPEN_FILES = 64;
/** The clock may have been set back by as much between a line's time and the manifest's, ms. */
const CLOCK_SLACK = 5 * 60_000;

/**
 * The catalog of the file-system engine: a sidecar a picture, which is the truth, and an append-only manifest an owner,
 * which is the index (docs/storage-format-manifest.md).
 */
export function createManifestCatalog(options: ManifestCatalogOptions): ManifestCatalog {
  const { storage, folders, log, recentSize, legacyTz, unsettledSince } = options;
  const listeners = new Set<(change: Change) => void>();
  const context: ManifestContext = {
    storage,
    folders,
    log,
    present: options.present ?? (async () => true),
    texts: options.textIndex ?? createDirectTextIndex(storage),
    files: createLogFiles(storage, options.openFiles ?? OPEN_FILES),
    random: options.random ?? (() => randomBytes(8).toString('hex')),
    recentSize,
    legacyTz,
    compaction: { ...COMPACTION, ...options.compaction },
    snapshots: { ...SNAPSHOTS, ...options.snapshots },
    tail: { ...TAIL, ...options.tail },
    emit(change) {
      for (const listener of listeners) {
        try {
          listener(change);
        } catch (error) {
          // the change is committed: a listener's trouble is not the committer's
          log.error({ err: error }, 'a listener of changes failed');
        }
      }
    },
  };
  const owners = new Owners(context, { indexMaxBytes: options.indexMaxBytes, unsettledSince });
  const early = new EarlyPages(context, owners, mayBeUnsettled);
  let closed = false;

  /** Work behind an answer may outlive its owner's time in memory: by then another store's lane guards the file. */
  async function heal(store: OwnerStore, why: string): Promise<void> {
    const { file, owner } = store;
    if (owners.peek(owner) !== store) throw new ManifestChangedError(why);
    await owners.use(owner, ({ lane }) =>
      lane.exclusive(async () => {
        if (store.file !== file) return;
        await settleOwed(context, store);
        await rebuildManifest(context, store, why);
      }),
    );
  }

  /** An earlier picture that may stand for a new one is acknowledged by that: what is owed of it is written first. */
  async function lasting({ store, lane }: Held, found: Entry | undefined): Promise<Entry | undefined> {
    if (found !== undefined && store.owed.has(found.id)) {
      await lane.exclusive(() => settleOwed(context, store));
    }
    return found;
  }

  async function* ownerNames(): AsyncGenerator<Owner> {
    try {
      for (const { name, type } of await storage.readFolder('users')) {
        if (type === 'folder' && isOwner(name)) yield name;
      }
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      if (!(await context.present())) throw volumeMissing();
    }
  }

  /** False when the manifest was last written before anything was left open. */
  async function mayBeUnsettled(owner: Owner): Promise<boolean> {
    if (!owners.needsSettling(owner)) return false;
    try {
      const { mtime } = await storage.stat(manifestKey(owner));
      return mtime >= (unsettledSince ?? 0) - CLOCK_SLACK;
    } catch (error) {
      // without a manifest there is nothing but sidecars
      if (isErrno(error, 'ENOENT')) return false;
      throw error;
    }
  }

  async function settleOwner(owner: Owner): Promise<void> {
    const held = owners.peek(owner);
    const owes = held !== undefined && (held.owed.size > 0 || held.unrecovered !== undefined);
    if (!owes && !(await mayBeUnsettled(owner))) return owners.markSettled(owner);
    await owners.use(owner, ({ store, lane }) => lane.exclusive(() => makeReady(context, store)));
    owners.markSettled(owner);
  }

  async function quiet(): Promise<void> {
    await Promise.all(owners.all.map(({ store }) => store.compacting));
    await owners.snapshots.quiet();
  }

  return {
    find: (owner, kind, id) => owners.ask(owner, (held) => findEntry(held.store, heal, id, kind)),
    lookup: (owner, id) => owners.ask(owner, (held) => findEntry(held.store, heal, id)),
    async list(query) {
      const store = owners.peek(query.owner);
      const page = store === undefined ? await early.page(query) : readyPage(store, query);
      return page ?? owners.ask(query.owner, (held) => listPage(context, held.store, heal, query));
    },
    facets: (selection, most) =>
      owners.ask(selection.owner, (held) => facetsOf(context, held.store, heal, selection, most)),
    timeline: (selection, dayOf) =>
      owners.ask(selection.owner, (held) => timelineOf(context, held.store, heal, selection, dayOf)),
    usage: (owner) =>
      owners.ask(owner, async ({ store }) => ({
        version: store.version,
        lastActivity: store.lastActivity,
        active: store.index.totals.of(0),
        trash: store.index.totals.of(1),
      })),
    version: (owner) => owners.ask(owner, async ({ store }) => store.version),
    peekVersion(owner) {
      const store = owners.peek(owner);
      if (store !== undefined) return store.version;
      return owners.isEmpty(owner) ? { epoch: NO_EPOCH, seq: 0 } : undefined;
    },
    findBySha256: (owner, kind, sha256) =>
      owners.ask(owner, async (held) => lasting(held, await findBySha256(held.store, heal, kind, sha256))),
    findByIdem: (owner, idem, since) =>
      owners.ask(owner, async (held) => lasting(held, await findByIdem(held.store, heal, idem, since))),
    changesSince: (owner, since) => owners.ask(owner, (held) => changesSince(held.store, heal, since)),
    owners: ownerNames,
    async commit(owner, mutation) {
      if (closed) throw new KirokuError('draining', 'The catalog is closed.');
      return await owners.use(owner, ({ lane }) => lane.commit(mutation));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    rebuild: (owner) =>
      owners.use(owner, ({ store, lane }) =>
        lane.exclusive(async () => {
          await settleOwed(context, store);
          await rebuildManifest(context, store, ASKED_FOR);
        }),
      ),
    compact: (owner, rules) =>
      owners.use(owner, async ({ store, lane }) => {
        while (store.compacting !== undefined) await store.compacting;
        const work = compact({ ...context, compaction: { ...context.compaction, ...rules } }, store, lane);
        store.compacting = work
          .catch(() => undefined)
          .finally(() => {
            store.compacting = undefined;
          });
        await work;
      }),
    async settle(signal) {
      let failure: unknown;
      for await (const owner of ownerNames()) {
        await unlessAborted(settleOwner(owner), signal).catch((error: unknown) => {
          if (signal?.aborted === true) throw error;
          log.error({ owner, err: error }, 'owner cannot be settled now');
          failure ??= error;
        });
      }
      if (failure !== undefined) throw failure;
    },
    quiet,
    stats() {
      const stores = owners.all.map(({ store }) => store);
      return {
        owners: stores.length,
        pictures: stores.reduce((sum, { index }) => sum + index.columns.count, 0),
        indexBytes: stores.reduce((sum, { indexBytes }) => sum + indexBytes, 0),
        searchBytes: stores.reduce((sum, { search }) => sum + (search?.bytes ?? 0), 0),
      };
    },
    async close() {
      closed = true;
      owners.snapshots.end();
      // behind everything that was begun
      const ends = owners.all.map(({ store, lane }) =>
        lane.exclusive(async () => {
          if (store.owed.size > 0) await settleOwed(context, store);
          // the next start would believe what this one does not
          if (store.suspect !== undefined) await makeReady(context, store);
        }),
      );
      await owners.stopLoading();
      await early.close();
      const results = await Promise.allSettled(ends);
      await quiet();
      await owners.snapshots.finish(owners.all.map(({ store }) => store));
      await owners.drain();
      for (const { store } of owners.all) store.search?.retire();
      await context.texts.close();
      await context.files.close();
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  };
}
