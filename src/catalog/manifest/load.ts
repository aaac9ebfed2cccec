import { isErrno, isKirokuError, volumeMissing } from '../../domain/errors.ts';
import { kindFolder, manifestKey, ownerFolder } from '../../domain/key.ts';
import { KINDS } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import { replaceFile } from '../../storage/durable.ts';
import type { StorageFile } from '../../storage/storage.ts';
import { folderState } from '../own-folder.ts';
import { manifestStagingName } from './append.ts';
import { type LogFile, ManifestChangedError, readExact } from './log-file.ts';
import { NO_MANIFEST, rebuildManifest } from './rebuild.ts';
import { recoverStore } from './recover.ts';
import { type Damage, type Scanned, type ScanOptions, scanManifest } from './scan.ts';
import { snapshotKey } from './snapshot-format.ts';
import { readSnapshot, UNSETTLED } from './snapshot-read.ts';
import { type ManifestContext, OwnerStore } from './store.ts';

/** Changes this long before the last settled time are compared too: clocks are set back, ms. */
const CLOCK_SLACK = 5 * 60_000;

/**
 * Reads one owner into memory, and settles what an unclean stop left. What cannot be written now (a read-only or
 * broken disk) does not keep pictures from being read: it is tried again before the next commit.
 * An owner's folder that is none (a link, say) is an owner without pictures.
 * @param unsettledSince ms; undefined after a clean stop
 * @throws KirokuError (`draining` after the signal, `volume_missing`), the operating system's error when the owner cannot be read
 */
export async function loadStore(
  context: ManifestContext,
  owner: Owner,
  unsettledSince: number | undefined,
  signal?: AbortSignal,
): Promise<OwnerStore> {
  const store = await readStore(context, owner, unsettledSince, signal);
  // of a volume that is away everybody has nothing, and would seem to have nothing when it is back
  if (store.file === undefined && !(await context.present())) throw volumeMissing();
  return store;
}

async function readStore(
  context: ManifestContext,
  owner: Owner,
  unsettledSince: number | undefined,
  signal: AbortSignal | undefined,
): Promise<OwnerStore> {
  const store = new OwnerStore(owner, context.recentSize);
  if ((await folderState(context.storage, ownerFolder(owner))) === 'foreign') return store;
  const file = await openManifest(context, owner);
  if (file === undefined) {
    if (await hasPictures(context, owner)) await rebuildManifest(context, store, NO_MANIFEST);
    return store;
  }
  const since = unsettledSince === undefined ? undefined : unsettledSince - CLOCK_SLACK;
  const scanned =
    file === 'foreign'
      ? undefined
      : await file.use((open) => scan(context, open, { owner, unsettledSince: since, signal }));
  if (file === 'foreign' || scanned === undefined) {
    await rebuildManifest(context, store, 'not a plain file');
  } else if ('damage' in scanned) {
    await file.retire();
    await rebuildManifest(context, store, scanned.damage);
  } else {
    store.adopt(scanned.index, file, scanned.end, scanned.header.sortedEnd);
    store.lastActivity = Math.floor((await context.storage.stat(manifestKey(owner))).mtime);
    if (scanned.savedEnd !== undefined) store.saved = { file, end: scanned.savedEnd };
    await settleLoaded(context, store, scanned, unsettledSince !== undefined);
  }
  return store;
}

interface Loaded extends Scanned {
  /** Byte up to which there is a snapshot. */
  readonly savedEnd: number | undefined;
}

/**
 * From the snapshot and the lines behind it where there is one that fits, else from every line. A snapshot of a time
 * that must be looked at again is left alone, any other that does not fit is removed.
 */
async function scan(
  context: ManifestContext,
  open: StorageFile,
  options: Omit<ScanOptions, 'now' | 'resume'>,
): Promise<Loaded | Damage> {
  const { storage, log } = context;
  const { owner, unsettledSince, signal } = options;
  const now = storage.now();
  const wish = { owner, manifest: open, writtenBefore: unsettledSince, signal };
  const restored = await readSnapshot(storage, wish);
  if (typeof restored === 'object') {
    const resume = { index: restored.index, position: restored.end };
    const scanned = await scanManifest(open, { ...options, now, resume });
    if (!('damage' in scanned)) return { ...scanned, savedEnd: restored.end };
  }
  if (restored !== undefined && signal?.aborted !== true) {
    log.info(
      { owner, why: typeof restored === 'string' ? restored : 'lines behind it do not fit' },
      'index snapshot is not used',
    );
    // another one is made soon; a small owner gets none any more
    if (restored !== UNSETTLED) await storage.unlink(snapshotKey(owner)).catch(() => undefined);
  }
  const scanned = await scanManifest(open, { ...options, now });
  return 'damage' in scanned ? scanned : { ...scanned, savedEnd: undefined };
}

async function openManifest(
  context: ManifestContext,
  owner: Owner,
): Promise<LogFile | 'foreign' | undefined> {
  try {
    return await context.files.open(manifestKey(owner));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    if (isErrno(error, 'EINVAL', 'ELOOP', 'EISDIR')) return 'foreign';
    throw error;
  }
}

/** Whether there may be sidecars: a year's folder of any kind. */
async function hasPictures(context: ManifestContext, owner: Owner): Promise<boolean> {
  for (const kind of KINDS) {
    try {
      const entries = await context.storage.readFolder(kindFolder(owner, kind));
      if (entries.some(({ name, type }) => type === 'folder' && /^\d{4}$/.test(name))) return true;
    } catch (error) {
      if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  }
  return false;
}

async function settleLoaded(
  context: ManifestContext,
  store: OwnerStore,
  scanned: Scanned,
  unclean: boolean,
): Promise<void> {
  if (scanned.touched.size > 0) store.unrecovered = scanned.touched;
  try {
    if (unclean) await makeLasting(context, store);
    if (scanned.torn) await cutTorn(context, store);
    await recoverStore(context, store);
  } catch (error) {
    if (error instanceof ManifestChangedError) {
      await rebuildManifest(context, store, String(error.details['why']));
      return;
    }
    if (!isDiskTrouble(error)) throw error;
    context.log.error(
      { owner: store.owner, err: error },
      'manifest cannot be settled now: tried again later',
    );
  }
}

/**
 * What was read may be what a killed process had only written: it is answered on from now on, and a power cut must not take
 * it back. Its name too: a new file may have taken it.
 */
async function makeLasting({ folders }: ManifestContext, store: OwnerStore): Promise<void> {
  const { file, owner } = store;
  if (file === undefined) return;
  // the kernel may have dropped what could not be synced: then this file is not believed (D4)
  store.suspect = 'a sync of the manifest failed';
  await file.use((open) => open.datasync());
  await folders.sync(ownerFolder(owner));
  store.suspect = undefined;
}

function isDiskTrouble(error: unknown): boolean {
  return isKirokuError(error) || (error instanceof Error && 'code' in error);
}

/** Copies what stands behind the last good line aside, then cuts it off, durably. */
async function cutTorn(context: ManifestContext, store: OwnerStore): Promise<void> {
  const { owner, end, file } = store;
  if (file === undefined) return;
  // should anything below fail, the next commit must not append behind the torn line
  store.suspect = 'a torn last line could not be cut off';
  store.unrecovered = 'all';
  const path = `${manifestKey(owner)}.torn-${store.index.epoch}-${end}`;
  await file.change(async (open) => {
    const bytes = await readTail(open, end);
    await replaceFile(context.storage, context.folders, path, `${manifestStagingName(store)}.torn`, bytes);
    await open.truncate(end);
    await open.sync();
  });
  context.log.warn({ owner, folder: ownerFolder(owner), at: end }, 'torn last line cut off, a copy is kept');
  store.suspect = undefined;
}

async function readTail(open: StorageFile, from: number): Promise<Buffer> {
  const { size } = await open.stat();
  return readExact(open, from, Math.max(0, size - from));
}
