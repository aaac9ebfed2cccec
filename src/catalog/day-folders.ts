import { type Day, isDay } from '../domain/day.ts';
import { fromErrno, isErrno, KirokuError } from '../domain/errors.ts';
import { kindFolder, ownerFolder } from '../domain/key.ts';
import { KINDS, type Kind } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import { ENTRY_TYPES, type FolderNames, type FolderRead } from '../storage/bulk.ts';
import { bulkOf } from '../storage/bulk-single.ts';
import type { EntryType, Storage } from '../storage/storage.ts';
import { folderState } from './own-folder.ts';

/** Something in the tree that is no sidecar and that nothing of ours explains. Left alone. */
export interface Skipped {
  readonly state: 'skipped';
  readonly path: string;
  /** `unclaimed`: an original without a sidecar. */
  readonly why: 'unclaimed' | 'foreign' | 'link' | 'other';
}

/** One day folder. */
export interface DayFolder {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly day: Day;
}

const YEAR = /^\d{4}$/;
const TWO_DIGITS = /^\d{2}$/;
/** Folders listed at once. */
const FOLDERS = 8;

/** The owner's day folders, kind by kind in rising order, and what lies beside them. @throws as `walkSidecars` */
export async function* dayFolders(
  storage: Storage,
  owner: Owner,
  options: { readonly signal?: AbortSignal },
): AsyncGenerator<DayFolder | Skipped> {
  if ((await folderState(storage, ownerFolder(owner))) === 'foreign') {
    yield { state: 'skipped', path: ownerFolder(owner), why: 'link' };
    return;
  }
  for (const kind of KINDS) {
    // a locker that is a link was told of among the owner's own names
    if ((await folderState(storage, kindFolder(owner, kind))) !== 'there') continue;
    yield* daysOfKind(storage, owner, kind, options.signal);
  }
}

async function* daysOfKind(
  storage: Storage,
  owner: Owner,
  kind: Kind,
  signal: AbortSignal | undefined,
): AsyncGenerator<DayFolder | Skipped> {
  const root = kindFolder(owner, kind);
  const isOurs = (name: string, type: EntryType) => kind === 'generated' && isOwnersOwn(name, type);
  const years = numbered(storage, [root], YEAR, signal, isOurs);
  const months = numbered(storage, years, TWO_DIGITS, signal);
  for await (const found of numbered(storage, months, TWO_DIGITS, signal)) {
    if (typeof found !== 'string') {
      yield found;
      continue;
    }
    const day = found.slice(root.length + 1);
    if (isDay(day)) yield { owner, kind, day };
    else yield { state: 'skipped', path: found, why: 'foreign' };
  }
}

/** What lies in an owner's folder beside the years of generated pictures. A manifest may have been copied aside. */
function isOwnersOwn(name: string, type: EntryType): boolean {
  if (type === 'folder') return name === 'inputs' || name === 'controls';
  return type === 'file' && (name === 'owner.json' || name.startsWith('manifest.jsonl'));
}

/** Paths of the folders inside of these whose names have the grammar; anything else there, and above, is handed on. */
async function* numbered(
  storage: Storage,
  parents: Several<string | Skipped>,
  grammar: RegExp,
  signal: AbortSignal | undefined,
  isOurs: (name: string, type: EntryType) => boolean = () => false,
): AsyncGenerator<string | Skipped> {
  for await (const listed of listFolders(storage, parents, (path) => path, signal)) {
    if ('state' in listed) {
      yield listed;
      continue;
    }
    const { item: folder, names, types } = listed;
    for (const [index, name] of names.entries()) {
      const type = ENTRY_TYPES[types[index] ?? 0] ?? 'other';
      if (type === 'folder' && grammar.test(name)) yield `${folder}/${name}`;
      else if (!isOurs(name, type)) yield skipped(folder, name, type);
    }
  }
}

/** Given one by one, at once or by and by. */
export type Several<T> = AsyncIterable<T> | Iterable<T>;

interface Listed<T> extends FolderNames {
  readonly item: T;
}

/** The names in each of these folders, some folders at a time. */
export async function* listFolders<T>(
  storage: Storage,
  items: Several<T | Skipped>,
  pathOf: (item: T) => string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Listed<T> | Skipped> {
  let group: T[] = [];
  for await (const item of items) {
    if (isSkipped(item)) {
      yield item;
      continue;
    }
    group.push(item);
    if (group.length < FOLDERS) continue;
    yield* await listGroup(storage, group, pathOf, signal);
    group = [];
  }
  if (group.length > 0) yield* await listGroup(storage, group, pathOf, signal);
}

async function listGroup<T>(
  storage: Storage,
  group: readonly T[],
  pathOf: (item: T) => string,
  signal: AbortSignal | undefined,
): Promise<Listed<T>[]> {
  stopIfAborted(signal);
  const reads = await asKirokuError(bulkOf(storage).readFolders(group.map(pathOf)));
  return group.map((item, index) => ({ item, ...namesOf(reads[index]) }));
}

const NO_NAMES: FolderNames = { names: [], types: new Uint8Array(0) };

function namesOf(read: FolderRead | undefined): FolderNames {
  if (read !== undefined && !('error' in read)) return read;
  if (read === undefined || isErrno(read.error, 'ENOENT')) return NO_NAMES;
  throw fromErrno(read.error);
}

/** Tells what was passed over from what is to be worked on. */
export function isSkipped<T>(item: T | Skipped): item is Skipped {
  return typeof item === 'object' && item !== null && 'state' in item && item.state === 'skipped';
}

/** The same work, its failure in the closed list. @throws KirokuError */
export async function asKirokuError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw fromErrno(error);
  }
}

/** @throws KirokuError `aborted` after the signal */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
}

/** A name in a folder that is passed over. */
export function skipped(
  folder: string,
  name: string,
  type: EntryType,
  why: Skipped['why'] = 'foreign',
): Skipped {
  const path = `${folder}/${name}`;
  return { state: 'skipped', path, why: type === 'link' || type === 'other' ? type : why };
}
