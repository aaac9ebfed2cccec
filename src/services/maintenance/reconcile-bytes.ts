import { isKirokuError } from '../../domain/errors.ts';
import type { ReadAt } from '../../media/complete.ts';
import type { FileStat, Storage, StorageFile } from '../../storage/storage.ts';

const CHUNK = 256 * 1024;

/** Opens for reading, hands the file over, closes it whatever happens. */
export async function withFile<T>(
  storage: Storage,
  path: string,
  use: (file: StorageFile) => Promise<T>,
): Promise<T> {
  const file = await storage.open(path, 'read');
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

export function readAtOf(file: StorageFile): ReadAt {
  return async (position, length) => {
    const target = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const count = await file.read(target, filled, length - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return target.subarray(0, filled);
  };
}

/** All bytes from the start, each chunk in memory of its own. */
export async function* chunksOf(file: StorageFile): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const chunk = new Uint8Array(CHUNK);
    const count = await file.read(chunk, 0, CHUNK, position);
    if (count === 0) return;
    yield chunk.subarray(0, count);
    position += count;
  }
}

/** The same file, not written to in between, as far as the file system can tell. */
export function sameFile(a: FileStat, b: FileStat): boolean {
  return a.type === b.type && a.inode === b.inode && a.size === b.size && a.mtime === b.mtime;
}

/** Inode, size and time in one text. */
export function identityOf(stat: FileStat): string {
  return `${stat.inode}:${stat.size}:${stat.mtime}`;
}

/** True when the bytes themselves are the reason: another try with the same bytes would end the same. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.some((code) => isKirokuError(error, code));
}

const REFUSALS = [
  'unsupported_type',
  'undecodable_image',
  'image_too_large',
  'payload_too_large',
  // a day folder further ahead than any clock difference explains
  'invalid_metadata',
] as const;
