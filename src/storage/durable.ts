import { isErrno } from '../domain/errors.ts';
import { errno } from './errno.ts';
import { createFolderProofs, type FolderProofs } from './folder-proofs.ts';
import { parentOf } from './path.ts';
import type { Storage, StorageFile } from './storage.ts';

/** Every temporary file lies here: on the same file system as `users/`, swept without walking the tree. */
export const STAGING_FOLDER = '.kiroku/staging';

/** The path of a staged file, by the name it has in the staging folder. */
export function stagingPath(name: string): string {
  return `${STAGING_FOLDER}/${name}`;
}

/** Makes names durable. One for a whole tree: what it learned about folders holds for every caller. */
export interface FolderSync {
  /**
   * Resolves after a sync of the folder that began after the call: every name made before it is durable.
   * Calls that arrive while a sync is running share the next one.
   * @throws the operating system's error. A failed sync also fails the calls that were waiting behind it: the kernel
   *   may have dropped their names together with the first one's, and a second sync would not tell (D4).
   */
  sync(path: string): Promise<void>;
  /** Folders whose names are known to be durable all the way up. */
  readonly proofs: FolderProofs;
}

export function createFolderSync(storage: Storage): FolderSync {
  interface Lane {
    running: Promise<void>;
    next: Promise<void> | undefined;
  }
  const lanes = new Map<string, Lane>();

  async function run(path: string, lane: Lane): Promise<void> {
    try {
      await storage.syncFolder(path);
    } finally {
      if (lane.next === undefined && lanes.get(path) === lane) lanes.delete(path);
    }
  }

  function begin(path: string): Promise<void> {
    const lane: Lane = { running: Promise.resolve(), next: undefined };
    lanes.set(path, lane);
    lane.running = run(path, lane);
    return lane.running;
  }

  function queue(path: string, lane: Lane): Promise<void> {
    lane.next = lane.running.then(
      () => begin(path),
      (error: unknown) => {
        if (lanes.get(path) === lane) lanes.delete(path);
        throw error;
      },
    );
    return lane.next;
  }

  return {
    sync(path) {
      const lane = lanes.get(path);
      if (lane === undefined) return begin(path);
      return lane.next ?? queue(path, lane);
    },
    proofs: createFolderProofs(),
  };
}

/**
 * Makes a folder and its missing parents, each durable in its parent. A folder that is only *there* proves nothing
 * (its maker may have died before the sync), so it is synced once per process and then remembered.
 * @throws the operating system's error; `ENOTDIR` where a name on the way is not a folder
 */
export async function ensureFolder(storage: Storage, folders: FolderSync, path: string): Promise<void> {
  if (path === '') return;
  const there = await folderIdentity(storage, path);
  if (there !== undefined && folders.proofs.has(path, there)) return;
  const parent = parentOf(path);
  await ensureFolder(storage, folders, parent);
  if (there === undefined) await storage.makeFolder(path);
  const made = there ?? (await folderIdentity(storage, path));
  if (made === undefined) throw errno('ENOENT', 'mkdir', path);
  await folders.sync(parent);
  folders.proofs.add(path, made);
}

/** Inode and birth: the number alone may be that of another folder by now. */
async function folderIdentity(storage: Storage, path: string): Promise<string | undefined> {
  try {
    const stat = await storage.stat(path);
    if (stat.type !== 'folder') throw errno('ENOTDIR', 'mkdir', path);
    return `${stat.inode} ${stat.born ?? ''}`;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Writes all of `bytes`, however short the single writes are.
 * @throws the operating system's error; `EIO` when a write takes nothing
 */
export async function writeAll(file: StorageFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const taken = await file.write(done === 0 ? bytes : bytes.subarray(done), position + done);
    if (taken <= 0) throw errno('EIO', 'write', '');
    done += taken;
  }
}

/** The whole content of a file; undefined when there is none. @throws the operating system's error */
export async function readWhole(storage: Storage, path: string): Promise<Buffer | undefined> {
  let file: StorageFile;
  try {
    file = await storage.open(path, 'read');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
  try {
    return await readAll(file);
  } finally {
    await file.close();
  }
}

/** Everything from the start to the end of an open file, also of one that grows or shrinks meanwhile. */
export async function readAll(file: StorageFile): Promise<Buffer> {
  const { size } = await file.stat();
  // One byte more than expected: the end shows itself without a second allocation.
  let target = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    if (length === target.length) target = Buffer.concat([target, Buffer.allocUnsafe(target.length)]);
    const got = await file.read(target, length, target.length - length, length);
    if (got === 0) return target.subarray(0, length);
    length += got;
  }
}

/**
 * A new file in the staging folder, its bytes on stable storage (its name only after a sync of the folder).
 * Nothing stays after a throw, as far as the disk allows. `permissions` as for `Storage.open`.
 * @returns its path
 * @throws the operating system's error; `EEXIST` when the name is taken, `ENOENT` without a staging folder
 */
export async function stageFile(
  storage: Storage,
  name: string,
  bytes: Uint8Array,
  permissions?: number,
): Promise<string> {
  const path = stagingPath(name);
  const file = await storage.open(path, 'create', permissions);
  try {
    try {
      await writeAll(file, bytes, 0);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await storage.unlink(path).catch(() => undefined);
    throw error;
  }
  return path;
}

/**
 * Replaces (or makes) a file in one step: whoever reads it sees the old or the new content, also after a power cut.
 * Durable when it resolves. The folder of `path` must exist. A leftover under the staging name is replaced too.
 * After a throw the file is the old or the new one (the new one only when the last sync failed).
 * @throws the operating system's error
 */
export async function replaceFile(
  storage: Storage,
  folders: FolderSync,
  path: string,
  stagingName: string,
  bytes: Uint8Array,
  permissions?: number,
): Promise<void> {
  const staged = await stageOver(storage, folders, stagingName, bytes, permissions);
  try {
    await storage.rename(staged, path);
  } catch (error) {
    await storage.unlink(staged).catch(() => undefined);
    throw error;
  }
  await folders.sync(parentOf(path));
}

async function stageOver(
  storage: Storage,
  folders: FolderSync,
  name: string,
  bytes: Uint8Array,
  permissions: number | undefined,
): Promise<string> {
  try {
    return await stageFile(storage, name, bytes, permissions);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) await storage.unlink(stagingPath(name));
    else if (isErrno(error, 'ENOENT')) await ensureFolder(storage, folders, STAGING_FOLDER);
    else throw error;
    return await stageFile(storage, name, bytes, permissions);
  }
}
