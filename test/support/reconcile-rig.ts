import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { BlobStore } from '../../src/blobs/blob-store.ts';
import { createFsBlobStore } from '../../src/blobs/fs-blob-store.ts';
import type { Catalog, Entry } from '../../src/catalog/catalog.ts';
import { createManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import { createFolderWatch } from '../../src/catalog/manifest/watcher.ts';
import { type Day, dayOf, isDay } from '../../src/domain/day.ts';
import { dayFolder } from '../../src/domain/key.ts';
import { KINDS, type Kind, STATUSES } from '../../src/domain/kind.ts';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import type { Decoder } from '../../src/media/decoder.ts';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { createIdSource } from '../../src/services/ids.ts';
import { createIngest } from '../../src/services/ingest.ts';
import { createReconcile } from '../../src/services/maintenance/reconcile.ts';
import type { DayPlace, Reconcile } from '../../src/services/maintenance/reconcile-types.ts';
import { createWatcher, type WatcherDeps } from '../../src/services/maintenance/watch.ts';
import type { Watcher } from '../../src/services/maintenance/watch-types.ts';
import type { Ingest } from '../../src/services/services.ts';
import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { createTempTree, dropInto, type TempTree } from './drop.ts';

export interface RigOptions {
  /** Stands between everything and the disk. */
  readonly wrap?: (storage: Storage) => Storage;
  readonly decoder?: Decoder;
  readonly legacyTz?: string;
  readonly maxBytes?: number;
  readonly present?: () => Promise<boolean>;
  /** As after an unclean stop: ms. */
  readonly unsettledSince?: number;
}

/** The real parts over a real folder, without the wire. */
export interface Rig {
  readonly storage: Storage;
  readonly blobs: BlobStore;
  readonly catalog: Catalog;
  readonly state: StateStore;
  readonly ingest: Ingest;
  readonly reconcile: Reconcile;
  watcher(options?: Partial<WatcherDeps>): Watcher;
  /** Takes a picture in the ordinary way. */
  add(owner: Owner, bytes: Uint8Array, options?: { kind?: Kind; createdAt?: number }): Promise<Entry>;
  /** Everything the catalog has of this owner, newest first, kind by kind. */
  all(owner: Owner): Promise<Entry[]>;
  findings(): Promise<{ finding: string; action: string; path: string }[]>;
  close(): Promise<void>;
}

/** Opens the tree as the composition does; a second rig on the same root is a restart. */
export async function openRig(root: string, options: RigOptions = {}): Promise<Rig> {
  await mkdir(`${root}/.kiroku/staging`, { recursive: true });
  await mkdir(`${root}/users`, { recursive: true });
  const plain = createNodeStorage(root);
  return openRigOn(options.wrap?.(plain) ?? plain, options);
}

/** The same over any storage that has the folders of a new tree. */
export function openRigOn(storage: Storage, options: RigOptions = {}): Rig {
  const folders = createFolderSync(storage);
  const state = createFsStateStore({ storage, folders });
  const blobs = createFsBlobStore({ storage, folders });
  const legacyTz = options.legacyTz ?? 'UTC';
  const decoder =
    options.decoder ?? createInlineDecoder({ maxPixels: 50_000_000, maxFrames: 60, thumbSize: 64 });
  const log = silentLog;
  const catalog = createManifestCatalog({
    ...{ storage, folders, log, legacyTz },
    recentSize: 100,
    indexMaxBytes: 64 * 1024 * 1024,
    ...(options.unsettledSince === undefined ? {} : { unsettledSince: options.unsettledSince }),
  });
  const now = () => storage.now();
  const ids = createIdSource(randomBytes);
  const admit = async () => {};
  const resolveOwner = async (owner: Owner) => owner;
  const ingest = createIngest({
    blobs,
    decoder,
    catalog,
    log,
    now,
    ids,
    resolveOwner,
    admit,
    sniff: sniffMime,
  });
  const limit = options.maxBytes ?? 20_000_000;
  const reconcile = createReconcile({
    ...{ storage, folders, blobs, catalog, state, ingest, decoder, log, legacyTz },
    present: options.present ?? (async () => true),
    maxBytes: { generated: limit, input: limit, control: limit },
  });
  return {
    ...{ storage, blobs, catalog, state, ingest, reconcile },
    watcher: (more = {}) =>
      createWatcher({ storage, catalog, reconcile, log, watch: createFolderWatch, ...more }),
    async add(owner, bytes, { kind = 'generated', createdAt } = {}) {
      const received = await ingest.receive(once(bytes), { maxBytes: 20_000_000 });
      const request = { owner, kind, filename: 'own.png', meta: {}, source: 'api' };
      const { entry } = await ingest.commit(received, {
        ...request,
        ...(createdAt === undefined ? {} : { createdAt }),
      });
      return entry;
    },
    async all(owner) {
      const entries: Entry[] = [];
      for (const kind of KINDS) {
        for (const status of STATUSES) {
          const page = await catalog.list({
            owner,
            kind,
            status,
            order: 'newest',
            size: 5_000,
            at: { page: 1 },
          });
          entries.push(...page.entries);
        }
      }
      return entries;
    },
    async findings() {
      const found: { finding: string; action: string; path: string }[] = [];
      for await (const { finding, action, path } of state.readJournal('findings')) {
        found.push({ finding: String(finding), action: String(action), path: String(path) });
      }
      return found;
    },
    async close() {
      await catalog.close();
      await decoder.close();
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

export function ownerNamed(text: string): Owner {
  if (!isOwner(text)) throw new Error(`${text} is not an owner`);
  return text;
}

export function dayNamed(text: string): Day {
  if (!isDay(text)) throw new Error(`${text} is not a day`);
  return text;
}

export function placeFor(owner: Owner, day: Day = dayOf(Date.now()), kind: Kind = 'generated'): DayPlace {
  return { owner, kind, day };
}

export const alice = ownerNamed('alice');

export const today = () => dayOf(Date.now());

/** A tree, a rig on it, and the end of both. */
export async function withRig(
  run: (rig: Rig, tree: TempTree) => Promise<void>,
  options: RigOptions = {},
): Promise<void> {
  await using tree = await createTempTree();
  const rig = await openRig(tree.root, options);
  try {
    await run(rig, tree);
  } finally {
    await rig.close();
  }
}

/** Drops a file as another program would, into today's folder of alice; resolves with its path. */
export function drop(
  tree: TempTree,
  name: string,
  bytes: Uint8Array,
  folder = dayFolder(alice, 'generated', today()),
): Promise<string> {
  return dropInto(tree.path(folder), name, bytes);
}

/** What the wire would say of every picture. */
export async function stateOf(rig: Rig, owner: Owner = alice): Promise<string[]> {
  return (await rig.all(owner)).map((entry) => Buffer.from(entry.publicJson).toString('utf8'));
}

export async function findingsOf(rig: Rig): Promise<string[]> {
  return (await rig.findings()).map(({ finding, action }) => `${finding} ${action}`);
}
