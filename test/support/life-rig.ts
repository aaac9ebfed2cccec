import { createHash } from 'node:crypto';
import { createFsBlobStore } from '../../src/blobs/fs-blob-store.ts';
import type { Catalog, Entry } from '../../src/catalog/catalog.ts';
import { createManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import { originalKey } from '../../src/domain/key.ts';
import { KINDS, type Kind, STATUSES, type Status } from '../../src/domain/kind.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { QuotaLimits } from '../../src/domain/quota.ts';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { createAudit } from '../../src/services/audit.ts';
import { createBulk } from '../../src/services/bulk.ts';
import { createGallery } from '../../src/services/gallery.ts';
import { createIdSource } from '../../src/services/ids.ts';
import { createIngest } from '../../src/services/ingest.ts';
import { createReconcile } from '../../src/services/maintenance/reconcile.ts';
import { recoverStaged } from '../../src/services/maintenance/recover.ts';
import { createReindex } from '../../src/services/maintenance/reindex.ts';
import { createMoved } from '../../src/services/moved.ts';
import { createMovedFence } from '../../src/services/moved-fence.ts';
import { createOwnership } from '../../src/services/ownership.ts';
import { createPurge } from '../../src/services/purge.ts';
import { createQuota, trashOverLimit } from '../../src/services/quota.ts';
import { createRelated } from '../../src/services/related.ts';
import type { CommitRequest, IngestResult } from '../../src/services/services.ts';
import { createShareSigner } from '../../src/services/share-token.ts';
import { createShares } from '../../src/services/shares.ts';
import { createTrash } from '../../src/services/trash.ts';
import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { idOf } from './ids.ts';
import { body, REQUEST } from './services.ts';

/** Purges of guests after 7 days and of members after 30; favourites stay. */
export const RETENTION = { guestDays: 7, memberDays: 30, keepFavorites: true };

const UNLIMITED: QuotaLimits = { maxBytes: null, maxCount: null, trashMaxBytes: null, policy: 'block' };

export const live = () => new AbortController().signal;

/** Shared by all rigs of a process: what a picture looks like does not change with a restart. */
const decoder = createInlineDecoder({ maxPixels: 10_000, maxFrames: 2, thumbSize: 8 });

export interface LifeOptions {
  /** Bytes for ids. */
  readonly random: (bytes: number) => Uint8Array;
  /** Snapshots of indexes after every change. */
  readonly snapshots?: boolean;
}

const ALWAYS = { leastRows: 1, leastTail: 0, leastTailAtEnd: 0 };

/** Everything that lets pictures come, change and go, over real files, as a start opens it. */
export async function openLife(storage: Storage, { random, snapshots = false }: LifeOptions) {
  const folders = createFolderSync(storage);
  const log = silentLog;
  const now = () => storage.now();
  const present = async () => true;
  const state = createFsStateStore({ storage, folders });
  const blobs = createFsBlobStore({ storage, folders });
  const bare = createManifestCatalog({
    ...{ storage, folders, log, recentSize: 5, indexMaxBytes: 1 << 20, legacyTz: 'UTC', unsettledSince: 0 },
    ...(snapshots ? { snapshots: ALWAYS } : {}),
  });
  await recoverStaged({ blobs, catalog: bare, log });
  const moved = createMoved({ state, now });
  const { catalog, drained } = createMovedFence(bare, moved);
  const quota = createQuota({
    catalog,
    state,
    limits: UNLIMITED,
    audit: createAudit({ state, now }),
    log,
    now,
  });
  const ids = createIdSource(random);
  const ingest = createIngest({
    ...{ quota, blobs, catalog, decoder, log, now, ids, sniff: sniffMime, admit: async () => {} },
    resolveOwner: (name) => moved.resolve(name),
  });
  const trash = createTrash({ catalog, now, quota });
  const related = createRelated({ catalog });
  const signer = createShareSigner(['k'.repeat(40)]);
  const shares = createShares({ catalog, state, signer, nextId: () => idOf(9000), now });
  const limit = 1_000_000;
  const reconcile = createReconcile({
    ...{ storage, folders, blobs, catalog, state, ingest, decoder, log, legacyTz: 'UTC', present },
    maxBytes: { generated: limit, input: limit, control: limit },
  });
  return {
    ...{ storage, state, blobs, catalog, moved, quota, trash },
    gallery: createGallery({ catalog }),
    bulk: createBulk({ catalog, trash, log }),
    ownership: createOwnership({
      ...{ blobs, catalog, log, now, state, moved, drained, shares, present },
      overLimit: async () => ({ count: 0, bytes: 0 }),
    }),
    purge: createPurge({
      ...{ catalog, blobs, log, now, retention: RETENTION, mostShare: 0.5, present },
      isInUse: async () => false,
      isReferenced: (owner, id) => related.isReferenced(owner, id),
      trashOverLimit: (owner) => trashOverLimit({ catalog, state, limits: UNLIMITED }, owner),
      lastRun: async () => undefined,
    }),
    reindex: createReindex({
      ...{ storage, folders, state, catalog, reconcile, log, legacyTz: 'UTC' },
      rebuild: (owner) => bare.rebuild(owner),
    }),
    settle: () => bare.settle(live()),
    close: () => bare.close(),
    /** Receives and commits in one. */
    async add(bytes: Uint8Array, request: Partial<CommitRequest>): Promise<IngestResult> {
      const received = await ingest.receive(body(bytes), { maxBytes: limit });
      try {
        return await ingest.commit(received, { ...REQUEST, ...request });
      } finally {
        await received.discard();
      }
    },
  };
}

export type Life = Awaited<ReturnType<typeof openLife>>;

/** The folders of a new tree. */
export async function newTree(storage: Storage): Promise<void> {
  for (const path of ['.kiroku', '.kiroku/staging', '.kiroku/state', 'users']) await storage.makeFolder(path);
}

/** One list of an owner, newest first. */
export async function listOf(
  catalog: Catalog,
  owner: Owner,
  kind: Kind,
  status: Status,
): Promise<{ entries: readonly Entry[]; total: number }> {
  return catalog.list({ owner, kind, status, order: 'newest', size: 500, at: { page: 1 }, exactTotal: true });
}

/** Every picture of an owner, by id, in whatever list; fails where one is in two. */
export async function picturesIn(catalog: Catalog, owner: Owner): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>();
  for (const kind of KINDS) {
    for (const status of STATUSES) {
      for (const entry of (await listOf(catalog, owner, kind, status)).entries) {
        if (found.has(entry.id)) throw new Error(`${entry.id} is in two lists`);
        if (entry.record().status !== status) throw new Error(`${entry.id} is in another list than it says`);
        found.set(entry.id, entry);
      }
    }
  }
  return found;
}

/** Lower-case hex of the original's bytes; undefined when it is not there. */
export async function shaOfOriginal(
  { blobs }: Pick<Life, 'blobs'>,
  entry: Entry,
): Promise<string | undefined> {
  const reader = await blobs.open(originalKey(entry, entry.ext));
  if (reader === undefined) return undefined;
  try {
    const hash = createHash('sha256');
    for (let at = 0; at < reader.bytes; ) {
      const part = await reader.read(at, reader.bytes - at);
      if (part.byteLength === 0) break;
      hash.update(part);
      at += part.byteLength;
    }
    return hash.digest('hex');
  } finally {
    await reader.close();
  }
}
