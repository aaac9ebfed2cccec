import type { BlobStore } from '../../src/blobs/blob-store.ts';
import { createMemoryBlobStore } from '../../src/blobs/memory-blob-store.ts';
import type { Catalog, Entry } from '../../src/catalog/catalog.ts';
import { createMemoryCatalog } from '../../src/catalog/memory-catalog.ts';
import { isPictureId, type PictureId } from '../../src/domain/id.ts';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import type { QuotaLimits } from '../../src/domain/quota.ts';
import type { Retention } from '../../src/domain/retention.ts';
import type { DecodedImage, Decoder, GraphReader } from '../../src/media/decoder.ts';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { createAdminPictures } from '../../src/services/admin-pictures.ts';
import { createAdminUsers } from '../../src/services/admin-users.ts';
import { createAudit } from '../../src/services/audit.ts';
import { createBulk } from '../../src/services/bulk.ts';
import { createDownloads } from '../../src/services/downloads.ts';
import { createFiles } from '../../src/services/files.ts';
import { createGallery } from '../../src/services/gallery.ts';
import { createIdSource } from '../../src/services/ids.ts';
import { createIngest, type IngestDeps } from '../../src/services/ingest.ts';
import { createInputs } from '../../src/services/inputs.ts';
import { createMoved } from '../../src/services/moved.ts';
import { createMovedFence } from '../../src/services/moved-fence.ts';
import { createOwnerSummaries } from '../../src/services/owner-summaries.ts';
import { createSummaryFile } from '../../src/services/owner-summary-file.ts';
import { createOwnership } from '../../src/services/ownership.ts';
import { createPlacements } from '../../src/services/placements.ts';
import { createPurge } from '../../src/services/purge.ts';
import { createQuota, overLimit, trashOverLimit } from '../../src/services/quota.ts';
import { createQuotaReport } from '../../src/services/quota-report.ts';
import { createRecent } from '../../src/services/recent.ts';
import { createRelated } from '../../src/services/related.ts';
import { createSavedSearches } from '../../src/services/saved-searches.ts';
import type { CommitRequest } from '../../src/services/services.ts';
import { createShareSigner } from '../../src/services/share-token.ts';
import { createShares } from '../../src/services/shares.ts';
import { strippedOriginal } from '../../src/services/stripped-original.ts';
import { createTrash } from '../../src/services/trash.ts';
import { createTrashSummaries } from '../../src/services/trash-summary.ts';
import { createWorkflow } from '../../src/services/workflow.ts';
import { createMemoryStateStore } from '../../src/state/memory-state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { memoryMaintenance } from './maintenance.ts';

export const NOON = Date.parse('2026-11-21T12:00:00.000Z');

export function owner(name: string): Owner {
  if (!isOwner(name)) throw new Error(`${name} is no owner`);
  return name;
}

export function pictureId(text: string): PictureId {
  if (!isPictureId(text)) throw new Error(`${text} is no id`);
  return text;
}

export const ANNA = owner('anna');
export const BERT = owner('bert');

/** Random bytes that are the same in every run. */
export function countingRandom(): (bytes: number) => Uint8Array {
  let count = 0;
  return (bytes) => Uint8Array.from({ length: bytes }, () => (count = (count * 73 + 41) % 251));
}

/** A decoder that counts, and that can be told to give no thumbnail or to fail. */
export interface TestDecoder extends Decoder, GraphReader {
  decodes: number;
  change: (image: DecodedImage) => DecodedImage;
}

export function testDecoder(): TestDecoder {
  const inner = createInlineDecoder({ maxPixels: 4_000_000, maxFrames: 10, thumbSize: 32 });
  const decoder: TestDecoder = {
    decodes: 0,
    change: (image) => image,
    async decode(source, signal) {
      decoder.decodes += 1;
      return decoder.change(await inner.decode(source, signal));
    },
    graphs: (source, signal) => inner.graphs(source, signal),
    close: () => inner.close(),
  };
  return decoder;
}

/** A blob store whose staged keys can be counted. */
export async function stagedKeys(blobs: BlobStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const staged of blobs.pending()) keys.push(staged.key);
  return keys.sort();
}

export interface TestServicesOptions {
  readonly blobs?: BlobStore;
  readonly catalog?: Catalog;
  readonly admit?: () => Promise<void>;
  readonly limits?: IngestDeps['limits'];
  readonly quota?: QuotaLimits;
}

/** What pictures in the trash of these tests are kept for. */
export const RETENTION: Retention = { guestDays: 7, memberDays: 30, keepFavorites: true };

const UNLIMITED: QuotaLimits = { maxBytes: null, maxCount: null, trashMaxBytes: null, policy: 'block' };

/** Every service over drivers in memory, with a clock that is moved by hand. */
export function testServices(options: TestServicesOptions = {}) {
  const clock = { now: NOON };
  const now = () => clock.now;
  const blobs = options.blobs ?? createMemoryBlobStore({ now });
  const state = createMemoryStateStore();
  const moved = createMoved({ state, now });
  const { catalog, drained } = createMovedFence(options.catalog ?? createMemoryCatalog({ now }), moved);
  const decoder = testDecoder();
  const log = silentLog;
  const limits = options.quota ?? UNLIMITED;
  const quota = createQuota({ catalog, state, limits, audit: createAudit({ state, now }), log, now });
  const deps: IngestDeps = {
    quota,
    blobs,
    catalog,
    decoder,
    log,
    now,
    sniff: sniffMime,
    ids: createIdSource(countingRandom()),
    resolveOwner: (name) => moved.resolve(name),
    formerNames: (name, since) => moved.formerNames(name, since),
    admit: options.admit ?? (async () => {}),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  };
  const trash = createTrash({ catalog, now, quota });
  const { ids } = deps;
  const ingest = createIngest(deps);
  const related = createRelated({ catalog });
  const comfy = createMemoryStorage({ now });
  const shares = createShares({
    catalog,
    state,
    signer: createShareSigner(['s'.repeat(40)]),
    nextId: (time) => ids.next(time),
    now,
  });
  const audit = createAudit({ state, now });
  const tree = createMemoryStorage({ now });
  const store = createSummaryFile(tree, createFolderSync(tree));
  const summaries = createOwnerSummaries({ catalog, store, log, now });
  return {
    clock,
    blobs,
    catalog,
    state,
    decoder,
    ingest,
    trash,
    gallery: createGallery({ catalog }),
    bulk: createBulk({ catalog, trash, log }),
    inputs: createInputs(deps),
    related,
    workflows: createWorkflow({ catalog, blobs, decoder }),
    downloads: createDownloads({ catalog, blobs, now, random: countingRandom() }),
    shares,
    moved,
    ownership: createOwnership({
      blobs,
      catalog,
      log,
      now,
      state,
      moved,
      drained,
      shares,
      overLimit: (name, more) => overLimit({ catalog, state, limits }, name, more),
      present: async () => true,
    }),
    stripped: (entry: Entry) => strippedOriginal(blobs, entry),
    placements: createPlacements({
      catalog,
      blobs,
      state,
      log,
      folder: comfy,
      maxAgeMs: 86_400_000,
      now,
      random: countingRandom(),
    }),
    comfy,
    audit,
    adminPictures: createAdminPictures({
      catalog,
      trash,
      audit,
      resolve: (name) => moved.resolve(name),
      shutdown: new AbortController().signal,
    }),
    summaries,
    users: createAdminUsers({ summaries }),
    recent: createRecent({ catalog, summaries, now }),
    report: createQuotaReport({ summaries, state, limits }),
    quota,
    trashSummaries: createTrashSummaries({ catalog, retention: RETENTION }),
    purge: createPurge({
      catalog,
      blobs,
      log,
      now,
      retention: RETENTION,
      mostShare: 0.5,
      present: async () => true,
      isInUse: async () => false,
      trashOverLimit: (owner) => trashOverLimit({ catalog, state, limits }, owner),
      isReferenced: (owner, id) => related.isReferenced(owner, id),
      lastRun: async () => undefined,
    }),
    maintenance: memoryMaintenance({ catalog, blobs, decoder, now }),
    searches: createSavedSearches({ state, catalog, ids, now, present: async () => true }),
    files: createFiles({ blobs, catalog, decoder, sniff: sniffMime, log }),
    /** Receives and commits in one. */
    async add(bytes: Uint8Array, request: Partial<CommitRequest> = {}) {
      const received = await ingest.receive(body(bytes), { maxBytes: 10_000_000 });
      return ingest.commit(received, { ...REQUEST, ...request });
    },
  };
}

export const REQUEST: CommitRequest = {
  owner: ANNA,
  kind: 'generated',
  filename: 'picture.png',
  meta: {},
  source: 'api',
};

/** Bytes as they come from a socket. */
export async function* body(bytes: Uint8Array, chunk = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += chunk) yield bytes.subarray(at, at + chunk);
}

/** The failure of a promise; fails when there is none. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );
}
