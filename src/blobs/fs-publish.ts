import { isErrno } from '../domain/errors.ts';
import { parseKey } from '../domain/key.ts';
import { ensureFolder, type FolderSync, writeAll } from '../storage/durable.ts';
import { parentOf } from '../storage/path.ts';
import type { FileStat, Storage, StorageFile } from '../storage/storage.ts';

/** How a staged file gets its final name: see `TreeReport.publishBy`. */
export type PublishBy = 'link' | 'copy';

export interface PublishDeps {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly publishBy: PublishBy;
  /**
   * By `copy` alone: names that something else had when they were to be given, until their staged files are gone. Without
   * hard links a foreign file of the same bytes looks like our copy.
   */
  readonly taken: Set<string>;
}

/** A staged file and the name it is to have. */
export interface Pair {
  readonly from: string;
  readonly to: string;
}

const COPY_CHUNK = 262_144;

/**
 * Gives every staged file its final name, durably; all or none.
 * @throws the operating system's error (`EEXIST` for a taken name), after taking back what was named
 */
export async function publishPairs(
  deps: PublishDeps,
  stagingFolder: string,
  pairs: readonly Pair[],
): Promise<void> {
  const { storage, folders } = deps;
  const targets = foldersOf(pairs);
  // The staged names must outlive whatever is linked from them: they are how recovery finds it.
  await allDone([
    folders.sync(stagingFolder),
    (async () => {
      for (const folder of targets) await ensureFolder(storage, folders, folder);
    })(),
  ]);
  const named: Pair[] = [];
  try {
    for (const pair of pairs) {
      await nameNew(deps, pair);
      named.push(pair);
    }
    await allDone(targets.map((folder) => folders.sync(folder)));
  } catch (error) {
    // What cannot be taken back now is taken back by `retract`, or by recovery: the staged names are still there.
    for (const { to } of named) await storage.unlink(to).catch(() => undefined);
    throw error;
  }
}

/**
 * Takes back what `publishPairs` made of these, durably, then removes the staged files: in this order, so that a crash
 * leaves a staged name as long as a final one may come back. Only names that are provably ours are removed.
 * @throws the operating system's error; what is left is found again by the next call
 */
export async function retractPairs(deps: PublishDeps, pairs: readonly Pair[]): Promise<void> {
  const { storage, folders } = deps;
  const published = pairs.filter(({ to }) => isPublishable(to) && !deps.taken.has(to));
  for (const pair of published) {
    if (await isOurs(deps, pair)) await unlinkIfThere(storage, pair.to);
  }
  await allDone(foldersOf(published).map((folder) => syncIfThere(folders, folder)));
  for (const pair of pairs) await dropStaged(deps, pair);
}

/** Removes the staged file alone: what has its final name stays. @throws the operating system's error */
export async function dropStaged({ storage, taken }: PublishDeps, { from, to }: Pair): Promise<void> {
  await unlinkIfThere(storage, from);
  taken.delete(to);
}

/** Removes a name; nothing happens when it is not there. @throws the operating system's error */
export async function unlinkIfThere(storage: Storage, path: string): Promise<boolean> {
  try {
    await storage.unlink(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** Syncs a folder; one that is not there has no names to lose. @throws the operating system's error */
export async function syncIfThere(folders: FolderSync, folder: string): Promise<void> {
  try {
    await folders.sync(folder);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}

/** What is under a path; undefined when nothing is. @throws the operating system's error */
export async function statIfThere(storage: Storage, path: string): Promise<FileStat | undefined> {
  try {
    return await storage.stat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Only originals and thumbnails are published; other staged files (sidecars …) are renamed by their owners. */
function isPublishable(path: string): boolean {
  const role = parseKey(path)?.role;
  return role === 'original' || role === 'thumb';
}

function foldersOf(pairs: readonly Pair[]): string[] {
  return [...new Set(pairs.map(({ to }) => parentOf(to)))];
}

/** Waits for all, also after a failure: nothing of ours runs on when the caller starts to undo. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason;
  }
}

async function nameNew(deps: PublishDeps, pair: Pair): Promise<void> {
  try {
    await nameOne(deps, pair);
    deps.taken.delete(pair.to);
  } catch (error) {
    if (deps.publishBy === 'copy' && isErrno(error, 'EEXIST')) deps.taken.add(pair.to);
    throw error;
  }
}

async function nameOne(deps: PublishDeps, { from, to }: Pair): Promise<void> {
  const { storage, folders } = deps;
  const name = (): Promise<void> =>
    deps.publishBy === 'link' ? storage.link(from, to) : copyNew(storage, from, to);
  try {
    await name();
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    // Somebody removed the folder after it was proved (W6).
    folders.proofs.forget(parentOf(to));
    await ensureFolder(storage, folders, parentOf(to));
    await name();
  }
}

async function copyNew(storage: Storage, from: string, to: string): Promise<void> {
  const source = await storage.open(from, 'read');
  try {
    const target = await storage.open(to, 'create');
    try {
      await copyBytes(source, target);
    } catch (error) {
      await storage.unlink(to).catch(() => undefined);
      throw error;
    }
  } finally {
    await source.close();
  }
}

async function copyBytes(source: StorageFile, target: StorageFile): Promise<void> {
  try {
    const chunk = Buffer.allocUnsafe(COPY_CHUNK);
    for (let position = 0; ; ) {
      const got = await source.read(chunk, 0, chunk.length, position);
      if (got === 0) break;
      await writeAll(target, chunk.subarray(0, got), position);
      position += got;
    }
    await target.sync();
  } finally {
    await target.close();
  }
}

/**
 * Whether the final name was made from the staged file: it is the same file. Without hard links it is a copy, perhaps
 * cut short, or with zeros in it when the power went before its sync.
 */
async function isOurs({ storage, publishBy }: PublishDeps, { from, to }: Pair): Promise<boolean> {
  const [staged, final] = [await statIfThere(storage, from), await statIfThere(storage, to)];
  if (staged?.type !== 'file' || final?.type !== 'file') return false;
  if (publishBy === 'link') return staged.inode === final.inode;
  return final.size <= staged.size && (await isCopyOf(storage, from, to));
}

async function isCopyOf(storage: Storage, whole: string, copy: string): Promise<boolean> {
  const a = await storage.open(whole, 'read');
  try {
    const b = await storage.open(copy, 'read');
    try {
      return await isCopy(a, b);
    } finally {
      await b.close();
    }
  } finally {
    await a.close();
  }
}

/** The same bytes, or zeros where a crash lost what was not synced yet. */
function isMadeFrom(whole: Buffer, copy: Buffer): boolean {
  return whole.equals(copy) || copy.every((byte, at) => byte === 0 || byte === whole[at]);
}

async function isCopy(whole: StorageFile, copy: StorageFile): Promise<boolean> {
  const mine = Buffer.allocUnsafe(COPY_CHUNK);
  const theirs = Buffer.allocUnsafe(COPY_CHUNK);
  for (let position = 0; ; ) {
    const got = await copy.read(theirs, 0, theirs.length, position);
    if (got === 0) return true;
    let filled = 0;
    while (filled < got) {
      const more = await whole.read(mine, filled, got - filled, position + filled);
      if (more === 0) return false;
      filled += more;
    }
    if (!isMadeFrom(mine.subarray(0, got), theirs.subarray(0, got))) return false;
    position += got;
  }
}
