import type { BlobStore } from '../blobs/blob-store.ts';
import type { Entry } from '../catalog/catalog.ts';
import { originalKey } from '../domain/key.ts';
import type { ImageSource } from '../media/decoder.ts';

/**
 * A picture's original as a decoder takes it: a path where the blob store has one, else its bytes. Undefined when it is gone.
 * @throws KirokuError as the blob store
 */
export async function originalSource(blobs: BlobStore, entry: Entry): Promise<ImageSource | undefined> {
  const key = originalKey(entry, entry.ext);
  const path = blobs.localPath(key);
  if (path !== undefined) return (await blobs.stat(key)) === undefined ? undefined : { path };
  const reader = await blobs.open(key);
  if (reader === undefined) return undefined;
  try {
    return { bytes: await reader.read(0, reader.bytes) };
  } finally {
    await reader.close();
  }
}
