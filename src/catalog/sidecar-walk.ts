import { ORIGINAL_EXTS, type OriginalExt } from '../domain/format.ts';
import { isPictureId, type PictureId } from '../domain/id.ts';
import { dayFolder } from '../domain/key.ts';
import type { Owner } from '../domain/owner.ts';
import { ENTRY_TYPES, type FileBatch, type FolderNames } from '../storage/bulk.ts';
import { bulkOf } from '../storage/bulk-single.ts';
import type { Storage } from '../storage/storage.ts';
import {
  asKirokuError,
  type DayFolder,
  dayFolders,
  isSkipped,
  listFolders,
  type Several,
  type Skipped,
  skipped,
  stopIfAborted,
} from './day-folders.ts';
import { judgeFile, MAX_SIDECAR_BYTES, type SidecarRead } from './sidecar.ts';

export type WalkFinding = SidecarRead | Skipped;

export interface WalkOptions {
  readonly legacyTz: string;
  readonly signal?: AbortSignal;
  /** Sidecars read at once. */
  readonly parallel?: number;
}

/** Sidecars of one day folder to be read, in rising order of their ids. */
export interface SidecarTask {
  readonly place: DayFolder;
  /** Path of the folder. */
  readonly folder: string;
  readonly ids: readonly PictureId[];
  /** Of each id which originals lie beside it: a bit for each of `ORIGINAL_EXTS`. */
  readonly exts: Uint8Array;
  /** How many sidecars come before it in the walk. */
  readonly before: number;
}

/** What was read of a task. `result.count` of its ids, from `from` on; what is behind comes next. */
export interface SidecarBatch<R> {
  readonly state: 'batch';
  readonly task: SidecarTask;
  readonly from: number;
  readonly result: R;
}

/** Sidecars read at once, unless told otherwise; reads under way beside the one being worked on. */
const FILES = 1_000;
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
  const places = dayFolders(storage, owner, options);
  for await (const batch of sidecarBatches(storage, places, options, readTask)) {
    if (batch.state === 'skipped') {
      yield batch;
      continue;
    }
    const { task, from, result } = batch;
    for (let index = 0; index < result.count; index += 1) {
      const id = task.ids[from + index];
      if (id === undefined) break;
      const exts = extsIn(task.exts[from + index] ?? 0);
      const found = judgeFile({ ...task.place, id }, result, index, exts, options.legacyTz);
      if (found !== undefined) yield found;
    }
  }
}

/** The extensions that the bits of a `SidecarTask` stand for. */
export function extsIn(bits: number): readonly OriginalExt[] {
  return COMBINATIONS[bits] ?? [];
}

const COMBINATIONS = Array.from({ length: 1 << ORIGINAL_EXTS.length }, (_, bits) =>
  ORIGINAL_EXTS.filter((_ext, place) => (bits & (1 << place)) !== 0),
);

const BITS: ReadonlyMap<string, number> = new Map(ORIGINAL_EXTS.map((ext, place) => [ext, 1 << place]));

interface Sorted {
  /** Ids with a sidecar, in rising order. */
  readonly sidecars: PictureId[];
  /** Bits by id. */
  readonly exts: ReadonlyMap<string, number>;
  readonly skipped: Skipped[];
}

/** One day's names by what they are. */
function sortNames(folder: string, { names, types }: FolderNames): Sorted {
  const sidecars: PictureId[] = [];
  const exts = new Map<string, number>();
  const others: Skipped[] = [];
  for (const [index, name] of names.entries()) {
    const dot = name.indexOf('.');
    const id = name.slice(0, dot);
    const ext = name.slice(dot + 1);
    const bit = BITS.get(ext);
    if (types[index] === FILE && (bit !== undefined || ext === 'json') && isPictureId(id)) {
      if (bit === undefined) sidecars.push(id);
      else exts.set(id, (exts.get(id) ?? 0) | bit);
      continue;
    }
    const type = ENTRY_TYPES[types[index] ?? 0] ?? 'other';
    if (type !== 'folder' || name !== 'thumb') others.push(skipped(folder, name, type));
  }
  return { sidecars, exts, skipped: [...others, ...unclaimed(folder, sidecars, exts)] };
}

/** Originals without a sidecar. */
function unclaimed(folder: string, sidecars: readonly PictureId[], exts: Sorted['exts']): Skipped[] {
  const claimed = sidecars.reduce((count, id) => count + (exts.has(id) ? 1 : 0), 0);
  if (claimed === exts.size) return [];
  const known = new Set<string>(sidecars);
  return [...exts]
    .filter(([id]) => !known.has(id))
    .flatMap(([id, bits]) => extsIn(bits).map((ext) => skipped(folder, `${id}.${ext}`, 'file', 'unclaimed')));
}

/**
 * The sidecars of these day folders in the order given, read some batches ahead of whoever asks.
 * @param read reads ids of the task from a place on, as many as it likes but at least one
 * @throws KirokuError as the storage, `aborted`
 */
export async function* sidecarBatches<R extends { readonly count: number }>(
  storage: Storage,
  places: Several<DayFolder | Skipped>,
  options: WalkOptions,
  read: (storage: Storage, task: SidecarTask, from: number) => Promise<R>,
): AsyncGenerator<SidecarBatch<R> | Skipped> {
  const begin = async (task: SidecarTask | Skipped): Promise<R | undefined> =>
    isSkipped(task) ? undefined : asKirokuError(read(storage, task, 0));
  for await (const [task, first] of ahead(tasksOf(storage, places, options), AHEAD, begin)) {
    stopIfAborted(options.signal);
    if (isSkipped(task)) yield task;
    if (isSkipped(task) || first === undefined) continue;
    yield { state: 'batch', task, from: 0, result: first };
    for (let from = first.count; from < task.ids.length; ) {
      stopIfAborted(options.signal);
      const result = await asKirokuError(read(storage, task, from));
      yield { state: 'batch', task, from, result };
      from += result.count;
    }
  }
}

async function* tasksOf(
  storage: Storage,
  places: Several<DayFolder | Skipped>,
  { parallel = FILES, signal }: WalkOptions,
): AsyncGenerator<SidecarTask | Skipped> {
  const pathOf = ({ owner, kind, day }: DayFolder): string => dayFolder(owner, kind, day);
  let before = 0;
  for await (const listed of listFolders(storage, places, pathOf, signal)) {
    if ('state' in listed) {
      yield listed;
      continue;
    }
    const folder = pathOf(listed.item);
    const { sidecars, exts, skipped } = sortNames(folder, listed);
    yield* skipped;
    for (let from = 0; from < sidecars.length; from += parallel) {
      const ids = sidecars.slice(from, from + parallel);
      const bits = Uint8Array.from(ids, (id) => exts.get(id) ?? 0);
      yield { place: listed.item, folder, ids, exts: bits, before };
      before += ids.length;
    }
  }
}

/** Names of a task's sidecars. */
export function namesOfTask({ ids }: SidecarTask, from: number): string[] {
  return (from === 0 ? ids : ids.slice(from)).map((id) => `${id}.json`);
}

function readTask(storage: Storage, task: SidecarTask, from: number): Promise<FileBatch> {
  return bulkOf(storage).readFiles(task.folder, namesOfTask(task, from), MAX_SIDECAR_BYTES);
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
