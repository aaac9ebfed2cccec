import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
} from 'node:fs';
import { isErrno } from '../domain/errors.ts';
import {
  BATCH_BYTES,
  type DigestOptions,
  ENTRY_TYPES,
  FILE_STATES,
  type FileBatchParts,
  type FolderDigest,
} from './bulk.ts';
import { createFolderDigest } from './bulk-digest.ts';
import { errno } from './errno.ts';
import { typeOf } from './node-storage-file.ts';

/** The work of the bulk thread: synchronous on purpose, and never run on the main one. Paths are real ones. */

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const FILE = ENTRY_TYPES.indexOf('file');
const STATE = {
  read: FILE_STATES.indexOf('read'),
  absent: FILE_STATES.indexOf('absent'),
  foreign: FILE_STATES.indexOf('foreign'),
  large: FILE_STATES.indexOf('large'),
};
/** A sidecar's length, about; what is asked for when nothing is known; numbers of a file in `facts`. */
const USUAL_BYTES = 2048;
const USUAL_ROOM = 16 << 10;
const FACTS = 4;

/** Names sorted and joined with `/`, which no name has; types by place in `ENTRY_TYPES`. */
export interface JoinedNames {
  readonly names: string;
  readonly count: number;
  readonly types: Uint8Array;
}

/** @throws the operating system's error; `ENOTDIR` for a link */
export function listNames(path: string): JoinedNames {
  mustBeFolder(path);
  const unusual = new Map<string, number>();
  const names = readdirSync(path, { withFileTypes: true }).map((entry) => {
    if (!entry.isFile()) unusual.set(entry.name, ENTRY_TYPES.indexOf(typeOf(entry)));
    return entry.name;
  });
  names.sort();
  const types = new Uint8Array(names.length).fill(FILE);
  if (unusual.size > 0) {
    for (const [index, name] of names.entries()) types[index] = unusual.get(name) ?? FILE;
  }
  return { names: names.join('/'), count: names.length, types };
}

/** @throws the operating system's error; `ENOTDIR` for a link */
export function digestFolder(path: string, { of, without }: DigestOptions): FolderDigest {
  mustBeFolder(path);
  const digest = createFolderDigest();
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const { name } = entry;
    if (name === without && entry.isDirectory()) continue;
    if (of === 'names') {
      digest.add(name, entry.isFile() ? FILE : ENTRY_TYPES.indexOf(typeOf(entry)));
      continue;
    }
    const stats = lookAt(`${path}/${name}`);
    if (stats === undefined) continue;
    const type = stats.isFile() ? FILE : ENTRY_TYPES.indexOf(typeOf(stats));
    digest.addFile(name, type, stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino);
  }
  return digest.result(of);
}

/** Memory that files are read into one behind the other; grows when it must. */
export interface Memory {
  bytes: Buffer;
  end: number;
}

export function newMemory(): Memory {
  return { bytes: Buffer.alloc(0), end: 0 };
}

/**
 * @param gathered the contents are views of its bytes: whatever was in them is gone
 * @param withFacts without, sizes and times are not asked for, and names are taken to be of regular files
 * @throws the operating system's error for anything but a name that is not there, or is no regular file
 */
export function readContents(
  folder: string,
  names: readonly string[],
  largest: number,
  gathered: Memory,
  withFacts: boolean,
): FileBatchParts {
  const states = new Uint8Array(names.length);
  const ends = new Uint32Array(names.length);
  const facts = new BigInt64Array(withFacts ? names.length * FACTS : 0);
  gathered.end = 0;
  makeRoom(gathered, Math.min(BATCH_BYTES, names.length * USUAL_BYTES));
  let count = 0;
  for (const name of names) {
    const its = withFacts ? facts.subarray(count * FACTS, (count + 1) * FACTS) : undefined;
    states[count] = readInto(gathered, `${folder}/${name}`, largest, its);
    ends[count] = gathered.end;
    count += 1;
    if (gathered.end >= BATCH_BYTES) break;
  }
  return {
    states: states.slice(0, count),
    ends: ends.slice(0, count),
    facts: facts.slice(0, count * FACTS),
    bytes: gathered.bytes.subarray(0, gathered.end),
  };
}

/** @throws the operating system's error */
export function sizesOf(folder: string, names: readonly string[]): Float64Array {
  return Float64Array.from(names, (name) => {
    const stats = lookAt(`${folder}/${name}`);
    return stats?.isFile() === true ? stats.size : -1;
  });
}

function mustBeFolder(path: string): void {
  if (!lstatSync(path).isDirectory()) throw errno('ENOTDIR', 'scandir', path);
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Appends one file's content; its state. */
function readInto(gathered: Memory, path: string, largest: number, facts: BigInt64Array | undefined): number {
  let fd: number;
  try {
    fd = openSync(path, READ);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return STATE.absent;
    if (isErrno(error, 'ELOOP', 'ENXIO', 'EINVAL')) return STATE.foreign;
    throw error;
  }
  try {
    if (facts === undefined) return readToEnd(gathered, fd, USUAL_ROOM, largest);
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) return STATE.foreign;
    facts.set([stats.size, stats.mtimeNs, BigInt.asIntN(64, stats.ino), stats.nlink]);
    return readToEnd(gathered, fd, Number(stats.size) + 1, largest);
  } catch (error) {
    // a folder, or a FIFO that somebody holds open
    if (isErrno(error, 'EISDIR', 'EAGAIN')) return STATE.foreign;
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Asks for more than is expected: a short answer of a regular file is its end, without another call (read(2)). */
function readToEnd(gathered: Memory, fd: number, expected: number, largest: number): number {
  const start = gathered.end;
  for (let room = Math.min(expected, largest + 1); ; room = USUAL_ROOM) {
    makeRoom(gathered, room);
    const got = readSync(fd, gathered.bytes, gathered.end, room, gathered.end - start);
    gathered.end += got;
    if (gathered.end - start > largest) {
      gathered.end = start;
      return STATE.large;
    }
    if (got < room) return STATE.read;
  }
}

function makeRoom(gathered: Memory, room: number): void {
  const needed = gathered.end + room;
  if (needed <= gathered.bytes.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, gathered.bytes.length * 2));
  gathered.bytes.copy(larger, 0, 0, gathered.end);
  gathered.bytes = larger;
}
