import type { BulkReads } from './bulk.ts';

/**
 * The storage port: the only way to disk and time. Paths are relative to the tree's root (`outputs/`), with `/`
 * between names and none at the start; the driver composes the real one.
 *
 * Contract, proved for every driver by `test/contract/storage.contract.ts`:
 * - Failures are `Error`s with an operating-system `code` (`ENOENT`, `EEXIST`, `ENOSPC`, …).
 * - No call follows a symbolic link in the last name of a path. `open` refuses anything but a regular file with
 *   `EINVAL` (`ELOOP` for a link) and never blocks on a FIFO.
 * - Bytes are durable after `sync`/`datasync` of their file; a name (made, linked, renamed, removed) is durable
 *   after `syncFolder` of its folder. Nothing else is promised to outlive a power cut.
 */
export interface Storage {
  /**
   * `read`: existing, read-only. `create`: new, write-only, `EEXIST` if there; `permissions` are its mode bits, 0640
   * without. `update`: existing, read and write.
   */
  open(path: string, mode: OpenMode, permissions?: number): Promise<StorageFile>;
  /** Makes one folder. True when made, false when a folder was already there. The parent must exist. */
  makeFolder(path: string): Promise<boolean>;
  /** Entries of a folder in no order; links are reported, not followed. */
  readFolder(path: string): Promise<FolderEntry[]>;
  /** Looks at a name without following it. */
  stat(path: string): Promise<FileStat>;
  /** A second name for the same file. `EEXIST` when the name is taken: never an overwrite. */
  link(from: string, to: string): Promise<void>;
  /** Atomic; replaces `to`. */
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  space(): Promise<Space>;
  /** An exclusive lock that the operating system drops when the process dies; undefined when somebody holds it. */
  lock(path: string): Promise<StorageLock | undefined>;
  /** The real path, for a decoder in another process or a watcher; undefined where there is none (memory). */
  localPath(path: string): string | undefined;
  /** ms since the epoch. */
  now(): number;
  /** Reads of whole folders at once, where the driver has them; `bulkOf` gives the same by single calls elsewhere. */
  readonly bulk?: BulkReads | undefined;
}

export type OpenMode = 'read' | 'create' | 'update';

export interface StorageFile {
  /** Reads up to `length` bytes at `position` into `target` from `offset`; returns how many (0 at the end). */
  read(target: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  /** Writes at `position`; returns how many bytes were taken, which may be fewer than given. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  /** Contents and metadata on stable storage. */
  sync(): Promise<void>;
  /** Contents (and length) on stable storage. */
  datasync(): Promise<void>;
  stat(): Promise<FileStat>;
  /** A failed close is a failed write: its error is thrown. */
  close(): Promise<void>;
}

export type EntryType = 'file' | 'folder' | 'link' | 'other';

export interface FolderEntry {
  readonly name: string;
  readonly type: EntryType;
}

export interface FileStat {
  readonly type: EntryType;
  readonly size: number;
  /** ms since the epoch, with fraction where the file system has one. */
  readonly mtime: number;
  /** Decimal; identifies the file behind several names. */
  readonly inode: string;
  /** Of a folder: when it was made, decimal. File systems give the inode of one that is gone to the next. */
  readonly born?: string;
  readonly links: number;
}

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface StorageLock {
  release(): Promise<void>;
}
