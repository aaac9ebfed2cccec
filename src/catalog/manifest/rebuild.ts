import { isErrno, KirokuError, volumeMissing } from '../../domain/errors.ts';
import type { PictureId } from '../../domain/id.ts';
import { manifestKey, ownerFolder } from '../../domain/key.ts';
import { stagingPath } from '../../storage/durable.ts';
import type { StorageFile } from '../../storage/storage.ts';
import { folderState } from '../own-folder.ts';
import { clearStaged, installStaged, manifestStagingName } from './append.ts';
import { createBaseWriter } from './base-writer.ts';
import { refuseToHeal } from './entries.ts';
import { HEADER_LENGTH } from './header.ts';
import { ManifestChangedError } from './log-file.ts';
import type { OwnerIndex } from './owner-index.ts';
import { findEntry } from './queries.ts';
import { linesFromSidecars } from './rebuild-records.ts';
import { type Scanned, scanManifest } from './scan.ts';
import { emptyIndex, type ManifestContext, type OwnerStore } from './store.ts';
import { turn } from './turns.ts';

/** Pictures looked for between two turns of whoever else waits. */
const ROWS_A_TURN = 1 << 14;

/** Why a manifest is made for sidecars that never had one. A new owner's first picture comes this way too. */
export const NO_MANIFEST = 'there is no manifest';
/** Why a sound manifest is made again: the old one is kept only if it knows of a picture that the new one does not. */
export const ASKED_FOR = 'asked for';

/**
 * Makes a new manifest, under a new epoch, of what the sidecars say; a file that lies in its place is kept aside.
 * The records become a sorted base (`base-writer.ts`), so that nothing is left to be merged. Reads go on from the old
 * file until the new one is in place. Can be killed and repeated.
 * @throws the operating system's error, KirokuError of `sidecarBatches`; `volume_missing`; `io_error` where the owner's folder is a link
 */
export async function rebuildManifest(
  context: ManifestContext,
  store: OwnerStore,
  why: string,
): Promise<void> {
  const { owner } = store;
  if ((await folderState(context.storage, ownerFolder(owner))) === 'foreign') {
    throw new KirokuError('io_error', 'The folder of this library is not a folder of its own.');
  }
  // nothing is made of a volume that is away, and nothing in its place
  if (!(await context.present())) throw volumeMissing();
  if (why !== NO_MANIFEST) context.log.warn({ owner, why }, 'manifest is rebuilt from the sidecars');
  const staged = await stageFromSidecars(context, store);
  // it may have gone while its sidecars were looked for
  if (!(await context.present())) throw volumeMissing();
  const isSuperseded = why === ASKED_FOR && !(await knowsMore(store, staged?.scanned.index));
  if (!isSuperseded) await keepAside(context, store);
  if (staged === undefined) {
    if (isSuperseded) await removeManifest(context, store);
    await context.storage.unlink(stagingPath(manifestStagingName(store)));
    await replaceStore(store, { index: emptyIndex(), file: undefined, end: HEADER_LENGTH });
  } else {
    await installStaged(context, store);
    await adoptStaged(context, store, staged);
  }
  store.suspect = undefined;
  store.unrecovered = undefined;
  if (staged !== undefined || why !== NO_MANIFEST)
    context.log.info({ owner, why, records: staged?.count ?? 0 }, 'manifest rebuilt from the sidecars');
}

/** A new manifest, whole and on stable storage, and what was read from it. */
interface Staged {
  readonly count: number;
  readonly inode: string;
  readonly scanned: Scanned;
}

/** Writes, syncs and reads the whole new file; undefined when there is nothing to be in it. */
async function stageFromSidecars(context: ManifestContext, store: OwnerStore): Promise<Staged | undefined> {
  const name = manifestStagingName(store);
  await clearStaged(context, name);
  const file = await context.storage.open(stagingPath(name), 'create');
  try {
    const count = await writeRecords(context, store, file);
    // reading needs the processor, and syncing the disk
    const [synced, read] = await Promise.allSettled([file.sync(), scanStaged(context, store)]);
    if (synced.status === 'rejected') throw synced.reason;
    if (read.status === 'rejected') throw read.reason;
    const { inode } = await file.stat();
    return count === 0 ? undefined : { count, inode, scanned: read.value };
  } finally {
    await file.close();
  }
}

async function scanStaged(context: ManifestContext, store: OwnerStore): Promise<Scanned> {
  const file = await context.storage.open(stagingPath(manifestStagingName(store)), 'read');
  try {
    const options = { owner: store.owner, now: context.storage.now(), unsettledSince: undefined };
    const scanned = await scanManifest(file, options);
    if ('damage' in scanned || scanned.torn) throw new ManifestChangedError('damaged while it was made');
    return scanned;
  } finally {
    await file.close();
  }
}

async function writeRecords(context: ManifestContext, store: OwnerStore, file: StorageFile): Promise<number> {
  const { owner } = store;
  const writer = createBaseWriter(file, owner, context.random());
  try {
    for await (const batch of linesFromSidecars(context.storage, owner, context.legacyTz)) {
      await writer.add(batch);
      for (const id of batch.invalid) context.log.warn({ owner, id }, 'sidecar is not readable: left out');
    }
    return await writer.finish();
  } finally {
    // a descriptor that is closed under a write may be another file's by the time it is made
    await writer.stop();
  }
}

/**
 * True when the old manifest has a picture that the new one, or nobody, has: its sidecar is gone, or cannot be read. One
 * whose purge has begun is on its way out, and no loss.
 * @param fresh undefined: no sidecar gave a line
 */
async function knowsMore(store: OwnerStore, fresh: OwnerIndex | undefined): Promise<boolean> {
  const { index } = store;
  const { columns } = index;
  for (let row = 0; row < columns.used; row++) {
    const isMissing = columns.isLive(row) && (fresh?.find(index.idOf(row)) ?? -1) < 0;
    if (isMissing && !(await isBeingPurged(store, index.idOf(row)))) return true;
    if (row % ROWS_A_TURN === ROWS_A_TURN - 1) await turn();
  }
  return false;
}

async function isBeingPurged(store: OwnerStore, id: PictureId): Promise<boolean> {
  try {
    const entry = await findEntry(store, refuseToHeal, id);
    return entry?.record().purging !== undefined;
  } catch {
    // what cannot be read may say anything: the file is kept
    return false;
  }
}

/** What lies under the manifest's name is never thrown away unread: an operator may want to know. */
async function keepAside(context: ManifestContext, store: OwnerStore): Promise<void> {
  const path = manifestKey(store.owner);
  await withoutManifest(context, store, () =>
    context.storage.rename(path, `${path}.bad-${context.random()}`),
  );
}

/** Of an owner whose last picture was purged: it says nothing that anybody may want to know. */
async function removeManifest(context: ManifestContext, store: OwnerStore): Promise<void> {
  await withoutManifest(context, store, () => context.storage.unlink(manifestKey(store.owner)));
}

async function withoutManifest(
  { folders }: ManifestContext,
  { owner }: OwnerStore,
  take: () => Promise<void>,
): Promise<void> {
  try {
    await take();
    await folders.sync(ownerFolder(owner));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

async function adoptStaged(
  context: ManifestContext,
  store: OwnerStore,
  { inode, scanned }: Staged,
): Promise<void> {
  const file = await context.files.open(manifestKey(store.owner));
  if (file.inode !== inode) {
    await file.retire();
    throw new ManifestChangedError('replaced while it was made');
  }
  const { index, end, header } = scanned;
  await replaceStore(store, { index, file, end, baseEnd: header.sortedEnd });
}

interface Replacement {
  readonly index: OwnerStore['index'];
  readonly file: OwnerStore['file'];
  readonly end: number;
  readonly baseEnd?: number;
}

async function replaceStore(store: OwnerStore, next: Replacement): Promise<void> {
  const old = store.file;
  store.adopt(next.index, next.file, next.end, next.baseEnd ?? HEADER_LENGTH);
  await old?.retire();
}
