import type { DayFolder } from '../../catalog/day-folders.ts';
import { locationOf } from '../../catalog/entry.ts';
import { fromErrno, KirokuError } from '../../domain/errors.ts';
import { originalKey, thumbKey } from '../../domain/key.ts';
import type { Owner } from '../../domain/owner.ts';
import { readWhole } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import { decodeDocument, decodeJournal } from './backup-document.ts';
import {
  BACKUP_FILE,
  BACKUP_SECRETS,
  decodeDay,
  filePath,
  ownerPath,
  recordsPath,
  type SavedPicture,
} from './backup-format.ts';
import {
  addFound,
  createRun,
  inBatches,
  isWithin,
  type PartRequest,
  type Run,
  type Tally,
} from './backup-run.ts';
import { listedPlaces, readBackupFile, readSavedOwner, savedOwners } from './backup-state.ts';
import { type Copied, measureFile } from './copy-file.ts';

/** `changed`: other bytes than were written; `unreadable`: the disk does not give them. */
export interface CheckFound {
  /** In the backup's folder. */
  readonly path: string;
  readonly trouble: 'missing' | 'changed' | 'unreadable';
}

export interface CheckReport {
  readonly pictures: number;
  /** Bytes of originals and thumbnails that were read. */
  readonly bytes: number;
  /** ISO 8601: of the last run that came to its end; null when none did. */
  readonly completedAt: string | null;
  /** A run after that did not, or one over everything before it: what it copied is checked too. */
  readonly unfinished: boolean;
  readonly found: readonly CheckFound[];
}

/**
 * Holds every file of a backup against the backup's own lists: originals and thumbnails against their SHA-256, all else
 * against its checksum; and looks whether everything is there that should be. Reads only the backup, changes nothing.
 * @throws KirokuError `invalid_parameter` for a folder that is no backup, `aborted`
 */
export type BackupCheck = Run<Omit<PartRequest, 'dryRun'>, CheckReport>;

export interface BackupCheckDeps {
  readonly backup: Storage;
  readonly legacyTz: string;
}

/** Pictures read at once. */
const PARALLEL = 4;

export function createBackupCheck(deps: BackupCheckDeps): BackupCheck {
  return createRun(deps, checkBackup);
}

type Request = Omit<PartRequest, 'dryRun'>;
type Report = Tally<CheckReport>;

async function checkBackup(deps: BackupCheckDeps, request: Request): Promise<CheckReport> {
  const { backup } = deps;
  const file = await readBackupFile(backup);
  if (file === undefined) throw new KirokuError('invalid_parameter', 'The folder is no backup of Kiroku.');
  const { completedAt, begunAt, isWholeOpen } = file;
  const unfinished = completedAt === null || completedAt < begunAt || isWholeOpen;
  const report: Report = { pictures: 0, bytes: 0, completedAt, unfinished, found: [] };
  if (!file.intact) addFound(report.found, { path: BACKUP_FILE, trouble: 'changed' });
  const owners = request.owner === undefined ? await savedOwners(backup) : [request.owner];
  for (const owner of owners) {
    // of a first run that was cut off: its list comes behind its pictures
    const mustBeListed = !unfinished || file.owners.includes(owner);
    const isThere = mustBeListed || (await readSavedOwner(backup, owner)) !== undefined;
    if (isThere) await checkText(backup, ownerPath(owner), isDocument, report);
    await checkOwner(deps, request, owner, report);
  }
  if (request.owner !== undefined) return report;
  for (const path of file.holds) {
    const isSound = path === BACKUP_SECRETS ? isDocument : isJournal;
    await checkText(backup, path, isSound, report);
  }
  return report;
}

const isDocument = (bytes: Buffer): boolean => decodeDocument(bytes)?.intact === true;
const isJournal = (bytes: Buffer): boolean => decodeJournal(bytes).intact;

async function checkOwner(
  deps: BackupCheckDeps,
  request: Request,
  owner: Owner,
  report: Report,
): Promise<void> {
  const { backup } = deps;
  const saved = await readSavedOwner(backup, owner).catch(() => undefined);
  for (const place of await listedPlaces(backup, owner, saved?.days ?? [])) {
    if (isWithin(place.day, request)) await checkDay(deps, request, place, report);
  }
}

/** A small file: the bytes of it that are sound, or undefined, and told why. */
async function checkText(
  backup: Storage,
  path: string,
  isSound: (bytes: Buffer) => boolean,
  report: Report,
): Promise<Buffer | undefined> {
  let bytes: Buffer | undefined;
  try {
    bytes = await readWhole(backup, path);
  } catch (error) {
    const failure = fromErrno(error);
    if (failure.code === 'overloaded') throw failure;
    addFound(report.found, { path, trouble: 'unreadable' });
    return undefined;
  }
  if (bytes === undefined) addFound(report.found, { path, trouble: 'missing' });
  else if (!isSound(bytes)) addFound(report.found, { path, trouble: 'changed' });
  return bytes;
}

async function checkDay(
  { backup, legacyTz }: BackupCheckDeps,
  { signal, progress }: Request,
  place: DayFolder,
  report: Report,
): Promise<void> {
  const isSound = (bytes: Buffer): boolean => decodeDay(place, bytes, legacyTz).lost === 0;
  const bytes = await checkText(backup, recordsPath(place), isSound, report);
  if (bytes === undefined) return;
  const { pictures } = decodeDay(place, bytes, legacyTz);
  const check = (saved: SavedPicture) => checkPicture(backup, saved);
  for await (const [, files] of inBatches(pictures, PARALLEL, signal, check)) {
    report.pictures += 1;
    for (const { path, trouble, bytes: read } of files) {
      report.bytes += read;
      if (trouble !== undefined) addFound(report.found, { path, trouble });
    }
    progress?.(report.pictures);
  }
}

interface CheckedFile {
  readonly path: string;
  readonly bytes: number;
  readonly trouble: CheckFound['trouble'] | undefined;
}

async function checkPicture(backup: Storage, { record, ext, thumb }: SavedPicture): Promise<CheckedFile[]> {
  const at = locationOf(record);
  const files = [await checkFile(backup, originalKey(at, ext), record)];
  if (thumb !== null) files.push(await checkFile(backup, thumbKey(at, thumb.ext), thumb));
  return files;
}

async function checkFile(
  backup: Storage,
  key: string,
  { bytes, sha256 }: Pick<Copied, 'bytes' | 'sha256'>,
): Promise<CheckedFile> {
  const path = filePath(key);
  const found = await measureFile(backup, path);
  if (typeof found === 'string') return { path, bytes: 0, trouble: found };
  const same = found.bytes === bytes && found.sha256 === sha256;
  return { path, bytes: found.bytes, trouble: same ? undefined : 'changed' };
}
