import type { Catalog } from '../../src/catalog/catalog.ts';
import { extOfRecord, locationOf } from '../../src/catalog/entry.ts';
import {
  createManifestCatalog,
  type ManifestCatalog,
  type ManifestCatalogOptions,
} from '../../src/catalog/manifest/manifest-catalog.ts';
import { walkSidecars } from '../../src/catalog/sidecar-walk.ts';
import { dayFolder, originalKey } from '../../src/domain/key.ts';
import { KINDS, STATUSES } from '../../src/domain/kind.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { createFolderSync, ensureFolder } from '../../src/storage/durable.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { asOwner, idOf } from '../support/ids.ts';
import { sampleRecord } from '../support/records.ts';

export const OWNER = asOwner('anon-00000000000000000000000000000001');
export const START = Date.UTC(2026, 0, 1);

export function openCatalog(
  storage: Storage,
  options: Partial<ManifestCatalogOptions> = {},
): ManifestCatalog {
  return createManifestCatalog({
    storage,
    folders: createFolderSync(storage),
    log: silentLog,
    recentSize: 2,
    indexMaxBytes: 1 << 20,
    legacyTz: 'UTC',
    ...options,
  });
}

/** The `n`th picture, on one of four days. */
export function picture(n: number, overrides: Partial<PictureRecord> = {}): PictureRecord {
  const time = new Date(START + (n % 4) * 86_400_000 + n * 1000).toISOString();
  return sampleRecord({
    id: idOf(n),
    owner: OWNER,
    created_at: time,
    updated_at: new Date(START).toISOString(),
    tags: [],
    prompt: `picture ${n}`,
    ...overrides,
  });
}

/** The original's bytes, durable, as ingest leaves them before it commits. */
export async function placeOriginal(storage: Storage, record: PictureRecord): Promise<void> {
  const at = locationOf(record);
  const folders = createFolderSync(storage);
  await ensureFolder(storage, folders, dayFolder(at.owner, at.kind, at.day));
  const file = await storage.open(originalKey(at, extOfRecord(record)), 'create');
  try {
    await file.write(Buffer.from(record.id), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await folders.sync(dayFolder(at.owner, at.kind, at.day));
}

/** The originals of many. */
export async function placeOriginals(storage: Storage, records: readonly PictureRecord[]): Promise<void> {
  for (const record of records) await placeOriginal(storage, record);
}

export async function removeOriginal(storage: Storage, record: PictureRecord): Promise<void> {
  const at = locationOf(record);
  await storage.unlink(originalKey(at, extOfRecord(record)));
  await storage.syncFolder(dayFolder(at.owner, at.kind, at.day));
}

export async function put(storage: Storage, catalog: Catalog, record: PictureRecord): Promise<void> {
  await placeOriginal(storage, record);
  await catalog.commit(record.owner, { op: 'put', record });
}

/** Everything the catalog lists, by id. */
export async function listed(catalog: Catalog, owner: Owner = OWNER): Promise<Map<string, PictureRecord>> {
  const found = new Map<string, PictureRecord>();
  for (const kind of KINDS) {
    for (const status of STATUSES) {
      const page = await catalog.list({ owner, kind, status, order: 'newest', size: 1_000, at: { page: 1 } });
      for (const entry of page.entries) found.set(entry.id, entry.record());
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the sidecars say, by id. */
export async function sidecarTruth(
  storage: Storage,
  owner: Owner = OWNER,
): Promise<Map<string, PictureRecord>> {
  const found = new Map<string, PictureRecord>();
  for await (const one of walkSidecars(storage, owner, { legacyTz: 'UTC' })) {
    if (one.state === 'read') found.set(one.record.id, one.record);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A copy of a tree, for one case among many. */
export async function copyTree(from: Storage, to: Storage, folder = ''): Promise<void> {
  for (const { name, type } of await from.readFolder(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (type === 'folder') {
      await to.makeFolder(path);
      await copyTree(from, to, path);
    } else await writeFile(to, path, await readFile(from, path));
  }
}

export async function readFile(storage: Storage, path: string): Promise<Buffer> {
  const file = await storage.open(path, 'read');
  try {
    const bytes = Buffer.alloc((await file.stat()).size);
    await file.read(bytes, 0, bytes.length, 0);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Replaces a file's content as another program might. */
export async function writeFile(storage: Storage, path: string, bytes: Uint8Array): Promise<void> {
  await storage.unlink(path).catch(() => undefined);
  const file = await storage.open(path, 'create');
  try {
    await file.write(bytes, 0);
  } finally {
    await file.close();
  }
}
