import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fromErrno, KirokuError } from '../domain/errors.ts';
import { writeAll } from '../storage/durable.ts';
import type { Storage, StorageFile } from '../storage/storage.ts';
import type { BlobWriter, StagedBlob } from './blob-store.ts';

/** Chunks from this size on are written as they are; smaller ones are gathered, to save system calls. */
const LARGE_CHUNK = 65_536;
const GATHER_BYTES = 262_144;

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
  staged(measured: Measured): StagedBlob;
}

/** 8 lower-case hex of a CRC-32 (IEEE 802.3, as in ZIP and PNG). */
export function crcHex(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, '0');
}

/**
 * Writes one staged file, counting and hashing what it is given while the disk is busy. Calls come one at a time;
 * only `abort` may come at any time. Every failure is final: the file is dropped, its sync is never tried again,
 * since the kernel forgets the pages that it could not write (D4).
 * @throws KirokuError from every method but `abort`
 */
export function createFsBlobWriter({ storage, key, path, file, staged }: FsBlobWriterDeps): BlobWriter {
  const hash = createHash('sha256');
  let crc = 0;
  let received = 0;
  let written = 0;
  let gathered: Buffer | undefined;
  let gatheredBytes = 0;
  let state: 'open' | 'finished' | 'dropped' = 'open';
  let busy: Promise<unknown> = Promise.resolve();

  async function put(bytes: Uint8Array): Promise<void> {
    const position = written;
    written += bytes.length;
    await writeAll(file, bytes, position);
  }

  async function flush(): Promise<void> {
    if (gathered === undefined || gatheredBytes === 0) return;
    const bytes = gathered.subarray(0, gatheredBytes);
    gatheredBytes = 0;
    await put(bytes);
  }

  async function take(chunk: Uint8Array): Promise<void> {
    if (chunk.length >= LARGE_CHUNK) {
      await flush();
      const writing = put(chunk);
      measure(chunk);
      return await writing;
    }
    measure(chunk);
    if (gatheredBytes + chunk.length > GATHER_BYTES) await flush();
    gathered ??= Buffer.allocUnsafeSlow(GATHER_BYTES);
    gathered.set(chunk, gatheredBytes);
    gatheredBytes += chunk.length;
  }

  function measure(chunk: Uint8Array): void {
    received += chunk.length;
    hash.update(chunk);
    crc = crc32(chunk, crc);
  }

  async function seal(): Promise<void> {
    await flush();
    gathered = undefined;
    await file.sync();
    const { size } = await file.stat();
    if (size !== received) {
      throw new KirokuError('io_error', 'The storage holds another number of bytes than were written.', {
        details: { expected: received, found: size },
      });
    }
    await file.close();
  }

  async function drop(): Promise<void> {
    if (state !== 'open') return;
    state = 'dropped';
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
      state = 'finished';
      return staged({ bytes: received, sha256: hash.digest('hex'), crc32: crcHex(crc) });
    },
    async abort() {
      // A descriptor is not closed under a running write: its number could by then be another file's.
      await busy;
      await drop();
    },
  };
}
