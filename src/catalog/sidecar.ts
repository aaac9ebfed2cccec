import { fromErrno, isErrno, isKirokuError, KirokuError } from '../domain/errors.ts';
import { extOf, ORIGINAL_EXTS, type OriginalExt } from '../domain/format.ts';
import { dayFolder, type Location, originalKey, sidecarKey } from '../domain/key.ts';
import type { PictureRecord } from '../domain/record.ts';
import { parseRecord, parseSidecarText } from '../domain/record-codec.ts';
import type { FileBatch } from '../storage/bulk.ts';
import {
  ensureFolder,
  type FolderSync,
  readAll,
  replaceFile,
  STAGING_FOLDER,
  stageFile,
  stagingPath,
} from '../storage/durable.ts';
import type { FileStat, Storage, StorageFile } from '../storage/storage.ts';

/** A larger file is no sidecar. Workflows of some megabytes do occur. */
export const MAX_SIDECAR_BYTES = 16 * 1024 * 1024;

/** What lies at a sidecar's place. */
export type SidecarRead =
  | {
      readonly state: 'read';
      readonly at: Location;
      readonly record: PictureRecord;
      readonly stat: FileStat;
    }
  /** A sidecar whose original is not there: what an interrupted purge leaves. */
  | { readonly state: 'orphan'; readonly at: Location; readonly stat: FileStat }
  | {
      readonly state: 'invalid';
      readonly at: Location;
      readonly stat: FileStat;
      readonly error: KirokuError;
    }
  /** A link, a folder, a socket: never ours. */
  | { readonly state: 'foreign'; readonly at: Location };

export interface SidecarReadOptions {
  /** IANA zone in which times without a zone are read. */
  readonly legacyTz: string;
  /** Extensions of the originals known to lie beside it; looked up when absent. */
  readonly exts?: readonly OriginalExt[];
}

/**
 * Reads one sidecar; undefined when there is none.
 * @throws KirokuError `io_error`, … when the disk fails; a bad content is an answer (`invalid`), not a throw
 */
export async function readSidecar(
  storage: Storage,
  at: Location,
  options: SidecarReadOptions,
): Promise<SidecarRead | undefined> {
  try {
    const file = await openFile(storage, sidecarKey(at));
    if (file === undefined) return undefined;
    if (file === 'foreign') return { state: 'foreign', at };
    const { stat, bytes } = await readBounded(file);
    const exts = options.exts ?? (await originalsBeside(storage, at));
    return judge(at, stat, bytes, exts, options.legacyTz);
  } catch (error) {
    throw fromErrno(error);
  }
}

async function openFile(storage: Storage, path: string): Promise<StorageFile | 'foreign' | undefined> {
  try {
    return await storage.open(path, 'read');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    if (isErrno(error, 'EINVAL', 'ELOOP')) return 'foreign';
    throw error;
  }
}

/** The file's facts and content are of one and the same file, whatever is renamed over it meanwhile. */
async function readBounded(file: StorageFile): Promise<{ stat: FileStat; bytes: Buffer | undefined }> {
  try {
    const stat = await file.stat();
    return { stat, bytes: stat.size > MAX_SIDECAR_BYTES ? undefined : await readAll(file) };
  } finally {
    await file.close();
  }
}

/** The extensions under which an original of this picture lies, in the order of `ORIGINAL_EXTS`. */
async function originalsBeside(storage: Storage, at: Location): Promise<OriginalExt[]> {
  const found: OriginalExt[] = [];
  for (const ext of ORIGINAL_EXTS) {
    try {
      if ((await storage.stat(originalKey(at, ext))).type === 'file') found.push(ext);
    } catch (error) {
      if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  }
  return found;
}

/**
 * What one file of a batch says as the sidecar of `at`; undefined when it is not there.
 * @param exts extensions of the originals that lie beside it
 */
export function judgeFile(
  at: Location,
  files: FileBatch,
  index: number,
  exts: readonly OriginalExt[],
  legacyTz: string,
): SidecarRead | undefined {
  const state = files.state(index);
  if (state === 'absent') return undefined;
  if (state === 'foreign') return { state, at };
  const bytes = state === 'read' ? files.content(index) : undefined;
  return judge(at, files.stat(index), bytes, exts, legacyTz);
}

function judge(
  at: Location,
  stat: FileStat,
  bytes: Buffer | undefined,
  exts: readonly OriginalExt[],
  legacyTz: string,
): SidecarRead {
  const found = recordOf(at, bytes, exts, legacyTz);
  if (found === undefined) return { state: 'orphan', at, stat };
  if (found instanceof KirokuError) return { state: 'invalid', at, stat, error: found };
  return { state: 'read', at, stat, record: found };
}

/**
 * The record that a sidecar's content holds, or why it holds none; undefined when no original lies beside it.
 * @param bytes undefined for a file that is too large
 */
export function recordOf(
  at: Location,
  bytes: Buffer | undefined,
  exts: readonly OriginalExt[],
  legacyTz: string,
): PictureRecord | KirokuError | undefined {
  const first = exts[0];
  if (first === undefined) return undefined;
  try {
    if (bytes === undefined) throw new KirokuError('invalid_metadata', 'sidecar: is too large.');
    const value = parseSidecarText(bytes.toString('utf8'));
    const record = parseRecord(value, { ...at, ext: first }, { legacyTz });
    const usual = extOf(record.mime);
    const ext = exts.includes(usual) ? usual : first;
    return ext === first ? record : parseRecord(value, { ...at, ext }, { legacyTz });
  } catch (error) {
    if (isKirokuError(error, 'invalid_metadata') || isKirokuError(error, 'tree_unreadable')) return error;
    throw error;
  }
}

/** A sidecar's new content on stable storage, not yet in its place. */
export interface StagedSidecar {
  readonly at: Location;
  /** Its name in the staging folder. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes and syncs a sidecar's next content into the staging folder, before the commit point: a full disk shows
 * itself here. Whatever an earlier try left under the name is replaced; one picture's changes must not overlap.
 * @throws KirokuError `disk_full`, `io_error`, …; nothing stays staged
 */
export async function stageSidecar(
  storage: Storage,
  folders: FolderSync,
  at: Location,
  bytes: Uint8Array,
): Promise<StagedSidecar> {
  const name = sidecarKey(at).replaceAll('/', '.');
  try {
    await stageAgain(storage, folders, name, bytes);
  } catch (error) {
    throw fromErrno(error);
  }
  return { at, name, bytes };
}

async function stageAgain(
  storage: Storage,
  folders: FolderSync,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  try {
    await stageFile(storage, name, bytes);
    return;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) await storage.unlink(stagingPath(name));
    else if (isErrno(error, 'ENOENT')) await ensureFolder(storage, folders, STAGING_FOLDER);
    else throw error;
  }
  await stageFile(storage, name, bytes);
}

/**
 * After the commit point: moves the staged content into its place, durably. Can be repeated after a failure at any
 * point, also when the staged file or the day folder is gone by then.
 * @throws KirokuError `io_error`, `disk_full`, …: it is not known what would outlive a power cut
 */
export async function placeSidecar(
  storage: Storage,
  folders: FolderSync,
  staged: StagedSidecar,
): Promise<void> {
  const path = sidecarKey(staged.at);
  const folder = dayFolder(staged.at.owner, staged.at.kind, staged.at.day);
  try {
    if (await moved(storage, stagingPath(staged.name), path)) return await folders.sync(folder);
    await ensureFolder(storage, folders, folder);
    await replaceFile(storage, folders, path, staged.name, staged.bytes);
  } catch (error) {
    throw fromErrno(error);
  }
}

async function moved(storage: Storage, from: string, to: string): Promise<boolean> {
  try {
    await storage.rename(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Instead of `placeSidecar`, before the commit point: forgets what was staged. Safe to repeat. */
export async function dropStagedSidecar(storage: Storage, staged: StagedSidecar): Promise<void> {
  await unlinkIfThere(storage, stagingPath(staged.name));
}

/** Removes a sidecar, durably. False when it was not there. @throws KirokuError `io_error`, … */
export async function removeSidecar(storage: Storage, folders: FolderSync, at: Location): Promise<boolean> {
  const there = await unlinkIfThere(storage, sidecarKey(at));
  try {
    // also when it was not there: an earlier removal may not have come as far as its sync
    await folders.sync(dayFolder(at.owner, at.kind, at.day));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw fromErrno(error);
  }
  return there;
}

async function unlinkIfThere(storage: Storage, path: string): Promise<boolean> {
  try {
    await storage.unlink(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw fromErrno(error);
  }
}
