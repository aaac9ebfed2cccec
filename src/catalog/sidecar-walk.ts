import { type Day, isDay } from '../domain/day.ts';
import { fromErrno, isErrno, KirokuError } from '../domain/errors.ts';
import { ORIGINAL_EXTS, type OriginalExt } from '../domain/format.ts';
import { isPictureId, type PictureId } from '../domain/id.ts';
import { dayFolder, kindFolder, ownerFolder } from '../domain/key.ts';
import { KINDS, type Kind } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import type { FolderEntry, Storage } from '../storage/storage.ts';
import { folderState } from './own-folder.ts';
import { readSidecar, type SidecarRead } from './sidecar.ts';

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

const YEAR = /^\d{4}$/;
const TWO_DIGITS = /^\d{2}$/;

/**
 * Every sidecar of an owner, for a rebuild: kind by kind, day by day and id by id in rising order, with what had to be
 * skipped among them. Holds one day's names and a few records at a time. Links are never followed; what appears or
 * vanishes during the walk may or may not be seen.
 * @throws KirokuError `io_error` when a folder cannot be read (a part of an answer would be a lie), `aborted`
 */
export async function* walkSidecars(
  storage: Storage,
  owner: Owner,
  options: WalkOptions,
): AsyncGenerator<WalkFinding> {
  if ((await folderState(storage, ownerFolder(owner))) === 'foreign') {
    yield { state: 'skipped', path: ownerFolder(owner), why: 'link' };
    return;
  }
  for (const kind of KINDS) {
    // a locker that is a link was told of among the owner's own names
    if ((await folderState(storage, kindFolder(owner, kind))) !== 'there') continue;
    for await (const found of walkDays(storage, owner, kind, options)) {
      if (typeof found !== 'string') yield found;
      else yield* walkDay(storage, { owner, kind, day: found }, options);
    }
  }
}

/** The day folders of one kind in rising order, and what lies beside them. */
async function* walkDays(
  storage: Storage,
  owner: Owner,
  kind: Kind,
  options: WalkOptions,
): AsyncGenerator<Day | Skipped> {
  const root = kindFolder(owner, kind);
  const isOurs = (entry: FolderEntry) => kind === 'generated' && isOwnersOwn(entry);
  for await (const year of numbered(storage, root, YEAR, options, isOurs)) {
    if (typeof year !== 'string') {
      yield year;
      continue;
    }
    for await (const month of numbered(storage, `${root}/${year}`, TWO_DIGITS, options)) {
      if (typeof month !== 'string') {
        yield month;
        continue;
      }
      const folder = `${root}/${year}/${month}`;
      for await (const day of numbered(storage, folder, TWO_DIGITS, options)) {
        const name = typeof day === 'string' ? `${year}/${month}/${day}` : '';
        if (typeof day !== 'string') yield day;
        else if (isDay(name)) yield name;
        else yield { state: 'skipped', path: `${folder}/${day}`, why: 'foreign' };
      }
    }
  }
}

/** What lies in an owner's folder beside the years of generated pictures. A manifest may have been copied aside. */
function isOwnersOwn({ name, type }: FolderEntry): boolean {
  if (type === 'folder') return name === 'inputs' || name === 'controls';
  return type === 'file' && (name === 'owner.json' || name.startsWith('manifest.jsonl'));
}

async function* numbered(
  storage: Storage,
  folder: string,
  grammar: RegExp,
  options: WalkOptions,
  isOurs: (entry: FolderEntry) => boolean = () => false,
): AsyncGenerator<string | Skipped> {
  for (const entry of await listFolder(storage, folder, options.signal)) {
    if (entry.type === 'folder' && grammar.test(entry.name)) yield entry.name;
    else if (!isOurs(entry)) yield skipped(folder, entry);
  }
}

async function listFolder(
  storage: Storage,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<FolderEntry[]> {
  stopIfAborted(signal);
  try {
    const entries = await storage.readFolder(folder);
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw fromErrno(error);
  }
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
}

function skipped(folder: string, { name, type }: FolderEntry, why: Skipped['why'] = 'foreign'): Skipped {
  return {
    state: 'skipped',
    path: `${folder}/${name}`,
    why: type === 'link' || type === 'other' ? type : why,
  };
}

interface Sorted {
  /** Ids with a sidecar, in rising order. */
  readonly sidecars: PictureId[];
  readonly exts: Map<string, OriginalExt[]>;
  readonly skipped: Skipped[];
}

/** One day's names by what they are. */
function sortNames(folder: string, entries: readonly FolderEntry[]): Sorted {
  const sorted: Sorted = { sidecars: [], exts: new Map(), skipped: [] };
  const originals: FolderEntry[] = [];
  for (const entry of entries) {
    const [id = '', ext = '', ...more] = entry.name.split('.');
    const original = ORIGINAL_EXTS.find((known) => known === ext);
    const named = entry.type === 'file' && more.length === 0 && isPictureId(id);
    if (named && ext === 'json') sorted.sidecars.push(id);
    else if (named && original !== undefined) {
      originals.push(entry);
      sorted.exts.set(id, [...(sorted.exts.get(id) ?? []), original]);
    } else if (entry.type !== 'folder' || entry.name !== 'thumb') sorted.skipped.push(skipped(folder, entry));
  }
  const claimed = new Set<string>(sorted.sidecars);
  for (const entry of originals) {
    const id = entry.name.slice(0, entry.name.indexOf('.'));
    if (!claimed.has(id)) sorted.skipped.push(skipped(folder, entry, 'unclaimed'));
  }
  return sorted;
}

async function* walkDay(
  storage: Storage,
  place: { readonly owner: Owner; readonly kind: Kind; readonly day: Day },
  options: WalkOptions,
): AsyncGenerator<WalkFinding> {
  const folder = dayFolder(place.owner, place.kind, place.day);
  const { sidecars, exts, skipped } = sortNames(folder, await listFolder(storage, folder, options.signal));
  yield* skipped;
  const parallel = options.parallel ?? 16;
  for (let from = 0; from < sidecars.length; from += parallel) {
    stopIfAborted(options.signal);
    const batch = sidecars
      .slice(from, from + parallel)
      .map((id) =>
        readSidecar(storage, { ...place, id }, { legacyTz: options.legacyTz, exts: exts.get(id) ?? [] }),
      );
    for (const read of await Promise.all(batch)) if (read !== undefined) yield read;
  }
}
