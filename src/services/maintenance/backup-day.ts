import type { DayFolder } from '../../catalog/day-folders.ts';
import { extOfRecord, thumbExtOf } from '../../catalog/entry.ts';
import { readSidecar, type SidecarRead } from '../../catalog/sidecar.ts';
import { fromErrno, isErrno, KirokuError } from '../../domain/errors.ts';
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
import { type CopyTarget, copyFile } from './copy-file.ts';

/** What is wrong in the tree, seen while it was copied. */
export type BackupTrouble =
  | 'original_missing'
  | 'original_unreadable'
  | 'original_changed'
  | 'sidecar_unreadable';

export interface DayDeps {
  readonly source: Storage;
  readonly target: CopyTarget;
  readonly legacyTz: string;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** Called for each picture: what was copied of it, and what is wrong with it. */
  readonly told: (at: Location, copied: number, trouble: BackupTrouble | undefined) => void;
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
  for (let from = 0; from < ids.length; from += PARALLEL) {
    if (deps.signal.aborted) throw new KirokuError('aborted', 'Stopped.', { cause: deps.signal.reason });
    const some = ids.slice(from, from + PARALLEL);
    const ends = await Promise.allSettled(
      some.map((id) => backupPicture(deps, { ...place, id }, former.get(id))),
    );
    for (const end of ends) {
      if (end.status === 'rejected') throw end.reason;
      if (end.value !== undefined) saved.push(end.value);
    }
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
  if (typeof read === 'string') {
    // what an earlier backup has of it is all there is
    deps.told(at, 0, read);
    return former;
  }
  const ext = extOfRecord(read);
  const original = await backupOriginal(deps, at, read, former);
  if (typeof original === 'string') {
    if ((await sidecarOf(deps, at)) === undefined) return undefined;
    deps.told(at, 0, original);
    return former;
  }
  const { saved: thumb, copied } = await backupThumb(deps, at, read, former);
  deps.told(at, original + copied, undefined);
  return { id: at.id, ext, thumb, gone: null, record: read };
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

/** Bytes copied: 0 when the backup has it already. */
async function backupOriginal(
  { source, target, dryRun }: DayDeps,
  at: Location,
  record: PictureRecord,
  former: SavedPicture | undefined,
): Promise<number | BackupTrouble> {
  const { bytes, sha256 } = record;
  const key = originalKey(at, extOfRecord(record));
  const known = former?.record.sha256 === sha256 && former.record.bytes === bytes;
  if (known && (await sizeOf(target.storage, filePath(key))) === bytes) return 0;
  if (dryRun) return bytes;
  const copied = await copyFile(source, key, target, filePath(key), { bytes, sha256 });
  return typeof copied === 'string' ? `original_${copied}` : copied.bytes;
}

/** A thumbnail may be made again while it is read: what was copied is what the backup tells of. */
async function backupThumb(
  { source, target, dryRun }: DayDeps,
  at: Location,
  record: PictureRecord,
  former: SavedPicture | undefined,
): Promise<{ readonly saved: SavedThumb | null; readonly copied: number }> {
  const ext = thumbExtOf(record.thumb);
  if (ext === null) return { saved: null, copied: 0 };
  const key = thumbKey(at, ext);
  const known =
    former?.thumb?.ext === ext && former.record.thumb_v === record.thumb_v ? former.thumb : undefined;
  if (known !== undefined && (await sizeOf(target.storage, filePath(key))) === known.bytes)
    return { saved: known, copied: 0 };
  if (dryRun) return { saved: null, copied: record.thumb_bytes };
  const copied = await copyFile(source, key, target, filePath(key));
  return typeof copied === 'string'
    ? { saved: null, copied: 0 }
    : { saved: { ext, ...copied }, copied: copied.bytes };
}

async function sizeOf(storage: Storage, path: string): Promise<number | undefined> {
  try {
    return (await storage.stat(path)).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw fromErrno(error);
  }
}
