import type { BlobReader, BlobStore } from '../blobs/blob-store.ts';
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

/** All that there is of an open blob; fewer bytes than it said where it was cut short meanwhile. */
export async function readWholeBlob(reader: BlobReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let position = 0;
  while (position < reader.bytes) {
    const chunk = await reader.read(position, reader.bytes - position);
    if (chunk.byteLength === 0) break;
    parts.push(chunk);
    position += chunk.byteLength;
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}
