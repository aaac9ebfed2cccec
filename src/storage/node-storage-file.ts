import type { BigIntStats } from 'node:fs';
import { close, fdatasync, fstat, fsync, ftruncate, read, write } from 'node:fs';
import { errno } from './errno.ts';
import type { EntryType, FileStat, StorageFile } from './storage.ts';

const NOTHING = Promise.resolve(0);

/**
 * An open descriptor as a file of the storage port. Plain descriptors, not `FileHandle`s: those close themselves when
 * they are collected, and with that an error of `close` would be nobody's. The operating system's errors pass as they are.
 */
export function createNodeFile(fd: number, path: string): StorageFile {
  let open = true;
  /** A closed number may by now be somebody else's file: never used again. */
  function check(call: string): void {
    if (!open) throw errno('EBADF', call, path);
  }
  return {
    // not async: of all calls the one that every page waits for
    read(target, offset, length, position) {
      if (!open) return Promise.reject(errno('EBADF', 'read', path));
      const most = Math.min(length, target.length - offset);
      if (most <= 0) return NOTHING;
      return new Promise((resolve, reject) => {
        read(fd, target, offset, most, position, (error, count) => (error ? reject(error) : resolve(count)));
      });
    },
    async write(bytes, position) {
      check('write');
      if (bytes.length === 0) return 0;
      return new Promise((resolve, reject) => {
        write(fd, bytes, 0, bytes.length, position, (error, count) =>
          error ? reject(error) : resolve(count),
        );
      });
    },
    async truncate(length) {
      check('ftruncate');
      await settle((done) => ftruncate(fd, length, done));
    },
    async sync() {
      check('fsync');
      await settle((done) => fsync(fd, done));
    },
    async datasync() {
      check('fdatasync');
      await settle((done) => fdatasync(fd, done));
    },
    async stat() {
      check('fstat');
      return statOf(await fileStat(fd));
    },
    async close() {
      check('close');
      // Whatever close answers, the descriptor is gone (Linux): it is never closed twice.
      open = false;
      await settle((done) => close(fd, done));
    },
  };
}

/** Turns a callback with nothing but an error into a promise. */
export function settle(call: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error ? reject(error) : resolve()));
  });
}

/** `fstat` with 64-bit numbers. */
export function fileStat(fd: number): Promise<BigIntStats> {
  return new Promise((resolve, reject) => {
    fstat(fd, { bigint: true }, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
}

/** What the port tells of a file. Inodes are 64 bits wide, hence text. */
export function statOf(stats: BigIntStats): FileStat {
  return {
    type: typeOf(stats),
    size: Number(stats.size),
    mtime: Number(stats.mtimeNs / 1000n) / 1000,
    inode: stats.ino.toString(),
    links: Number(stats.nlink),
    ...(stats.isDirectory() ? { born: stats.birthtimeNs.toString() } : {}),
  };
}

/** The type of anything that has `fs`'s type questions. */
export function typeOf(of: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): EntryType {
  if (of.isFile()) return 'file';
  if (of.isDirectory()) return 'folder';
  return of.isSymbolicLink() ? 'link' : 'other';
}
