import type { BlobStore } from '../blobs/blob-store.ts';
import { KirokuError } from '../domain/errors.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * Bytes `start`…`end` (inclusive) of a blob, in chunks; the file is closed however it ends.
 * @throws KirokuError `io_error` when it is gone, or shorter than that
 */
export async function* readBlob(
  blobs: BlobStore,
  key: string,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  const reader = await blobs.open(key);
  if (reader === undefined) throw new KirokuError('io_error', 'The file is gone.');
  try {
    for (let position = start; position <= end; ) {
      const chunk = await reader.read(position, Math.min(CHUNK_BYTES, end - position + 1));
      if (chunk.byteLength === 0) throw new KirokuError('io_error', 'The file is shorter than it was.');
      yield chunk;
      position += chunk.byteLength;
    }
  } finally {
    await reader.close();
  }
}
