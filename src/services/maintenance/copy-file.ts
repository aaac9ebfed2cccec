import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fromErrno, isErrno, KirokuError } from '../../domain/errors.ts';
import {
  ensureFolder,
  type FolderSync,
  STAGING_FOLDER,
  stagingPath,
  writeAll,
} from '../../storage/durable.ts';
import { parentOf } from '../../storage/path.ts';
import type { Storage, StorageFile } from '../../storage/storage.ts';

/** What was copied. */
export interface Copied {
  readonly bytes: number;
  readonly sha256: string;
  /** 8 lower-case hex. */
  readonly crc32: string;
}

/** Why nothing was copied: the source's fault. Trouble with the target is thrown. */
export type NotCopied = 'missing' | 'unreadable' | 'changed';

export interface CopyTarget {
  readonly storage: Storage;
  readonly folders: FolderSync;
}

const CHUNK = 262_144;

/**
 * Copies one file into another storage: its bytes are durable and have been counted and hashed when it gets its name;
 * the name is durable after a sync of the folder, which is the caller's. What is under the name already is replaced.
 * @param expected what the file must be; it gets no name otherwise
 * @throws KirokuError when the target fails
 */
export async function copyFile(
  source: Storage,
  from: string,
  { storage, folders }: CopyTarget,
  to: string,
  expected: Partial<Copied> = {},
): Promise<Copied | NotCopied> {
  const file = await openSource(source, from);
  if (typeof file === 'string') return file;
  const staged = stagingPath(to.replaceAll('/', '.'));
  try {
    const copied = await stage(file, storage, staged);
    if (copied === 'unreadable' || !isExpected(copied, expected)) {
      await storage.unlink(staged);
      return copied === 'unreadable' ? copied : 'changed';
    }
    await ensureFolder(storage, folders, parentOf(to));
    await storage.rename(staged, to);
    return copied;
  } catch (error) {
    throw fromErrno(error);
  } finally {
    await file.close().catch(() => undefined);
  }
}

function isExpected(copied: Copied, { bytes, sha256, crc32: crc }: Partial<Copied>): boolean {
  if (bytes !== undefined && bytes !== copied.bytes) return false;
  if (sha256 !== undefined && sha256 !== copied.sha256) return false;
  return crc === undefined || crc === copied.crc32;
}

/** What a file is, without copying it. @throws KirokuError when there are no descriptors left */
export async function measureFile(source: Storage, path: string): Promise<Copied | NotCopied> {
  const file = await openSource(source, path);
  if (typeof file === 'string') return file;
  try {
    return await readThrough(file);
  } finally {
    await file.close().catch(() => undefined);
  }
}

async function openSource(source: Storage, from: string): Promise<StorageFile | NotCopied> {
  try {
    return await source.open(from, 'read');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return 'missing';
    if (isErrno(error, 'EMFILE', 'ENFILE')) throw fromErrno(error);
    return 'unreadable';
  }
}

async function stage(file: StorageFile, storage: Storage, staged: string): Promise<Copied | 'unreadable'> {
  const target = await storage.open(staged, 'create');
  try {
    const copied = await readThrough(file, (chunk, at) => writeAll(target, chunk, at));
    if (copied !== 'unreadable') await target.sync();
    return copied;
  } finally {
    await target.close();
  }
}

/** Reads a file to its end and hands over each piece, which is valid until the next. */
async function readThrough(
  file: StorageFile,
  take?: (chunk: Uint8Array, position: number) => Promise<void>,
): Promise<Copied | 'unreadable'> {
  const hash = createHash('sha256');
  let crc = 0;
  let bytes = 0;
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (;;) {
    let got: number;
    try {
      got = await file.read(buffer, 0, CHUNK, bytes);
    } catch (error) {
      if (!isErrno(error, 'EIO', 'EISDIR', 'EACCES', 'ESTALE')) throw error;
      return 'unreadable';
    }
    if (got === 0) return { bytes, sha256: hash.digest('hex'), crc32: crc.toString(16).padStart(8, '0') };
    const chunk = buffer.subarray(0, got);
    hash.update(chunk);
    crc = crc32(chunk, crc);
    await take?.(chunk, bytes);
    bytes += got;
  }
}

/** Makes the staging folder, and removes what a copy that was stopped left in it. @throws KirokuError */
export async function sweepStaging({ storage, folders }: CopyTarget): Promise<void> {
  try {
    await ensureFolder(storage, folders, STAGING_FOLDER);
    for (const { name, type } of await storage.readFolder(STAGING_FOLDER)) {
      if (type === 'file') await storage.unlink(stagingPath(name));
    }
  } catch (error) {
    throw fromErrno(error);
  }
}

/** Nobody else works on this folder until `release`. @throws KirokuError `job_running` */
export async function lockFolder({ storage, folders }: CopyTarget): Promise<() => Promise<void>> {
  await ensureFolder(storage, folders, '.kiroku');
  const lock = await storage.lock('.kiroku/lock');
  if (lock === undefined) throw new KirokuError('job_running', 'Another command works on this backup.');
  return () => lock.release();
}
