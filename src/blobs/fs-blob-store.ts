import { fromErrno, isErrno, KirokuError } from '../domain/errors.ts';
import {
  ensureFolder,
  type FolderSync,
  readWhole,
  replaceFile,
  STAGING_FOLDER,
  stagingPath,
} from '../storage/durable.ts';
import { errno } from '../storage/errno.ts';
import { parentOf } from '../storage/path.ts';
import type { Storage, StorageFile } from '../storage/storage.ts';
import type { BlobReader, BlobStore, BlobWriter, StagedBlob } from './blob-store.ts';
import { createBufferPool } from './buffer-pool.ts';
import { createFsBlobWriter, type Measured, PIECE_BYTES } from './fs-blob-writer.ts';
import {
  dropStaged,
  type Pair,
  type PublishBy,
  publishPairs,
  retractPairs,
  statIfThere,
  syncIfThere,
  unlinkIfThere,
} from './fs-publish.ts';
import { keyOfStagingName, stagingNameOf } from './staging-name.ts';

export interface FsBlobStoreDeps {
  readonly storage: Storage;
  /** The one of the whole tree. */
  readonly folders: FolderSync;
  /** `link` without; what `probeTree` reports. */
  readonly publishBy?: PublishBy;
}

/** Pieces kept for the next upload: two each for the uploads that two or four cores have under way. */
const POOLED_PIECES = 16;

/** What a file system says that has no (more) second names for a file. */
const NO_LINK = ['EPERM', 'EXDEV', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

const NOT_A_FILE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL', 'ENAMETOOLONG'];

/**
 * The blob store on a tree of files: a key is a path. Staged bytes lie in `.kiroku/staging` under a name that tells
 * their key; publishing links them to it. Where a file system has no hard links (`publishBy: 'copy'`) the bytes are
 * copied into an exclusively made file instead: dearer, and still never an overwrite and still found by recovery.
 */
export function createFsBlobStore({ storage, folders, publishBy = 'link' }: FsBlobStoreDeps): BlobStore {
  const deps = { storage, folders, publishBy, taken: new Set<string>() };
  const buffers = createBufferPool(PIECE_BYTES, POOLED_PIECES);
  let rewrites = 0;

  function stagedAs(key: string, measured: Measured): StagedBlob {
    const path = stagingPath(stagingNameOf(key));
    return {
      key,
      ...measured,
      localPath: storage.localPath(path),
      read: () => orKiroku(() => readStaged(storage, path)),
    };
  }

  async function stage(key: string): Promise<BlobWriter> {
    const path = stagingPath(stagingNameOf(key));
    const file = await createStaged(storage, folders, path);
    return createFsBlobWriter({
      storage,
      key,
      path,
      file,
      buffers,
      staged: (found) => stagedAs(key, found),
    });
  }

  async function stageFrom(from: string, to: string): Promise<StagedBlob | undefined> {
    const source = await statIfThere(storage, from);
    if (source?.type !== 'file') return undefined;
    if (publishBy === 'link' && (await linkStaged(storage, folders, from, pairOf(to).from))) {
      return stagedAs(to, { bytes: source.size, sha256: '', crc32: '' });
    }
    const reader = await openBlob(storage, from);
    if (reader === undefined) return undefined;
    try {
      return await copyStaged(reader, await stage(to));
    } finally {
      await reader.close();
    }
  }

  return {
    stage: (key) => orKiroku(() => stage(key)),
    stageFrom: (from, to) => orKiroku(() => stageFrom(from, to)),
    rekey: (staged, key) =>
      orKiroku(async () => {
        if (staged.key === key) return staged;
        const [from, to] = [pairOf(staged.key).from, pairOf(key).from];
        if ((await statIfThere(storage, to)) !== undefined) throw errno('EEXIST', 'rename', to);
        await storage.rename(from, to);
        const { bytes, sha256, crc32 } = staged;
        return stagedAs(key, { bytes, sha256, crc32 });
      }),
    publish: (staged) =>
      orKiroku(() =>
        publishPairs(
          deps,
          STAGING_FOLDER,
          staged.map(({ key }) => pairOf(key)),
        ),
      ),
    release: (staged) =>
      orKiroku(async () => {
        for (const { key } of staged) await dropStaged(deps, pairOf(key));
      }),
    retract: (staged) =>
      orKiroku(() =>
        retractPairs(
          deps,
          staged.map(({ key }) => pairOf(key)),
        ),
      ),
    async *pending() {
      for (const name of await orKiroku(() => stagedNames(storage))) {
        const found = await orKiroku(() => statIfThere(storage, stagingPath(name)));
        if (found !== undefined)
          yield stagedAs(keyOfStagingName(name), { bytes: found.size, sha256: '', crc32: '' });
      }
    },
    write: (key, bytes) =>
      orKiroku(async () => {
        await ensureFolder(storage, folders, parentOf(key));
        // A name of its own: two may rewrite one thumbnail at once. Its key is nobody's, so recovery drops it.
        rewrites += 1;
        await replaceFile(storage, folders, key, `rewrite.${rewrites}.${stagingNameOf(key)}`, bytes);
      }),
    stat: (key) =>
      orKiroku(async () => {
        const found = await statIfThere(storage, key);
        return found?.type === 'file' ? { bytes: found.size, modified: found.mtime } : undefined;
      }),
    open: (key) => orKiroku(() => openBlob(storage, key)),
    remove: (key) =>
      orKiroku(async () => {
        const removed = await unlinkIfThere(storage, key);
        // Also when it was not there: an earlier removal may have failed at exactly this sync.
        await syncIfThere(folders, parentOf(key));
        return removed;
      }),
    localPath: (key) => storage.localPath(key),
  };
}

function pairOf(key: string): Pair {
  return { from: stagingPath(stagingNameOf(key)), to: key };
}

async function orKiroku<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fromErrno(error);
  }
}

async function createStaged(storage: Storage, folders: FolderSync, path: string): Promise<StorageFile> {
  try {
    return await storage.open(path, 'create');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    await ensureFolder(storage, folders, STAGING_FOLDER);
    return await storage.open(path, 'create');
  }
}

/** A second name in the staging folder; false where the file system will not have it, and the bytes are to be copied. */
async function linkStaged(storage: Storage, folders: FolderSync, from: string, to: string): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await storage.link(from, to);
      return true;
    } catch (error) {
      if (isErrno(error, ...NO_LINK)) return false;
      if (isErrno(error, 'EEXIST')) {
        const [mine, there] = [await statIfThere(storage, from), await statIfThere(storage, to)];
        if (mine !== undefined && mine.inode === there?.inode) return true;
      }
      if (!isErrno(error, 'ENOENT') || attempt > 1) throw error;
      await ensureFolder(storage, folders, STAGING_FOLDER);
    }
  }
}

async function copyStaged(reader: BlobReader, writer: BlobWriter): Promise<StagedBlob> {
  try {
    for (let position = 0; ; ) {
      const chunk = await reader.read(position, PIECE_BYTES);
      if (chunk.byteLength === 0) break;
      await writer.write(chunk);
      position += chunk.byteLength;
    }
    return await writer.finish();
  } catch (error) {
    // what cannot be removed now is removed at the next start
    await writer.abort().catch(() => undefined);
    throw error;
  }
}

async function readStaged(storage: Storage, path: string): Promise<Uint8Array> {
  const bytes = await readWhole(storage, path);
  if (bytes === undefined) throw new KirokuError('io_error', 'The staged bytes are gone.');
  return bytes;
}

async function stagedNames(storage: Storage): Promise<string[]> {
  try {
    const entries = await storage.readFolder(STAGING_FOLDER);
    return entries.filter(({ type }) => type !== 'folder').map(({ name }) => name);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

async function openBlob(storage: Storage, key: string): Promise<BlobReader | undefined> {
  let file: StorageFile;
  try {
    file = await storage.open(key, 'read');
  } catch (error) {
    if (isErrno(error, ...NOT_A_FILE)) return undefined;
    throw error;
  }
  try {
    const { size, mtime } = await file.stat();
    return readerOf(file, size, mtime);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

function readerOf(file: StorageFile, bytes: number, modified: number): BlobReader {
  return {
    bytes,
    modified,
    read: (position, length) =>
      orKiroku(async () => {
        // of its own: a small picture is kept for long by whoever read it
        const target = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, bytes - position)));
        if (target.length === 0) return target;
        return target.subarray(0, await file.read(target, 0, target.length, position));
      }),
    close: () => orKiroku(() => file.close()),
  };
}
