import type { DayFolder } from '../../catalog/day-folders.ts';
import { extOfRecord, thumbExtOf } from '../../catalog/entry.ts';
import { readSidecar, type SidecarRead } from '../../catalog/sidecar.ts';
import { fromErrno, isErrno } from '../../domain/errors.ts';
import { isPictureId, type PictureId } from '../../domain/id.ts';
import { dayFolder, type Location, originalKey, sidecarKey, thumbKey } from '../../domain/key.ts';
import type { PictureRecord } from '../../domain/record.ts';
import { parseSidecarText } from '../../domain/record-codec.ts';
import { isoOf } from '../../domain/time.ts';
import { ensureFolder, readWhole, replaceFile } from '../../storage/durable.ts';
import { parentOf } from '../../storage/path.ts';
import type { Storage } from '../../storage/storage.ts';
import {
  decodeDay,
  encodeDay,
  filePath,
  recordsPath,
  type SavedPicture,
  type SavedThumb,
} from './backup-format.ts';
import { inBatches } from './backup-run.ts';
import { type Copied, type CopyTarget, copyFile, measureFile } from './copy-file.ts';

/** What is wrong in the tree, seen while it was copied. */
export type BackupTrouble =
  | 'original_missing'
  | 'original_unreadable'
  | 'original_changed'
  /** Not what its record says: the backup does without, `kiroku thumbnails` makes it again. */
  | 'thumbnail_changed'
  | 'sidecar_unreadable';

/** What was done with one picture. */
export interface PictureTaken {
  /** Bytes copied. */
  readonly bytes: number;
  /** Files of it that the backup had, and that were not what they were. */
  readonly mended: number;
  readonly trouble: BackupTrouble | undefined;
}

export interface DayDeps {
  readonly source: Storage;
  readonly target: CopyTarget;
  readonly legacyTz: string;
  readonly dryRun: boolean;
  /** Reads again what the backup has already. */
  readonly verifyExisting: boolean;
  readonly signal: AbortSignal;
  /** Called for each picture. */
  readonly told: (at: Location, taken: PictureTaken) => void;
  /** Called for each picture that the tree has. */
  readonly saved?: (picture: SavedPicture) => void;
}

export interface DayEnd {
  /** The day folder could not be read: what the backup has of it stays as it is. */
  readonly unreadable: boolean;
  /** Pictures in the backup that the tree does not have any more: they stay. */
  readonly gone: number;
}

/** Pictures copied at once. */
const PARALLEL = 8;

/**
 * Brings one day folder into the backup. A sidecar is read first, then what it names is copied: both were there before
 * it, so that what was acknowledged before is whole. The records are written last and replace the former ones in one
 * step: stopped at any point, the backup holds the former day or this one.
 */
export async function backupDay(deps: DayDeps, place: DayFolder): Promise<DayEnd> {
  const { source, target, dryRun } = deps;
  const path = recordsPath(place);
  const formerBytes = await readWhole(target.storage, path);
  const former = new Map<PictureId, SavedPicture>();
  if (formerBytes !== undefined) {
    for (const saved of decodeDay(place, formerBytes, deps.legacyTz).pictures) former.set(saved.id, saved);
  }
  const saved: SavedPicture[] = [];
  const ids = await sidecarsIn(source, place);
  if (ids === undefined) return { unreadable: true, gone: 0 };
  const take = (id: PictureId) => backupPicture(deps, { ...place, id }, former.get(id));
  for await (const [, picture] of inBatches(ids, PARALLEL, deps.signal, take)) {
    if (picture !== undefined) saved.push(picture);
  }
  for (const picture of saved) deps.saved?.(picture);
  const there = new Set(saved.map(({ id }) => id));
  const now = isoOf(source.now());
  for (const [id, picture] of former)
    if (!there.has(id)) saved.push({ ...picture, gone: picture.gone ?? now });
  saved.sort((a, b) => (a.id < b.id ? -1 : 1));
  if (!dryRun && (saved.length > 0 || formerBytes !== undefined))
    await writeDay(target, place, saved, formerBytes);
  return { unreadable: false, gone: saved.length - there.size };
}

async function sidecarsIn(
  source: Storage,
  { owner, kind, day }: DayFolder,
): Promise<PictureId[] | undefined> {
  try {
    const names = await source.readFolder(dayFolder(owner, kind, day));
    const ids = names.filter(({ name }) => name.endsWith('.json')).map(({ name }) => name.slice(0, -5));
    return ids.filter(isPictureId).sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    if (isErrno(error, 'EACCES', 'EIO', 'ENOTDIR')) return undefined;
    throw fromErrno(error);
  }
}

async function writeDay(
  { storage, folders }: CopyTarget,
  place: DayFolder,
  saved: readonly SavedPicture[],
  former: Buffer | undefined,
): Promise<void> {
  const bytes = encodeDay(saved);
  if (former?.equals(bytes) === true) return;
  const path = recordsPath(place);
  try {
    const files = filePath(dayFolder(place.owner, place.kind, place.day));
    // names of what was copied, before anything tells of them
    for (const folder of [files, `${files}/thumb`]) {
      await folders.sync(folder).catch((error: unknown) => {
        if (!isErrno(error, 'ENOENT')) throw error;
      });
    }
    await ensureFolder(storage, folders, parentOf(path));
    await replaceFile(storage, folders, path, path.replaceAll('/', '.'), bytes);
  } catch (error) {
    throw fromErrno(error);
  }
}

/** The picture as the backup has it afterwards; undefined when the tree does not have it. */
async function backupPicture(
  deps: DayDeps,
  at: Location,
  former: SavedPicture | undefined,
): Promise<SavedPicture | undefined> {
  const read = await sidecarOf(deps, at);
  if (read === undefined) return undefined;
  const leave = (trouble: BackupTrouble): SavedPicture | undefined => {
    deps.told(at, { bytes: 0, mended: 0, trouble });
    // what an earlier backup has of it is all there is
    return former;
  };
  if (typeof read === 'string') return leave(read);
  const original = await backupOriginal(deps, at, read, former);
  if (typeof original === 'string') {
    return (await sidecarOf(deps, at)) === undefined ? undefined : leave(original);
  }
  const thumb = await backupThumb(deps, at, read, former);
  if (thumb.trouble !== undefined && (await isLater(deps, at, read))) return backupPicture(deps, at, former);
  const bytes = original.bytes + thumb.bytes;
  deps.told(at, { bytes, mended: original.mended + thumb.mended, trouble: thumb.trouble });
  return { id: at.id, ext: extOfRecord(read), thumb: thumb.saved, gone: null, record: read };
}

/** A thumbnail is made again with a new record: the one that was read may be that of the former. */
async function isLater(deps: DayDeps, at: Location, read: PictureRecord): Promise<boolean> {
  const now = await sidecarOf(deps, at);
  return now === undefined || (typeof now === 'object' && now.rev > read.rev);
}

/** The record; undefined when the picture is gone, or its purge has begun; else why there is none. */
async function sidecarOf(
  { source, legacyTz }: DayDeps,
  at: Location,
): Promise<PictureRecord | BackupTrouble | undefined> {
  let read: SidecarRead | undefined;
  try {
    read = await readSidecar(source, at, { legacyTz });
  } catch {
    return 'sidecar_unreadable';
  }
  if (read === undefined || read.state === 'foreign') return undefined;
  if (read.state === 'read') return read.record.purging === undefined ? read.record : undefined;
  if (read.state === 'invalid') return 'sidecar_unreadable';
  return (await isPurging(source, at)) ? undefined : 'original_missing';
}

/** A sidecar without an original is a purge that is not done, or a loss. */
async function isPurging(source: Storage, at: Location): Promise<boolean> {
  const bytes = await readWhole(source, sidecarKey(at));
  if (bytes === undefined) return true;
  try {
    const value: unknown = parseSidecarText(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && 'purging' in value;
  } catch {
    return false;
  }
}

type Taken = Omit<PictureTaken, 'trouble'>;

const NOTHING: Taken = { bytes: 0, mended: 0 };

async function backupOriginal(
  deps: DayDeps,
  at: Location,
  record: PictureRecord,
  former: SavedPicture | undefined,
): Promise<Taken | BackupTrouble> {
  const { bytes, sha256 } = record;
  const key = originalKey(at, extOfRecord(record));
  const known = former?.record.sha256 === sha256 && former.record.bytes === bytes;
  const there = known ? await lookInBackup(deps, key, { bytes, sha256 }) : 'missing';
  if (there === 'good') return NOTHING;
  const mended = there === 'bad' ? 1 : 0;
  if (deps.dryRun) return { bytes, mended };
  const copied = await copyFile(deps.source, key, deps.target, filePath(key), { bytes, sha256 });
  return typeof copied === 'string' ? `original_${copied}` : { bytes: copied.bytes, mended };
}

/** A thumbnail may be made again while it is read: what was copied is what the backup tells of. */
async function backupThumb(
  deps: DayDeps,
  at: Location,
  record: PictureRecord,
  former: SavedPicture | undefined,
): Promise<PictureTaken & { readonly saved: SavedThumb | null }> {
  const ext = thumbExtOf(record.thumb);
  const none = { ...NOTHING, saved: null, trouble: undefined };
  if (ext === null) return none;
  const key = thumbKey(at, ext);
  const { thumb_crc32: crc, thumb_v: version } = record;
  const same = former?.record.thumb_crc32 === crc && former?.record.thumb_v === version;
  const known = former?.thumb?.ext === ext && same ? former.thumb : undefined;
  const there = known === undefined ? 'missing' : await lookInBackup(deps, key, known);
  if (known !== undefined && there === 'good') return { ...none, saved: known };
  const mended = there === 'bad' ? 1 : 0;
  if (deps.dryRun) return { ...none, bytes: record.thumb_bytes, mended };
  const expected = crc === undefined ? {} : { crc32: crc };
  const copied = await copyFile(deps.source, key, deps.target, filePath(key), expected);
  if (typeof copied === 'string')
    return { ...none, trouble: copied === 'changed' ? 'thumbnail_changed' : undefined };
  const { bytes, sha256 } = copied;
  return { bytes, mended, saved: { ext, bytes, sha256 }, trouble: undefined };
}

/** Whether the backup has this file: by its length, or, where that is asked for, by all of its bytes. */
async function lookInBackup(
  { target, verifyExisting }: DayDeps,
  key: string,
  { bytes, sha256 }: Pick<Copied, 'bytes' | 'sha256'>,
): Promise<'good' | 'bad' | 'missing'> {
  const size = await sizeOf(target.storage, filePath(key));
  if (size === undefined) return 'missing';
  if (size !== bytes) return 'bad';
  if (!verifyExisting) return 'good';
  const there = await measureFile(target.storage, filePath(key));
  return typeof there === 'object' && there.sha256 === sha256 ? 'good' : 'bad';
}

async function sizeOf(storage: Storage, path: string): Promise<number | undefined> {
  try {
    return (await storage.stat(path)).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw fromErrno(error);
  }
}
