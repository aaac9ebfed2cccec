import { constants, link, lstat, mkdir, open, readdir, rename, rmdir, statfs, unlink } from 'node:fs';
import { join, resolve } from 'node:path';
import { isErrno } from '../domain/errors.ts';
import { errno } from './errno.ts';
import { createNodeBulk } from './node-storage-bulk.ts';
import { createNodeFile, fileStat, settle, statOf, typeOf } from './node-storage-file.ts';
import { lockNodeFile } from './node-storage-lock.ts';
import { namesOf } from './path.ts';
import type { FileStat, FolderEntry, OpenMode, Space, Storage, StorageFile, StorageLock } from './storage.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

// O_NONBLOCK: a FIFO without a writer opens at once instead of never; regular files do not know it.
const FLAGS: Record<OpenMode, number> = {
  read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
  update: O_RDWR | O_NOFOLLOW | O_NONBLOCK,
  create: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
};
const FILE_PERMISSIONS = 0o640;
const FOLDER_PERMISSIONS = 0o750;

/**
 * The storage port on a real file system, below `root` (made absolute; it must exist before the first call).
 * The operating system's errors pass as they are; they hold real paths and never leave the server.
 */
export function createNodeStorage(root: string): Storage {
  const base = resolve(root);
  // A lock that nobody refers to would be collected, and so dropped.
  const held = new Set<StorageLock>();

  function real(path: string, call: string): string {
    return join(base, ...namesOf(path, call));
  }

  return {
    async open(path, mode, permissions = FILE_PERMISSIONS) {
      return openRegular(real(path, 'open'), mode, permissions);
    },
    async makeFolder(path) {
      return makeFolder(real(path, 'mkdir'));
    },
    async readFolder(path) {
      const folder = real(path, 'scandir');
      // The root alone may be a link: the operator chose it. A link anywhere below leads out of the tree.
      if (path !== '' && (await lookAt(folder)).type !== 'folder') throw errno('ENOTDIR', 'scandir', path);
      return readEntries(folder);
    },
    async stat(path) {
      return lookAt(real(path, 'lstat'));
    },
    async link(from, to) {
      const [source, target] = [real(from, 'link'), real(to, 'link')];
      await settle((done) => link(source, target, done));
    },
    async rename(from, to) {
      const [source, target] = [real(from, 'rename'), real(to, 'rename')];
      await settle((done) => rename(source, target, done));
    },
    async unlink(path) {
      const target = real(path, 'unlink');
      await settle((done) => unlink(target, done));
    },
    async removeFolder(path) {
      const target = real(path, 'rmdir');
      await settle((done) => rmdir(target, done));
    },
    async syncFolder(path) {
      await syncFolder(real(path, 'fsync'));
    },
    async space() {
      return spaceOf(base);
    },
    async lock(path) {
      const lock = await lockNodeFile(real(path, 'open'), Date.now);
      if (lock !== undefined) held.add(lock);
      return lock;
    },
    localPath: (path) => real(path, 'open'),
    now: Date.now,
    bulk: createNodeBulk(real),
  };
}

function openFd(path: string, flags: number, permissions?: number): Promise<number> {
  return new Promise((resolveFd, reject) => {
    open(path, flags, permissions ?? null, (error, fd) => (error ? reject(error) : resolveFd(fd)));
  });
}

async function openRegular(path: string, mode: OpenMode, permissions: number): Promise<StorageFile> {
  let fd: number;
  try {
    fd = await openFd(path, FLAGS[mode], permissions);
  } catch (error) {
    // A folder opened for writing and a socket have codes of their own; the port has one.
    if (isErrno(error, 'EISDIR', 'ENXIO')) throw errno('EINVAL', 'open', path);
    throw error;
  }
  const file = createNodeFile(fd, path);
  if (mode === 'create') return file;
  try {
    if (!(await fileStat(fd)).isFile()) throw errno('EINVAL', 'open', path);
    return file;
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await settle((done) => mkdir(path, FOLDER_PERMISSIONS, done));
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST') && (await lookAt(path)).type === 'folder') return false;
    throw error;
  }
}

function readEntries(path: string): Promise<FolderEntry[]> {
  return new Promise((done, reject) => {
    readdir(path, { withFileTypes: true }, (error, entries) => {
      if (error) reject(error);
      else done(entries.map((entry) => ({ name: entry.name, type: typeOf(entry) })));
    });
  });
}

function lookAt(path: string): Promise<FileStat> {
  return new Promise((done, reject) => {
    lstat(path, { bigint: true }, (error, stats) => (error ? reject(error) : done(statOf(stats))));
  });
}

async function syncFolder(path: string): Promise<void> {
  const folder = createNodeFile(await openFd(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function spaceOf(path: string): Promise<Space> {
  return new Promise((done, reject) => {
    statfs(path, { bigint: true }, (error, found) => {
      if (error) reject(error);
      else
        done({
          freeBytes: Number(found.bavail * found.bsize),
          totalBytes: Number(found.blocks * found.bsize),
        });
    });
  });
}
