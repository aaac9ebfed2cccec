import type { BlobStore } from '../../blobs/blob-store.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { DayFolder } from '../../catalog/day-folders.ts';
import type { Day } from '../../domain/day.ts';
import { KirokuError } from '../../domain/errors.ts';
import type { PictureId } from '../../domain/id.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Kind } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import type { StateStore } from '../../state/state-store.ts';
import { readWhole } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Moved } from '../moved.ts';
import { decodeDay, recordsPath, type SavedPicture } from './backup-format.ts';
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
import { restoreMove } from './restore-moves.ts';
import { type RestoredPicture, type RestoreTrouble, restorePicture } from './restore-picture.ts';
import { restoreState } from './restore-state.ts';

export interface RestoreRequest extends PartRequest {
  /** Also pictures that had left the tree before the last backup. */
  readonly gone?: boolean;
}

export interface RestoreFound {
  /** Null for what is nobody's. */
  readonly owner: Owner | null;
  readonly kind: Kind | undefined;
  readonly day: Day | undefined;
  readonly id: PictureId | undefined;
  /**
   * `records_missing`: a whole day's; `records_damaged`: some of a day's; `owner_damaged`: what `owner.json` said;
   * `state_damaged`: lines of a journal; `secrets_damaged`: they are not restored.
   */
  readonly trouble:
    | RestoreTrouble
    | 'records_missing'
    | 'records_damaged'
    | 'owner_damaged'
    | 'state_damaged'
    | 'secrets_damaged';
}

export interface RestoreReport {
  readonly pictures: number;
  readonly restored: number;
  /** The tree has them already: they stay as they are. */
  readonly there: number;
  readonly bytes: number;
  readonly found: readonly RestoreFound[];
}

/**
 * Merges a backup into the tree: what is missing is put back, and proved on the way; what is there is never touched.
 * Stopped or killed, it is finished by the next.
 * @throws KirokuError `invalid_parameter` for a folder that is no backup, `aborted`; when the tree fails
 */
export type Restore = Run<RestoreRequest, RestoreReport>;

export interface RestoreDeps {
  /** The backup. */
  readonly source: Storage;
  /** The storage of the tree itself. */
  readonly tree: Storage;
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly state: StateStore;
  readonly moved: Pick<Moved, 'resolve' | 'mark'>;
  readonly legacyTz: string;
}

const NOWHERE = { kind: undefined, day: undefined, id: undefined } as const;
/** Pictures at once: their commits share syncs. */
const PARALLEL = 16;

export function createRestore(deps: RestoreDeps): Restore {
  return createRun(deps, runRestore);
}

async function runRestore(deps: RestoreDeps, request: RestoreRequest): Promise<RestoreReport> {
  await readBackup(deps.source);
  const report: Tally<RestoreReport> = { pictures: 0, restored: 0, there: 0, bytes: 0, found: [] };
  const owners = request.owner === undefined ? await savedOwners(deps.source) : [request.owner];
  for (const owner of owners) await restoreOwner(deps, request, owner, report);
  if (request.dryRun === true) return report;
  const find = (owner: Owner | null, trouble: RestoreFound['trouble']): void =>
    addFound(report.found, { ...NOWHERE, owner, trouble });
  if (request.owner === undefined) for (const trouble of await restoreState(deps)) find(null, trouble);
  for (const owner of owners) {
    if (!(await restoreMove(deps, owner, request.signal))) find(owner, 'owner_moved');
  }
  return report;
}

/** The id of the volume that was backed up. @throws KirokuError `invalid_parameter` */
export async function readBackup(source: Storage): Promise<string> {
  const file = await readBackupFile(source);
  if (file === undefined) throw new KirokuError('invalid_parameter', 'The folder is no backup of Kiroku.');
  return file.volume;
}

async function restoreOwner(
  deps: RestoreDeps,
  request: RestoreRequest,
  owner: Owner,
  report: Tally<RestoreReport>,
): Promise<void> {
  const saved = await readSavedOwner(deps.source, owner);
  if (saved?.intact !== true) addFound(report.found, { ...NOWHERE, owner, trouble: 'owner_damaged' });
  for (const place of await listedPlaces(deps.source, owner, saved?.days ?? [])) {
    if (isWithin(place.day, request)) await restoreDay(deps, request, place, report);
  }
  const document = saved?.document;
  if (request.dryRun === true || !isJsonObject(document)) return;
  // where the owner went to is taken up at the end
  const { moved_to: _, ...rest } = document;
  if (Object.keys(rest).length > 0)
    await deps.state.updateOwner(owner, (current) => ({ ...rest, ...current }));
}

async function restoreDay(
  deps: RestoreDeps,
  { gone = false, dryRun = false, signal, progress }: RestoreRequest,
  place: DayFolder,
  report: Tally<RestoreReport>,
): Promise<void> {
  const find = (id: PictureId | undefined, trouble: RestoreFound['trouble']): void =>
    addFound(report.found, { ...place, id, trouble });
  const bytes = await readWhole(deps.source, recordsPath(place));
  if (bytes === undefined) {
    find(undefined, 'records_missing');
    return;
  }
  const day = decodeDay(place, bytes, deps.legacyTz);
  if (day.lost > 0) find(undefined, 'records_damaged');
  const wanted = day.pictures.filter((saved) => gone || saved.gone === null);
  const take = (saved: SavedPicture) => restorePicture({ ...deps, dryRun }, saved);
  for await (const [{ id }, end] of inBatches(wanted, PARALLEL, signal, take)) {
    count(report, end);
    if (end.trouble !== undefined) find(id, end.trouble);
    progress?.(report.pictures);
  }
}

function count(report: Tally<RestoreReport>, { end, bytes }: RestoredPicture): void {
  report.pictures += 1;
  report.bytes += bytes;
  if (end === 'restored') report.restored += 1;
  if (end === 'there') report.there += 1;
}
