import { type Day, dayOf, isDay } from '../../domain/day.ts';
import { isErrno } from '../../domain/errors.ts';
import { kindFolder, originalKey, ownerFolder } from '../../domain/key.ts';
import { type Kind, STATUSES } from '../../domain/kind.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import type { FolderEntry } from '../../storage/storage.ts';
import { everyEntry } from './reconcile-entries.ts';
import { statOf } from './reconcile-guards.ts';
import { dropMissing } from './reconcile-original.ts';
import type { LookContext } from './reconcile-types.ts';

/** From 1970 on, as the times of records (`parseTime`): what is before could be stored and not be read again. */
const YEAR = /^(?:19[7-9]\d|[2-9]\d{3})$/;
const TWO = /^\d{2}$/;
/** Names of ours in an owner's folder, beside the years: the manifest and what its repairs kept, the two lockers. */
const OWNER_FILE = /^(?:owner\.json|manifest\.jsonl(?:\..+)?)$/;
const LOCKERS = ['inputs', 'controls'];

/** Every owner's folder; anything else under `users/` is reported. */
export async function ownersOnDisk(context: LookContext): Promise<Owner[]> {
  const owners: Owner[] = [];
  for (const entry of await entriesOf(context, 'users')) {
    if (entry.type === 'folder' && isOwner(entry.name)) owners.push(entry.name);
    else await foreign(context, 'users', entry);
  }
  return owners;
}

/** The days of one kind that have a folder. Names that are none of ours are reported, and not walked. */
export async function diskDays(context: LookContext, owner: Owner, kind: Kind): Promise<Day[]> {
  const root = kindFolder(owner, kind);
  const days: Day[] = [];
  // a locker that is a link was told of among the owner's own names, and what lies behind it is not ours to list
  if ((await statOf(context.storage, root))?.type !== 'folder') return days;
  for (const year of await folders(context, root, (entry) => isOurs(owner, root, entry))) {
    for (const month of await folders(context, `${root}/${year}`, (entry) =>
      isFolder(entry, TWO.test(entry.name)),
    )) {
      const parent = `${root}/${year}/${month}`;
      for (const name of await folders(context, parent, (entry) =>
        isFolder(entry, isDay(`${year}/${month}/${entry.name}`)),
      )) {
        const day = `${year}/${month}/${name}`;
        if (isDay(day)) days.push(day);
      }
    }
  }
  return days;
}

export interface CatalogDays {
  readonly days: ReadonlySet<Day>;
  /** Some picture lies in another day's folder than its time says. */
  readonly strays: boolean;
}

/**
 * The days on which the catalog has pictures. A picture that lies in another day's folder than its time says is
 * looked at here: a look at its folder would not ask for it.
 */
export async function catalogDays(context: LookContext, owner: Owner, kind: Kind): Promise<CatalogDays> {
  const days = new Set<Day>();
  let strays = false;
  for (const status of STATUSES) {
    for await (const entry of everyEntry(context.catalog, { owner, kind, status })) {
      days.add(entry.day);
      if (entry.day === dayOf(entry.createdAt)) continue;
      strays = true;
      const place = { owner, kind, day: entry.day };
      const original = originalKey({ ...place, id: entry.id }, entry.ext);
      if ((await statOf(context.storage, original)) === undefined)
        await dropMissing(context, place, entry.id);
    }
  }
  return { days, strays };
}

function isFolder(entry: FolderEntry, named: boolean): boolean {
  return entry.type === 'folder' && named;
}

function isOurs(owner: Owner, root: string, entry: FolderEntry): boolean {
  if (entry.type === 'folder' && YEAR.test(entry.name)) return true;
  if (root !== ownerFolder(owner)) return false;
  if (entry.type === 'folder') return LOCKERS.includes(entry.name);
  return entry.type === 'file' && OWNER_FILE.test(entry.name);
}

/** Names of the folders in `path` that are ours to walk, in order. */
async function folders(
  context: LookContext,
  path: string,
  ours: (entry: FolderEntry) => boolean,
): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await entriesOf(context, path)) {
    if (!ours(entry)) await foreign(context, path, entry);
    else if (entry.type === 'folder' && !LOCKERS.includes(entry.name)) names.push(entry.name);
  }
  return names.sort();
}

/** Empty for a folder that is not there; one that cannot be read is reported and passed over. */
async function entriesOf(context: LookContext, path: string): Promise<FolderEntry[]> {
  try {
    return await context.storage.readFolder(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) {
      // its words name the tree's place on this machine
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      context.log.warn({ err: error, path }, 'a folder could not be read');
      await context.findings.report({ finding: 'folder_unreadable', action: 'left', path, detail: { why } });
    }
    return [];
  }
}

function foreign(context: LookContext, folder: string, entry: FolderEntry): Promise<void> {
  return context.findings.report({
    finding: 'foreign_entry',
    action: 'left',
    path: `${folder}/${entry.name}`,
    detail: { type: entry.type },
  });
}
