import type { Storage } from '../storage/storage.ts';
import type { ReadAt } from './complete.ts';

/** The bytes of one picture, readable at any place. */
export interface ByteSource {
  readonly size: number;
  readonly read: ReadAt;
  close(): Promise<void>;
}

/** Read at once when a file is opened: signature and, in nearly every picture, all of its header. */
const HEAD_BYTES = 4096;

/** Bytes that are at hand. They are not copied. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length),
    close: async () => {},
  };
}

/**
 * Opens a file of this storage; reads that fall into its head cost nothing more.
 * @throws an operating-system error (`ENOENT`, …)
 */
export async function fileSource(storage: Storage, path: string): Promise<ByteSource> {
  const file = await storage.open(path, 'read');
  async function readAt(position: number, length: number): Promise<Uint8Array> {
    const target = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const got = await file.read(target, filled, length - filled, position + filled);
      if (got === 0) break;
      filled += got;
    }
    return target.subarray(0, filled);
  }
  try {
    const { size } = await file.stat();
    const head = await readAt(0, HEAD_BYTES);
    return {
      size,
      read: async (position, length) =>
        position + length <= head.length
          ? head.subarray(position, position + length)
          : readAt(position, length),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
}
