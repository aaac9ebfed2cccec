import { type DayFolder, dayFolders } from '../../catalog/day-folders.ts';
import type { Day } from '../../domain/day.ts';
import { fromErrno, isErrno, KirokuError } from '../../domain/errors.ts';
import type { PictureId } from '../../domain/id.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { KINDS, type Kind } from '../../domain/kind.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import { isoOf } from '../../domain/time.ts';
import { createFsStateStore } from '../../state/fs-state-store.ts';
import { JOURNALS } from '../../state/state-store.ts';
import { ensureFolder, readWhole, replaceFile } from '../../storage/durable.ts';
import { parentOf } from '../../storage/path.ts';
import type { Storage } from '../../storage/storage.ts';
import { type BackupTrouble, backupDay } from './backup-day.ts';
import {
  BACKUP_FILE,
  BACKUP_SECRETS,
  BACKUP_VERSION,
  ownerPath,
  placeOfName,
  placeText,
  recordsFolder,
  type SavedPicture,
  statePath,
} from './backup-format.ts';
import { type CopyTarget, lockFolder, sweepStaging } from './copy-file.ts';
import { foreignTree, readMarker } from './volume.ts';

export interface BackupRequest {
  /** One owner; all without. */
  readonly owner?: Owner;
  /** Day folders from this day on, to that day; both inclusive. */
  readonly from?: Day;
  readonly to?: Day;
  /** Say what would be copied, and write nothing. */
  readonly dryRun?: boolean;
  readonly signal: AbortSignal;
  /** Called now and then with how many pictures were looked at. */
  readonly progress?: (pictures: number) => void;
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
  /** Pictures in the backup that the tree does not have any more: they stay in it. */
  readonly gone: number;
  readonly found: readonly BackupFound[];
}

export interface Backup {
  /**
   * Copies what is new; reads the tree alone and changes nothing in it. Everything that was acknowledged before it began
   * is in it afterwards, also while a server works. Stopped or killed, it is finished by the next.
   * @throws KirokuError `volume_missing` for a tree without its marker, `invalid_parameter` for a folder that is no backup
   *   of this tree, `job_running`, `aborted`, `disk_full`, `io_error`
   */
  run(request: BackupRequest): Promise<BackupReport>;
}

export interface BackupDeps {
  readonly source: Storage;
  readonly target: CopyTarget;
  readonly legacyTz: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Tally = Mutable<Omit<BackupReport, 'found'>> & { readonly found: BackupFound[] };

const MOST_FOUND = 10_000;

export function createBackup(deps: BackupDeps): Backup {
  return {
    async run(request) {
      try {
        return await runBackup(deps, request);
      } catch (error) {
        throw fromErrno(error);
      }
    },
  };
}

async function runBackup(deps: BackupDeps, request: BackupRequest): Promise<BackupReport> {
  const state = createFsStateStore({ storage: deps.source, folders: deps.target.folders });
  const volume = await readMarker(state);
  if (volume === undefined) throw foreignTree();
  if (request.dryRun === true) return copyAll(deps, request);
  // before the lock, which leaves a file: what is not ours is not written to
  await openBackup(deps.target.storage, volume);
  const release = await lockFolder(deps.target);
  try {
    const former = await openBackup(deps.target.storage, volume);
    await sweepStaging(deps.target);
    const begun = isoOf(deps.source.now());
    const document = { v: BACKUP_VERSION, volume, begun_at: begun };
    await writeDocument(deps.target, BACKUP_FILE, { ...document, completed_at: former ?? null });
    const report = await copyAll(deps, request);
    if (request.picturesOnly !== true) await copyState(deps);
    await writeDocument(deps.target, BACKUP_FILE, {
      ...document,
      completed_at: isoOf(deps.source.now()),
    });
    return report;
  } finally {
    await release();
  }
}

/** When the last run came to its end, if it did. @throws KirokuError `invalid_parameter` for a folder that is something else */
async function openBackup(target: Storage, volume: string): Promise<string | undefined> {
  const bytes = await readWhole(target, BACKUP_FILE);
  if (bytes === undefined) {
    const others = (await target.readFolder('')).filter(
      ({ name }) => name !== '.kiroku' && name !== 'lost+found',
    );
    if (others.length === 0) return undefined;
    throw new KirokuError('invalid_parameter', 'The folder is neither empty nor a backup.');
  }
  const document = parsed(bytes);
  if (document?.['v'] !== BACKUP_VERSION) {
    throw new KirokuError('invalid_parameter', 'The backup is damaged, or of another version.');
  }
  if (document['volume'] !== volume) {
    throw new KirokuError('invalid_parameter', 'The folder holds a backup of another tree.');
  }
  const completed = document['completed_at'];
  return typeof completed === 'string' ? completed : undefined;
}

async function copyAll(deps: BackupDeps, request: BackupRequest): Promise<BackupReport> {
  const tally: Tally = { owners: 0, days: 0, pictures: 0, copied: 0, bytes: 0, gone: 0, found: [] };
  const owners = request.owner === undefined ? await ownersOf(deps.source) : [request.owner];
  for (const owner of owners) {
    tally.owners += 1;
    await copyOwner(deps, request, owner, tally);
  }
  // A picture that a transfer moved after its new owner was copied and before its old one was is in neither yet. The
  // mark that begins a transfer is written before its first picture moves.
  for (const owner of await targetsOfMoves(deps.source, owners)) {
    await copyOwner(deps, request, owner, { ...tally, found: [] });
  }
  return tally;
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

async function ownerDocument(source: Storage, owner: Owner): Promise<JsonObject | undefined> {
  const bytes = await readWhole(source, `users/${owner}/owner.json`);
  return bytes === undefined ? undefined : parsed(bytes);
}

async function copyOwner(
  deps: BackupDeps,
  request: BackupRequest,
  owner: Owner,
  tally: Tally,
): Promise<void> {
  const { source, target, legacyTz } = deps;
  const { signal, dryRun = false } = request;
  const places = await placesOf(deps, owner, signal);
  for (const place of places.filter(({ day }) => isWithin(day, request))) {
    const find = (id: PictureId | undefined, trouble: BackupFound['trouble']): void => {
      if (tally.found.length < MOST_FOUND) tally.found.push({ ...place, id, trouble });
    };
    const end = await backupDay(
      {
        source,
        target,
        legacyTz,
        dryRun,
        signal,
        told(at, copied, trouble) {
          tally.pictures += 1;
          tally.bytes += copied;
          if (copied > 0) tally.copied += 1;
          if (trouble !== undefined) find(at.id, trouble);
          request.progress?.(tally.pictures);
        },
        ...(request.saved === undefined ? {} : { saved: request.saved }),
      },
      place,
    );
    tally.days += 1;
    tally.gone += end.gone;
    if (end.unreadable) find(undefined, 'folder_unreadable');
  }
  if (dryRun) return;
  const document = (await ownerDocument(source, owner)) ?? null;
  const days = new Set(await listedDays(target.storage, owner));
  for (const kind of KINDS) {
    for (const place of await savedPlaces(target.storage, owner, kind)) days.add(placeText(place));
  }
  await writeDocument(target, ownerPath(owner), { document, days: [...days].sort() });
}

/** The day folders that the backup says it has. */
async function listedDays(backup: Storage, owner: Owner): Promise<string[]> {
  const bytes = await readWhole(backup, ownerPath(owner));
  const days = bytes === undefined ? undefined : parsed(bytes)?.['days'];
  return Array.isArray(days) ? days.filter((day) => typeof day === 'string') : [];
}

export function isWithin(day: Day, { from, to }: Pick<BackupRequest, 'from' | 'to'>): boolean {
  return (from === undefined || day >= from) && (to === undefined || day <= to);
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

/** The day folders of which a backup has records. */
export async function savedPlaces(backup: Storage, owner: Owner, kind: Kind): Promise<DayFolder[]> {
  try {
    const entries = await backup.readFolder(recordsFolder(owner, kind));
    const places = entries.map(({ name }) => placeOfName(owner, kind, name));
    return places.filter((place) => place !== undefined);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw fromErrno(error);
  }
}

/** Truth that no sidecar holds. What identifies browsers is part of it: without, every one loses its pictures. */
async function copyState({ source, target }: BackupDeps): Promise<void> {
  for (const journal of JOURNALS) {
    const bytes = await readWhole(source, `.kiroku/state/${journal}.jsonl`);
    // the line behind the last newline is still being written
    if (bytes !== undefined)
      await write(target, statePath(journal), bytes.subarray(0, bytes.lastIndexOf(10) + 1));
  }
  const secrets = await readWhole(source, '.kiroku/secrets.json');
  if (secrets !== undefined) await write(target, BACKUP_SECRETS, secrets, 0o600);
}

async function writeDocument(target: CopyTarget, path: string, document: JsonObject): Promise<void> {
  await write(target, path, Buffer.from(`${JSON.stringify(document)}\n`));
}

async function write(
  { storage, folders }: CopyTarget,
  path: string,
  bytes: Uint8Array,
  permissions?: number,
): Promise<void> {
  try {
    if ((await readWhole(storage, path))?.equals(bytes) === true) return;
    await ensureFolder(storage, folders, parentOf(path));
    await replaceFile(storage, folders, path, path.replaceAll('/', '.'), bytes, permissions);
  } catch (error) {
    throw fromErrno(error);
  }
}

/** The JSON object in these bytes; undefined for anything else. */
export function parsed(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
