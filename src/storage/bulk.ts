import type { EntryType, FileStat } from './storage.ts';

/**
 * Reads of very many names and small files, for jobs that look at a whole tree. An ability that a driver may have on top
 * of the single calls, which mean the same and are several times dearer: no call follows a link in the last name of a
 * path, and failures are the same `Error`s with a `code`. Every answer is bounded by what was asked for; who wants
 * a whole tree asks again and again, and so decides how much is in memory. Nothing is known about what changes meanwhile.
 */
export interface BulkReads {
  /** The names of several folders, each sorted by code units. */
  readFolders(paths: readonly string[]): Promise<readonly FolderRead[]>;
  /** What several folders hold, each in a few bytes that any change of it changes. */
  digestFolders(paths: readonly string[], options: DigestOptions): Promise<readonly DigestRead[]>;
  /**
   * Contents of files of one folder in the order asked for, up to some megabytes: `FileBatch.count` tells how many of
   * the names (at least one) it has.
   * @param largest bytes; of a longer file only the facts are given
   * @throws the operating system's error for anything but a name that is not there or is no regular file
   */
  readFiles(folder: string, names: readonly string[], largest: number): Promise<FileBatch>;
  /**
   * The same, worked on where it was read: only what the mapper makes of the files comes back. For names of regular files
   * (as a listing told): the facts of files are not asked for.
   * @param context handed to the mapper; survives a structured clone, as its result does
   */
  mapFiles<C, T>(
    folder: string,
    names: readonly string[],
    largest: number,
    mapper: FileMapper<C, T>,
    context: C,
  ): Promise<MappedFiles<T>>;
  /** Bytes of each regular file of these names in one folder; −1 for a name that is not there, or is none. */
  fileSizes(folder: string, names: readonly string[]): Promise<Float64Array>;
}

/**
 * Work on files that may be done in another thread. It is the export `mapper` of the module that `module` names (its own
 * `import.meta.url`), and keeps nothing of the batch: its memory is used again.
 */
export interface FileMapper<C, T> {
  readonly module: string;
  /** @param names of the files, and perhaps of more that are in the next batch */
  map(files: FileBatch, names: readonly string[], context: C): Mapped<T>;
}

export interface Mapped<T> {
  readonly value: T;
  /** Memory in it that changes hands instead of being copied. */
  readonly transfer: readonly ArrayBuffer[];
}

export interface MappedFiles<T> {
  /** How many of the names, at least one. */
  readonly count: number;
  readonly value: T;
}

export interface FolderNames {
  readonly names: readonly string[];
  /** Of each name its place in `ENTRY_TYPES`. */
  readonly types: Uint8Array;
}

/** Why one folder could not be read; the others were. */
export interface FolderFailure {
  readonly error: Error;
}

export type FolderRead = FolderNames | FolderFailure;

export interface DigestOptions {
  /** `names`: names and types only. `files`: also size, times and inode of each. */
  readonly of: 'names' | 'files';
  /** A folder of this name inside is left out. */
  readonly without: string;
}

export interface FolderDigest {
  /** 16 hex over all names and types; the order on disk does not matter. */
  readonly names: string;
  /** 16 hex over names, types, sizes, times and inodes; empty when not asked for. */
  readonly files: string;
  /** The latest of these times, ms; 0 when not asked for. A digest taken within a clock's tick of it proves nothing. */
  readonly newest: number;
}

export type DigestRead = FolderDigest | FolderFailure;

export const ENTRY_TYPES: readonly EntryType[] = ['file', 'folder', 'link', 'other'];

/** What lies under a name that was to be read. `large`: more bytes than asked for; `foreign`: a link, a folder, a socket. */
export const FILE_STATES = ['read', 'absent', 'foreign', 'large'] as const;
export type FileState = (typeof FILE_STATES)[number];

/** Files one behind the other, as they travel between threads. */
export interface FileBatchParts {
  /** Places in `FILE_STATES`. */
  readonly states: Uint8Array;
  /** Of each file the byte after its last one. */
  readonly ends: Uint32Array;
  /** Of each file size, mtime (ns), inode and number of names. */
  readonly facts: BigInt64Array;
  readonly bytes: Uint8Array;
}

export interface FileBatch {
  readonly count: number;
  state(index: number): FileState;
  /** Shares memory with the others. */
  content(index: number): Buffer;
  /** @throws RangeError unless it was `read` or is `large`; always for a mapper */
  stat(index: number): FileStat;
}

const FACTS = 4;
/** Contents of one answer; the last file may go beyond it. */
export const BATCH_BYTES = 2 << 20;

export function fileBatch({ states, ends, facts, bytes }: FileBatchParts): FileBatch {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    count: states.length,
    state: (index) => FILE_STATES[states[index] ?? 1] ?? 'absent',
    content: (index) => all.subarray(index === 0 ? 0 : ends[index - 1], ends[index]),
    stat(index) {
      const [size, mtime, inode, links] = facts.subarray(index * FACTS, (index + 1) * FACTS);
      const known = states[index] === 0 || states[index] === 3;
      if (!known || size === undefined || mtime === undefined || inode === undefined) {
        throw new RangeError('nothing is known of this file');
      }
      return {
        type: 'file',
        size: Number(size),
        mtime: Number(mtime / 1000n) / 1000,
        inode: BigInt.asUintN(64, inode).toString(),
        links: Number(links),
      };
    },
  };
}
