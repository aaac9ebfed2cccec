import { isErrno } from '../domain/errors.ts';
import {
  type BulkReads,
  type DigestOptions,
  type DigestRead,
  ENTRY_TYPES,
  FILE_STATES,
  type FileBatch,
  type FileState,
  type FolderRead,
  fileBatch,
} from './bulk.ts';
import { createFolderDigest } from './bulk-digest.ts';
import { readAll } from './durable.ts';
import { joinNames } from './path.ts';
import type { FileStat, Storage, StorageFile } from './storage.ts';

/** Numbers of a file in `FileBatchParts.facts`. */
const FACTS = 4;
/** Single calls under way at once. */
const PARALLEL = 16;

/** The driver's own ability, or the same by single calls. */
export function bulkOf(storage: Storage): BulkReads {
  return storage.bulk ?? createSingleReads(storage);
}

function createSingleReads(storage: Storage): BulkReads {
  return {
    readFolders: (paths) => Promise.all(paths.map((path) => namesIn(storage, path))),
    digestFolders: (paths, options) => Promise.all(paths.map((path) => digestOf(storage, path, options))),
    readFiles: (folder, names, largest) => readSome(storage, folder, names, largest),
    async mapFiles(folder, names, largest, mapper, context) {
      const files = await readSome(storage, folder, names, largest);
      return { count: files.count, value: mapper.map(files, names, context).value };
    },
    async fileSizes(folder, names) {
      joinNames(names, 'lstat');
      const sizes = new Float64Array(names.length);
      for (const [index, name] of names.entries()) sizes[index] = await sizeOf(storage, `${folder}/${name}`);
      return sizes;
    },
  };
}

async function namesIn(storage: Storage, path: string): Promise<FolderRead> {
  try {
    const entries = await storage.readFolder(path);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const types = Uint8Array.from(entries, ({ type }) => ENTRY_TYPES.indexOf(type));
    return { names: entries.map(({ name }) => name), types };
  } catch (error) {
    return { error: asError(error) };
  }
}

async function digestOf(storage: Storage, path: string, options: DigestOptions): Promise<DigestRead> {
  try {
    const digest = createFolderDigest();
    for (const { name, type } of await storage.readFolder(path)) {
      if (name === options.without && type === 'folder') continue;
      if (options.of === 'names') digest.add(name, ENTRY_TYPES.indexOf(type));
      else {
        const { size, mtime, inode } = await storage.stat(`${path}/${name}`);
        digest.addFile(name, ENTRY_TYPES.indexOf(type), size, mtime, mtime, Number(inode));
      }
    }
    return digest.result(options.of);
  } catch (error) {
    return { error: asError(error) };
  }
}

interface OneFile {
  readonly state: FileState;
  readonly bytes: Uint8Array;
  readonly stat?: FileStat;
}

const NOTHING = new Uint8Array(0);

async function readOne(storage: Storage, path: string, largest: number): Promise<OneFile> {
  let file: StorageFile;
  try {
    file = await storage.open(path, 'read');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { state: 'absent', bytes: NOTHING };
    if (isErrno(error, 'EINVAL', 'ELOOP')) return { state: 'foreign', bytes: NOTHING };
    throw error;
  }
  try {
    const stat = await file.stat();
    if (stat.size > largest) return { state: 'large', bytes: NOTHING, stat };
    return { state: 'read', bytes: await readAll(file), stat };
  } finally {
    await file.close();
  }
}

async function readSome(
  storage: Storage,
  folder: string,
  names: readonly string[],
  largest: number,
): Promise<FileBatch> {
  joinNames(names, 'open');
  const some = names.slice(0, PARALLEL);
  return joined(await Promise.all(some.map((name) => readOne(storage, `${folder}/${name}`, largest))));
}

function joined(files: readonly OneFile[]): FileBatch {
  const facts = new BigInt64Array(files.length * FACTS);
  const ends = new Uint32Array(files.length);
  let end = 0;
  for (const [index, { bytes, stat }] of files.entries()) {
    end += bytes.length;
    ends[index] = end;
    if (stat === undefined) continue;
    const mtime = BigInt(Math.round(stat.mtime * 1000)) * 1000n;
    facts.set(
      [BigInt(stat.size), mtime, BigInt.asIntN(64, BigInt(stat.inode)), BigInt(stat.links)],
      index * FACTS,
    );
  }
  const states = Uint8Array.from(files, ({ state }) => FILE_STATES.indexOf(state));
  return fileBatch({ states, ends, facts, bytes: Buffer.concat(files.map(({ bytes }) => bytes)) });
}

async function sizeOf(storage: Storage, path: string): Promise<number> {
  try {
    const stat = await storage.stat(path);
    return stat.type === 'file' ? stat.size : -1;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return -1;
    throw error;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
