import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fromErrno, KirokuError } from '../domain/errors.ts';
import { writeAll } from '../storage/durable.ts';
import type { Storage, StorageFile } from '../storage/storage.ts';
import type { BlobWriter, StagedBlob } from './blob-store.ts';
import type { BufferPool } from './buffer-pool.ts';

/** Bytes go to the disk in pieces of this size, however small or odd the chunks: each piece is one system call. */
export const PIECE_BYTES = 262_144;

/** What a finished writer knows of its bytes. */
export interface Measured {
  readonly bytes: number;
  readonly sha256: string;
  readonly crc32: string;
}

export interface FsBlobWriterDeps {
  readonly storage: Storage;
  readonly key: string;
  /** Where `file` lies; removed when the writing fails or is aborted. */
  readonly path: string;
  readonly file: StorageFile;
  /** Of `PIECE_BYTES`, at least two for each writer that is busy. */
  readonly buffers: BufferPool;
  staged(measured: Measured): StagedBlob;
}

/** 8 lower-case hex of a CRC-32 (IEEE 802.3, as in ZIP and PNG). */
export function crcHex(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, '0');
}

/**
 * Writes one staged file. While one piece is on its way to the disk the next one is filled, counted and hashed, so a
 * failed write shows itself one call later, at the latest in `flush` or `finish`. Calls come one at a time; only
 * `abort` may come at any time. Every failure is final: the file is dropped, its sync is never tried again, since the
 * kernel forgets the pages that it could not write (D4).
 * @throws KirokuError from every method but `abort`
 */
export function createFsBlobWriter(deps: FsBlobWriterDeps): BlobWriter {
  const { storage, key, path, file, buffers, staged } = deps;
  const hash = createHash('sha256');
  let crc = 0;
  let received = 0;
  let written = 0;
  let piece: Buffer | undefined;
  let filled = 0;
  let state: 'open' | 'finished' | 'dropped' = 'open';
  let busy: Promise<unknown> = Promise.resolve();
  /** The piece on its way; no other write begins before it has arrived. */
  let writing: Promise<void> = Promise.resolve();

  async function put(full: Buffer, length: number, position: number): Promise<void> {
    try {
      await writeAll(file, full.subarray(0, length), position);
    } finally {
      buffers.give(full);
    }
  }

  /** Sends off what is filled. @throws the failure of the piece before */
  async function send(): Promise<void> {
    await writing;
    if (piece === undefined) return;
    const [full, length, position] = [piece, filled, written];
    piece = undefined;
    filled = 0;
    written += length;
    writing = put(full, length, position);
    // whoever waits for it next learns of its failure
    writing.catch(() => undefined);
  }

  async function flush(): Promise<void> {
    await send();
    await writing;
  }

  async function take(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      piece ??= buffers.take();
      const part = chunk.subarray(at, at + piece.length - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      measure(part);
      if (filled === piece.length) await send();
    }
  }

  function measure(part: Uint8Array): void {
    received += part.length;
    hash.update(part);
    crc = crc32(part, crc);
  }

  async function checkSize(): Promise<void> {
    const { size } = await file.stat();
    if (size !== received) {
      throw new KirokuError('io_error', 'The storage holds another number of bytes than were written.', {
        details: { expected: received, found: size },
      });
    }
  }

  async function seal(): Promise<void> {
    await flush();
    // both are over before anything is thrown: a descriptor in use is not closed
    const [synced, checked] = await Promise.allSettled([file.sync(), checkSize()]);
    if (synced.status === 'rejected') throw synced.reason;
    if (checked.status === 'rejected') throw checked.reason;
    await file.close();
  }

  async function drop(): Promise<void> {
    if (state !== 'open') return;
    state = 'dropped';
    // A descriptor is not closed under a running write: its number could by then be another file's.
    await writing.catch(() => undefined);
    if (piece !== undefined) buffers.give(piece);
    piece = undefined;
    await file.close().catch(() => undefined);
    // A name that cannot be removed now is swept at the next start.
    await storage.unlink(path).catch(() => undefined);
  }

  async function run(work: () => Promise<void>): Promise<void> {
    if (state !== 'open') throw new KirokuError('internal', 'The upload is already closed.');
    const working = work();
    busy = working.catch(() => undefined);
    try {
      await working;
    } catch (error) {
      await drop();
      throw fromErrno(error);
    }
    checkNotAborted();
  }

  function checkNotAborted(): void {
    if (state !== 'open') throw new KirokuError('aborted', 'The upload was aborted.');
  }

  return {
    key,
    write: (chunk) => run(() => take(chunk)),
    async flush() {
      await run(flush);
      return storage.localPath(path);
    },
    async finish() {
      await run(seal);
      // whoever aborted waited for the seal alone, and may have had its turn first
      checkNotAborted();
      state = 'finished';
      return staged({ bytes: received, sha256: hash.digest('hex'), crc32: crcHex(crc) });
    },
    async abort() {
      await busy;
      await drop();
    },
  };
}
