import { type Day, isDay } from '../domain/day.ts';
import { fromErrno, isErrno, KirokuError } from '../domain/errors.ts';
import { ORIGINAL_EXTS, type OriginalExt } from '../domain/format.ts';
import { isPictureId, type PictureId } from '../domain/id.ts';
import { dayFolder, kindFolder, ownerFolder } from '../domain/key.ts';
import { KINDS, type Kind } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import { ENTRY_TYPES, type FileBatch, type FolderNames, type FolderRead } from '../storage/bulk.ts';
import { bulkOf } from '../storage/bulk-single.ts';
import type { EntryType, Storage } from '../storage/storage.ts';
import { folderState } from './own-folder.ts';
import { judgeFile, MAX_SIDECAR_BYTES, type SidecarRead } from './sidecar.ts';

/** Something in the tree that is no sidecar and that nothing of ours explains. Left alone. */
export interface Skipped {
  readonly state: 'skipped';
  readonly path: string;
  /** `unclaimed`: an original without a sidecar. */
  readonly why: 'unclaimed' | 'foreign' | 'link' | 'other';
}

export type WalkFinding = SidecarRead | Skipped;

export interface WalkOptions {
  readonly legacyTz: string;
  readonly signal?: AbortSignal;
  /** Sidecars read at once. */
  readonly parallel?: number;
}

/** One day folder. */
export interface DayFolder {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly day: Day;
}

/** Some sidecars of one day folder, in rising order of their ids. */
export interface SidecarBatch {
  readonly state: 'batch';
  readonly place: DayFolder;
  readonly ids: readonly PictureId[];
  /** Of the same files; `ids` may go on beyond them: what is behind is in the next batch. */
  readonly files: FileBatch;
  /** Extensions of the originals beside a sidecar. */
  exts(id: PictureId): readonly OriginalExt[];
}

const YEAR = /^\d{4}$/;
const TWO_DIGITS = /^\d{2}$/;
/** Sidecars read at once, unless told otherwise; folders listed at once; reads under way beside the one being worked on. */
const FILES = 500;
const FOLDERS = 8;
const AHEAD = 3;
const FILE = ENTRY_TYPES.indexOf('file');

/**
 * Every sidecar of an owner: kind by kind, day by day and id by id in rising order, with what had to be
 * skipped among them. Holds a few days' names and some records at a time. Links are never followed; what appears or
 * vanishes during the walk may or may not be seen.
 * @throws KirokuError `io_error` when a folder cannot be read (a part of an answer would be a lie), `aborted`
 */
export async function* walkSidecars(
  storage: Storage,
  owner: Owner,
  options: WalkOptions,
): AsyncGenerator<WalkFinding> {
  for await (const batch of sidecarBatches(storage, dayFolders(storage, owner, options), options)) {
    if (batch.state === 'skipped') {
      yield batch;
      continue;
    }
    for (let index = 0; index < batch.files.count; index += 1) {
      const id = batch.ids[index];
      if (id === undefined) break;
      const found = judgeFile({ ...batch.place, id }, batch.files, index, batch.exts(id), options.legacyTz);
      if (found !== undefined) yield found;
    }
  }
}

/** The owner's day folders, kind by kind in rising order, and what lies beside them. @throws as `walkSidecars` */
export async function* dayFolders(
  storage: Storage,
  owner: Owner,
  options: Pick<WalkOptions, 'signal'>,
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

type Several<T> = AsyncIterable<T> | Iterable<T>;

interface Listed<T> extends FolderNames {
  readonly item: T;
}

/** The names in each of these folders, some folders at a time. */
async function* listFolders<T>(
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

function isSkipped<T>(item: T | Skipped): item is Skipped {
  return typeof item === 'object' && item !== null && 'state' in item && item.state === 'skipped';
}

async function asKirokuError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw fromErrno(error);
  }
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
}

function skipped(folder: string, name: string, type: EntryType, why: Skipped['why'] = 'foreign'): Skipped {
  const path = `${folder}/${name}`;
  return { state: 'skipped', path, why: type === 'link' || type === 'other' ? type : why };
}

interface Sorted {
  /** Ids with a sidecar, in rising order. */
  readonly sidecars: PictureId[];
  readonly exts: ReadonlyMap<string, readonly OriginalExt[]>;
  readonly skipped: Skipped[];
}

const NO_EXTS: readonly OriginalExt[] = [];
/** The usual case shares one list. */
const ALONE = new Map(ORIGINAL_EXTS.map((ext) => [ext, [ext] as const]));

/** One day's names by what they are. */
function sortNames(folder: string, { names, types }: FolderNames): Sorted {
  const sidecars: PictureId[] = [];
  const claimed = new Set<string>();
  const exts = new Map<string, readonly OriginalExt[]>();
  const others: Skipped[] = [];
  for (const [index, name] of names.entries()) {
    const dot = name.indexOf('.');
    const id = name.slice(0, dot);
    const ext = name.slice(dot + 1);
    if (types[index] === FILE && isPictureId(id)) {
      const original = ORIGINAL_EXTS.find((known) => known === ext);
      if (ext === 'json') {
        sidecars.push(id);
        claimed.add(id);
        continue;
      }
      if (original !== undefined) {
        const before = exts.get(id);
        exts.set(id, before === undefined ? (ALONE.get(original) ?? NO_EXTS) : [...before, original]);
        continue;
      }
    }
    const type = ENTRY_TYPES[types[index] ?? 0] ?? 'other';
    if (type !== 'folder' || name !== 'thumb') others.push(skipped(folder, name, type));
  }
  for (const [id, originals] of exts) {
    if (claimed.has(id)) continue;
    for (const ext of originals) others.push(skipped(folder, `${id}.${ext}`, 'file', 'unclaimed'));
  }
  return { sidecars, exts, skipped: others };
}

interface Task {
  readonly place: DayFolder;
  readonly folder: string;
  readonly ids: readonly PictureId[];
  readonly exts: Sorted['exts'];
}

/**
 * The sidecars of these day folders in the order given, read some batches ahead of whoever asks.
 * @throws KirokuError as the storage, `aborted`
 */
export async function* sidecarBatches(
  storage: Storage,
  places: Several<DayFolder | Skipped>,
  options: WalkOptions,
): AsyncGenerator<SidecarBatch | Skipped> {
  const begin = (task: Task | Skipped): Promise<SidecarBatch | Skipped> =>
    isSkipped(task) ? Promise.resolve(task) : readTask(storage, task, 0);
  for await (const [task, first] of ahead(tasksOf(storage, places, options), AHEAD, begin)) {
    stopIfAborted(options.signal);
    yield first;
    if (isSkipped(task) || first.state === 'skipped') continue;
    for (let done = first.files.count; done < task.ids.length; ) {
      stopIfAborted(options.signal);
      const rest = await readTask(storage, task, done);
      yield rest;
      done += rest.files.count;
    }
  }
}

async function* tasksOf(
  storage: Storage,
  places: Several<DayFolder | Skipped>,
  { parallel = FILES, signal }: WalkOptions,
): AsyncGenerator<Task | Skipped> {
  const pathOf = ({ owner, kind, day }: DayFolder): string => dayFolder(owner, kind, day);
  for await (const listed of listFolders(storage, places, pathOf, signal)) {
    if ('state' in listed) {
      yield listed;
      continue;
    }
    const folder = pathOf(listed.item);
    const { sidecars, exts, skipped } = sortNames(folder, listed);
    yield* skipped;
    for (let from = 0; from < sidecars.length; from += parallel) {
      yield { place: listed.item, folder, ids: sidecars.slice(from, from + parallel), exts };
    }
  }
}

async function readTask(storage: Storage, task: Task, from: number): Promise<SidecarBatch> {
  const ids = from === 0 ? task.ids : task.ids.slice(from);
  const names = ids.map((id) => `${id}.json`);
  const files = await asKirokuError(bulkOf(storage).readFiles(task.folder, names, MAX_SIDECAR_BYTES));
  return { state: 'batch', place: task.place, ids, files, exts: (id) => task.exts.get(id) ?? NO_EXTS };
}

/** Begins `act` for the next `depth` items while the present one is worked on. */
async function* ahead<T, R>(
  items: AsyncIterable<T>,
  depth: number,
  act: (item: T) => Promise<R>,
): AsyncGenerator<readonly [T, R]> {
  const begun: { readonly item: T; readonly result: Promise<R> }[] = [];
  try {
    for await (const item of items) {
      const result = act(item);
      // awaited in its turn; until then a failure is nobody's yet
      result.catch(() => undefined);
      begun.push({ item, result });
      const first = begun.length > depth ? begun.shift() : undefined;
      if (first !== undefined) yield [first.item, await first.result];
    }
    for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
      yield [next.item, await next.result];
    }
  } finally {
    // nothing is left running behind whoever stopped asking
    await Promise.allSettled(begun.map(({ result }) => result));
  }
}
