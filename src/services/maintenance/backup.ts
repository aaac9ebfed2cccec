import { type DayFolder, dayFolders } from '../../catalog/day-folders.ts';
import type { Day } from '../../domain/day.ts';
import { fromErrno, isErrno, KirokuError } from '../../domain/errors.ts';
import type { PictureId } from '../../domain/id.ts';
import { KINDS, type Kind } from '../../domain/kind.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import { isoOf } from '../../domain/time.ts';
import { createFsStateStore } from '../../state/fs-state-store.ts';
import type { Storage } from '../../storage/storage.ts';
import { type BackupTrouble, backupDay } from './backup-day.ts';
import { placeText, type SavedPicture } from './backup-format.ts';
import { addFound, createRun, isWithin, type PartRequest, type Run, type Tally } from './backup-run.ts';
import {
  type BackupFile,
  copyOwnerDocument,
  copyState,
  ownerDocument,
  readBackupFile,
  savedPlaces,
  writeBackupFile,
} from './backup-state.ts';
import { type CopyTarget, lockFolder, sweepStaging } from './copy-file.ts';
import { foreignTree, readMarker } from './volume.ts';

export interface BackupRequest extends PartRequest {
  /** Reads again what the backup has already, and copies anew what is not what it was. */
  readonly verifyExisting?: boolean;
  /** Leaves out the server's own truth and secrets: for an export, which goes to somebody else. */
  readonly picturesOnly?: boolean;
  /** Called for each picture that the tree has, as it is in the backup then. */
  readonly saved?: (picture: SavedPicture) => void;
}

export interface BackupFound {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly day: Day;
  readonly id: PictureId | undefined;
  readonly trouble: BackupTrouble | 'folder_unreadable';
}

export interface BackupReport {
  readonly owners: number;
  readonly days: number;
  readonly pictures: number;
  /** Pictures of which something was copied; the others were in the backup already. */
  readonly copied: number;
  /** Bytes copied. */
  readonly bytes: number;
  /** Files that the backup had, and that were not what they were: copied again. */
  readonly mended: number;
  /** Pictures in the backup that the tree does not have any more: they stay in it. */
  readonly gone: number;
  readonly found: readonly BackupFound[];
}

/**
 * Copies what is new; reads the tree alone and changes nothing in it. Everything that was acknowledged before it began
 * is in it afterwards, also while a server works. Stopped or killed, it is finished by the next.
 * @throws KirokuError `volume_missing` for a tree without its marker, `invalid_parameter` for a folder that is no backup
 *   of this tree and for an owner who was moved to another, `job_running`, `aborted`, `disk_full`, `io_error`
 */
export type Backup = Run<BackupRequest, BackupReport>;

export interface BackupDeps {
  readonly source: Storage;
  readonly target: CopyTarget;
  readonly legacyTz: string;
}

export function createBackup(deps: BackupDeps): Backup {
  return createRun(deps, runBackup);
}

async function runBackup(deps: BackupDeps, request: BackupRequest): Promise<BackupReport> {
  const { source, target } = deps;
  const state = createFsStateStore({ storage: source, folders: target.folders });
  const volume = await readMarker(state);
  if (volume === undefined) throw foreignTree();
  if (request.owner !== undefined) await refuseMoved(source, request.owner);
  if (request.dryRun === true) return (await copyAll(deps, request)).report;
  // before the lock, which leaves a file: what is not ours is not written to
  await openBackup(target.storage, volume);
  const release = await lockFolder(target);
  try {
    const former = await openBackup(target.storage, volume);
    await sweepStaging(target);
    const isWhole = (request.owner ?? request.from ?? request.to) === undefined;
    const begun = {
      completedAt: null,
      owners: [],
      holds: [],
      ...former,
      volume,
      begunAt: isoOf(source.now()),
      isWholeOpen: isWhole || former?.isWholeOpen === true,
    };
    await writeBackupFile(target, begun);
    const { report, owners } = await copyAll(deps, request);
    const holds = request.picturesOnly === true ? [] : await copyState(source, target);
    await writeBackupFile(target, {
      ...begun,
      completedAt: isoOf(source.now()),
      isWholeOpen: !isWhole && begun.isWholeOpen,
      owners: union(begun.owners, owners),
      holds: union(begun.holds, holds),
    });
    return report;
  } finally {
    await release();
  }
}

function union<T>(former: readonly T[], now: readonly T[]): T[] {
  return [...new Set([...former, ...now])].sort();
}

/** What was this owner's is another's by now: not to be had under the old name, and nothing is left under it. */
async function refuseMoved(source: Storage, owner: Owner): Promise<void> {
  const [to] = await targetsOfMoves(source, [owner]);
  if (to === undefined) return;
  throw new KirokuError('invalid_parameter', `${owner} was moved to ${to}, and so were the pictures.`);
}

/** What the former run left; undefined for an empty folder. @throws KirokuError `invalid_parameter` for anything else */
async function openBackup(target: Storage, volume: string): Promise<BackupFile | undefined> {
  const former = await readBackupFile(target);
  if (former === undefined) {
    const others = (await target.readFolder('')).filter(
      ({ name }) => name !== '.kiroku' && name !== 'lost+found',
    );
    if (others.length === 0) return undefined;
    throw new KirokuError('invalid_parameter', 'The folder is neither empty nor a backup.');
  }
  if (former.volume !== volume) {
    throw new KirokuError('invalid_parameter', 'The folder holds a backup of another tree.');
  }
  return former;
}

async function copyAll(deps: BackupDeps, request: BackupRequest) {
  const report: Tally<BackupReport> = {
    ...{ owners: 0, days: 0, pictures: 0, copied: 0, bytes: 0, mended: 0, gone: 0 },
    found: [],
  };
  const owners = request.owner === undefined ? await ownersOf(deps.source) : [request.owner];
  for (const owner of owners) {
    report.owners += 1;
    await copyOwner(deps, request, owner, report);
  }
  // A picture that a transfer moved after its new owner was copied and before its old one was is in neither yet. The
  // mark that begins a transfer is written before its first picture moves. Who is asked for alone gets nobody else's.
  if (request.owner !== undefined) return { report, owners };
  const targets = await targetsOfMoves(deps.source, owners);
  for (const owner of targets) await copyOwner(deps, request, owner, { ...report, found: [] });
  return { report, owners: [...owners, ...targets] };
}

async function ownersOf(source: Storage): Promise<Owner[]> {
  try {
    const entries = await source.readFolder('users');
    const names = entries.filter(({ type }) => type === 'folder').map(({ name }) => name);
    return names.filter(isOwner).sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw fromErrno(error);
  }
}

async function targetsOfMoves(source: Storage, owners: readonly Owner[]): Promise<Set<Owner>> {
  const targets = new Set<Owner>();
  for (const owner of owners) {
    const moved = (await ownerDocument(source, owner))?.['moved_to'];
    if (typeof moved === 'string' && isOwner(moved)) targets.add(moved);
  }
  return targets;
}

async function copyOwner(
  deps: BackupDeps,
  request: BackupRequest,
  owner: Owner,
  report: Tally<BackupReport>,
): Promise<void> {
  const { signal, dryRun = false, verifyExisting = false, saved } = request;
  const places = await placesOf(deps, owner, signal);
  for (const place of places.filter(({ day }) => isWithin(day, request))) {
    const find = (id: PictureId | undefined, trouble: BackupFound['trouble']): void =>
      addFound(report.found, { ...place, id, trouble });
    const end = await backupDay(
      {
        ...{ ...deps, dryRun, verifyExisting, signal },
        told({ id }, { bytes, mended, trouble }) {
          report.pictures += 1;
          report.bytes += bytes;
          report.mended += mended;
          if (bytes > 0) report.copied += 1;
          if (trouble !== undefined) find(id, trouble);
          request.progress?.(report.pictures);
        },
        ...(saved === undefined ? {} : { saved }),
      },
      place,
    );
    report.days += 1;
    report.gone += end.gone;
    if (end.unreadable) find(undefined, 'folder_unreadable');
  }
  if (!dryRun) await copyOwnerDocument(deps.source, deps.target, owner);
}

/** Day folders of the tree, and those that only the backup knows any more; kind by kind, in rising order. */
async function placesOf(
  { source, target }: BackupDeps,
  owner: Owner,
  signal: AbortSignal,
): Promise<DayFolder[]> {
  const places = new Map<string, DayFolder>();
  for await (const place of dayFolders(source, owner, { signal })) {
    if (!('state' in place)) places.set(placeText(place), place);
  }
  for (const kind of KINDS) {
    for (const place of await savedPlaces(target.storage, owner, kind)) places.set(placeText(place), place);
  }
  return [...places].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
}
