import type { Entry } from '../../catalog/catalog.ts';
import { isErrno, isKirokuError } from '../../domain/errors.ts';
import type { PictureId } from '../../domain/id.ts';
import { ownerFolder } from '../../domain/key.ts';
import type { FileStat, Storage } from '../../storage/storage.ts';
import type { DayPlace, LookContext } from './reconcile-types.ts';

/**
 * False when the tree does not answer as ours: an unmounted volume shows an empty folder, and must never cost a
 * record.
 */
export async function volumePresent(context: LookContext): Promise<boolean> {
  try {
    return (await context.present()) && (await context.storage.stat('users')).type === 'folder';
  } catch {
    return false;
  }
}

/** The same, and the owner's own folder is there. */
export async function ownerPresent(context: LookContext, place: DayPlace): Promise<boolean> {
  if (!(await volumePresent(context))) return false;
  return (await statOf(context.storage, ownerFolder(place.owner)))?.type === 'folder';
}

/** Undefined when there is nothing under this name. @throws the storage's error for anything else */
export async function statOf(storage: Storage, path: string): Promise<FileStat | undefined> {
  try {
    return await storage.stat(path);
  } catch (error) {
    // ENAMETOOLONG: a name that is not UTF-8 grows when it is read, and no file has the name that came of it.
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

/**
 * The record as it is when every change that was under way has come to its end, lasting form included: a change
 * that changes nothing waits its turn in the owner's lane. Undefined when the catalog has none.
 */
export async function settled(
  context: LookContext,
  place: DayPlace,
  id: PictureId,
): Promise<Entry | undefined> {
  try {
    const nothing = { op: 'edit', kind: place.kind, id, change: () => undefined } as const;
    return (await context.catalog.commit(place.owner, nothing)).entry;
  } catch (error) {
    if (isKirokuError(error, 'not_found')) return undefined;
    throw error;
  }
}

/** What a file's time may lie ahead of a clock that is read in whole ms, or of another one, ms. */
const AHEAD = 1_000;

/** True while `mtime` lies less than `limit` ms back. A time in the future is no reason to wait. */
export function isYoung(now: number, mtime: number, limit: number): boolean {
  return mtime <= now + AHEAD && now - mtime < limit;
}
