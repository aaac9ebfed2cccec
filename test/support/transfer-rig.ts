import { createHash } from 'node:crypto';
import { createFsBlobStore } from '../../src/blobs/fs-blob-store.ts';
import type { Catalog, Entry } from '../../src/catalog/catalog.ts';
import { locationOf } from '../../src/catalog/entry.ts';
import { createManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import { originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import { KINDS, STATUSES } from '../../src/domain/kind.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { recoverStaged } from '../../src/services/maintenance/recover.ts';
import { createMoved } from '../../src/services/moved.ts';
import { createMovedFence } from '../../src/services/moved-fence.ts';
import { createOwnership } from '../../src/services/ownership.ts';
import { createShareSigner } from '../../src/services/share-token.ts';
import { createShares } from '../../src/services/shares.ts';
import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { asOwner, idOf } from './ids.ts';
import { sampleRecord } from './records.ts';

export const GUEST = asOwner('anon-00000000000000000000000000000001');
export const MEMBER = asOwner('anna');
export const THIRD = asOwner('bert');
const START = Date.UTC(2026, 0, 1);

export const live = () => new AbortController().signal;

/** Everything that a transfer needs, over real files, as a start opens it. */
export async function openTransfers(
  storage: Storage,
  publishBy: 'link' | 'copy' = 'link',
  wrap: (catalog: Catalog) => Catalog = (catalog) => catalog,
) {
  const folders = createFolderSync(storage);
  const now = () => storage.now();
  const state = createFsStateStore({ storage, folders });
  const blobs = createFsBlobStore({ storage, folders, publishBy });
  const bare = createManifestCatalog({
    storage,
    folders,
    log: silentLog,
    recentSize: 5,
    indexMaxBytes: 1 << 20,
    legacyTz: 'UTC',
    unsettledSince: 0,
  });
  await recoverStaged({ blobs, catalog: bare, log: silentLog });
  const moved = createMoved({ state, now });
  const { catalog, drained } = createMovedFence(wrap(bare), moved);
  let shared = 0;
  const shares = createShares({
    catalog,
    state,
    signer: createShareSigner(['k'.repeat(40)]),
    nextId: () => idOf(9000 + shared++),
    now,
  });
  const ownership = createOwnership({
    blobs,
    catalog,
    log: silentLog,
    now,
    state,
    moved,
    drained,
    shares,
    overLimit: async () => ({ count: 0, bytes: 0 }),
    present: async () => true,
  });
  const settle = () => bare.settle(live());
  return { storage, settle, blobs, catalog, state, moved, shares, ownership };
}

export type Transfers = Awaited<ReturnType<typeof openTransfers>>;

const contentOf = (n: number) => Buffer.from(`the original of picture ${n}`.repeat(3));
const thumbOf = (n: number) => Buffer.from(`the thumbnail of picture ${n}`);

/** Stores the `n`th picture of an owner, with its bytes. */
export async function addPicture(
  { blobs, catalog }: Transfers,
  owner: Owner,
  n: number,
  overrides: Partial<PictureRecord> = {},
): Promise<Entry> {
  const bytes = contentOf(n);
  const created_at = new Date(START + (n % 3) * 86_400_000 + n * 1000).toISOString();
  const record = sampleRecord({
    id: idOf(n),
    owner,
    created_at,
    prompt: `picture ${n}`,
    bytes: bytes.length,
    thumb_bytes: thumbOf(n).length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    idem: '0123456789abcdef',
    extra: { kept: n },
    ...overrides,
  });
  const at = locationOf(record);
  const staged = [];
  for (const [key, content] of [
    [originalKey(at, 'png'), bytes],
    [thumbKey(at, 'webp'), thumbOf(n)],
  ] as const) {
    const writer = await blobs.stage(key);
    await writer.write(content);
    staged.push(await writer.finish());
  }
  await blobs.publish(staged);
  const { entry } = await catalog.commit(owner, { op: 'put', record });
  await blobs.release(staged);
  return entry;
}

/** Every picture of an owner, by id, in whatever status. */
export async function picturesOf({ catalog }: Transfers, owner: Owner): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>();
  for (const kind of KINDS) {
    for (const status of STATUSES) {
      const page = await catalog.list({ owner, kind, status, order: 'oldest', size: 500, at: { page: 1 } });
      for (const entry of page.entries) found.set(entry.id, entry);
    }
  }
  return found;
}

/** Whether original, thumbnail and sidecar are there, the original with the bytes of its record. */
export async function isWhole({ blobs, storage }: Transfers, entry: Entry): Promise<boolean> {
  const reader = await blobs.open(originalKey(entry, entry.ext));
  if (reader === undefined) return false;
  const bytes = await reader.read(0, reader.bytes);
  await reader.close();
  const sha = createHash('sha256').update(bytes).digest('hex');
  const sidecar = await storage.stat(sidecarKey(entry)).then(
    () => true,
    () => false,
  );
  const thumb = entry.thumb === null || (await blobs.stat(thumbKey(entry, entry.thumb))) !== undefined;
  return sha === entry.record().sha256 && sidecar && thumb;
}

/** Every file below a folder, but for the server's own. */
export async function filesIn(storage: Storage, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const { name, type } of await storage.readFolder(folder).catch(() => [])) {
    const path = `${folder}/${name}`;
    if (type === 'folder') files.push(...(await filesIn(storage, path)));
    else files.push(path);
  }
  return files.sort();
}
