import type { BlobStore } from '../../blobs/blob-store.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { DayFolder } from '../../catalog/day-folders.ts';
import type { Day } from '../../domain/day.ts';
import { fromErrno, isErrno, KirokuError } from '../../domain/errors.ts';
import type { PictureId } from '../../domain/id.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { KINDS, type Kind } from '../../domain/kind.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import type { JournalName, StateStore } from '../../state/state-store.ts';
import { readWhole } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import { isWithin, parsed, savedPlaces } from './backup.ts';
import {
  BACKUP_FILE,
  BACKUP_SECRETS,
  BACKUP_VERSION,
  decodeDay,
  ownerPath,
  placeOfText,
  placeText,
  recordsPath,
  statePath,
} from './backup-format.ts';
import { type RestoredPicture, type RestoreTrouble, restorePicture } from './restore-picture.ts';

export interface RestoreRequest {
  /** One owner; all without. */
  readonly owner?: Owner;
  /** Day folders from this day on, to that day; both inclusive. */
  readonly from?: Day;
  readonly to?: Day;
  /** Also pictures that had left the tree before the last backup. */
  readonly gone?: boolean;
  /** Say what would be restored, and write nothing. */
  readonly dryRun?: boolean;
  readonly signal: AbortSignal;
  /** Called now and then with how many pictures were looked at. */
  readonly progress?: (pictures: number) => void;
}

export interface RestoreFound {
  readonly owner: Owner;
  readonly kind: Kind | undefined;
  readonly day: Day | undefined;
  readonly id: PictureId | undefined;
  /** `records_missing`: a whole day's; `records_damaged`: some of a day's; `owner_damaged`: what `owner.json` said. */
  readonly trouble: RestoreTrouble | 'records_missing' | 'records_damaged' | 'owner_damaged';
}

export interface RestoreReport {
  readonly pictures: number;
  readonly restored: number;
  /** The tree has them already: they stay as they are. */
  readonly there: number;
  readonly bytes: number;
  readonly found: readonly RestoreFound[];
}

export interface Restore {
  /**
   * Merges a backup into the tree: what is missing is put back, and proved on the way; what is there is never touched.
   * Stopped or killed, it is finished by the next.
   * @throws KirokuError `invalid_parameter` for a folder that is no backup, `aborted`; when the tree fails
   */
  run(request: RestoreRequest): Promise<RestoreReport>;
}

export interface RestoreDeps {
  /** The backup. */
  readonly source: Storage;
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly state: StateStore;
  readonly legacyTz: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Tally = Mutable<Omit<RestoreReport, 'found'>> & { readonly found: RestoreFound[] };

/** Pictures at once: their commits share syncs. */
const PARALLEL = 16;
const MOST_FOUND = 10_000;
/** Merged entry by entry; the others tell of one machine's runs and go only where there are none. */
const MERGED = ['shares', 'audit', 'transfers'] as const;
const IF_NONE = ['jobs', 'findings'] as const;

export function createRestore(deps: RestoreDeps): Restore {
  return {
    async run(request) {
      try {
        return await runRestore(deps, request);
      } catch (error) {
        throw fromErrno(error);
      }
    },
  };
}

async function runRestore(deps: RestoreDeps, request: RestoreRequest): Promise<RestoreReport> {
  await readBackup(deps.source);
  const tally: Tally = { pictures: 0, restored: 0, there: 0, bytes: 0, found: [] };
  const owners = request.owner === undefined ? await ownersOf(deps.source) : [request.owner];
  for (const owner of owners) await restoreOwner(deps, request, owner, tally);
  if (request.dryRun !== true && request.owner === undefined) await restoreState(deps);
  return tally;
}

/** The id of the volume that was backed up. @throws KirokuError `invalid_parameter` */
export async function readBackup(source: Storage): Promise<string> {
  const bytes = await readWhole(source, BACKUP_FILE);
  const document = bytes === undefined ? undefined : parsed(bytes);
  const volume = document?.['volume'];
  if (document?.['v'] !== BACKUP_VERSION || typeof volume !== 'string') {
    throw new KirokuError(
      'invalid_parameter',
      'The folder is no backup of Kiroku, or one of another version.',
    );
  }
  return volume;
}

/** Whoever has records or a document in it. */
async function ownersOf(source: Storage): Promise<Owner[]> {
  const owners = new Set<Owner>();
  for (const { name } of await entriesOf(source, 'records')) if (isOwner(name)) owners.add(name);
  for (const { name } of await entriesOf(source, 'owners')) {
    const owner = name.slice(0, -'.json'.length);
    if (name.endsWith('.json') && isOwner(owner)) owners.add(owner);
  }
  return [...owners].sort();
}

async function entriesOf(source: Storage, folder: string) {
  try {
    return await source.readFolder(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw fromErrno(error);
  }
}

async function restoreOwner(
  deps: RestoreDeps,
  request: RestoreRequest,
  owner: Owner,
  tally: Tally,
): Promise<void> {
  const find = (
    place: Partial<DayFolder>,
    id: PictureId | undefined,
    trouble: RestoreFound['trouble'],
  ): void => {
    const { kind, day } = place;
    if (tally.found.length < MOST_FOUND) tally.found.push({ owner, kind, day, id, trouble });
  };
  const bytes = await readWhole(deps.source, ownerPath(owner));
  const listed = bytes === undefined ? undefined : parsed(bytes);
  if (listed === undefined) find({}, undefined, 'owner_damaged');
  for (const place of await placesOf(deps.source, owner, listed?.['days'])) {
    if (isWithin(place.day, request)) await restoreDay(deps, request, place, tally, find);
  }
  const document = listed?.['document'];
  // behind the pictures: it may say that they have gone to somebody else
  if (request.dryRun !== true && isJsonObject(document)) {
    await deps.state.updateOwner(owner, (current) => ({ ...document, ...current }));
  }
}

/** What the backup has, and what it says it has. */
async function placesOf(source: Storage, owner: Owner, days: unknown): Promise<DayFolder[]> {
  const places = new Map<string, DayFolder>();
  for (const text of Array.isArray(days) ? days : []) {
    const place = placeOfText(owner, text);
    if (place !== undefined) places.set(placeText(place), place);
  }
  for (const kind of KINDS) {
    for (const place of await savedPlaces(source, owner, kind)) places.set(placeText(place), place);
  }
  return [...places.values()];
}

async function restoreDay(
  deps: RestoreDeps,
  { gone = false, dryRun = false, signal, progress }: RestoreRequest,
  place: DayFolder,
  tally: Tally,
  find: (place: DayFolder, id: PictureId | undefined, trouble: RestoreFound['trouble']) => void,
): Promise<void> {
  const bytes = await readWhole(deps.source, recordsPath(place));
  if (bytes === undefined) {
    find(place, undefined, 'records_missing');
    return;
  }
  const day = decodeDay(place, bytes, deps.legacyTz);
  if (day.lost > 0) find(place, undefined, 'records_damaged');
  const wanted = day.pictures.filter((saved) => gone || saved.gone === null);
  for (let from = 0; from < wanted.length; from += PARALLEL) {
    if (signal.aborted) throw new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
    const some = wanted.slice(from, from + PARALLEL);
    const ends = await Promise.allSettled(some.map((saved) => restorePicture({ ...deps, dryRun }, saved)));
    for (const [i, end] of ends.entries()) {
      if (end.status === 'rejected') throw end.reason;
      count(tally, end.value);
      if (end.value.trouble !== undefined) find(place, some[i]?.id, end.value.trouble);
    }
    progress?.(tally.pictures);
  }
}

function count(tally: Tally, { end, bytes }: RestoredPicture): void {
  tally.pictures += 1;
  tally.bytes += bytes;
  if (end === 'restored') tally.restored += 1;
  if (end === 'there') tally.there += 1;
}

/** Truth that no sidecar holds, as far as the tree has none of its own. */
async function restoreState({ source, state }: RestoreDeps): Promise<void> {
  for (const journal of MERGED) await restoreJournal(source, state, journal, () => true);
  // a history of its own is not mixed with another's; the beginning of this very one is what a kill left
  for (const journal of IF_NONE) {
    await restoreJournal(source, state, journal, (known, saved) =>
      [...known].every((entry) => saved.has(entry)),
    );
  }
  const secrets = await readWhole(source, BACKUP_SECRETS);
  const document = secrets === undefined ? undefined : parsed(secrets);
  if (document !== undefined && (await state.readDocument('secrets')) === undefined) {
    await state.writeDocument('secrets', document);
  }
}

/** Appends what is not there yet, if `may`. */
async function restoreJournal(
  source: Storage,
  state: StateStore,
  journal: JournalName,
  may: (known: ReadonlySet<string>, saved: ReadonlySet<string>) => boolean,
): Promise<void> {
  const entries = await entriesIn(source, statePath(journal));
  const known = new Set<string>();
  for await (const entry of state.readJournal(journal)) known.add(JSON.stringify(entry));
  if (!may(known, new Set(entries.map((entry) => JSON.stringify(entry))))) return;
  for (const entry of entries) if (!known.has(JSON.stringify(entry))) await state.append(journal, entry);
}

async function entriesIn(source: Storage, path: string): Promise<JsonObject[]> {
  const bytes = await readWhole(source, path);
  const lines = bytes === undefined ? [] : bytes.toString('utf8').split('\n');
  return lines.map((line) => parsed(Buffer.from(line))).filter((entry) => entry !== undefined);
}
