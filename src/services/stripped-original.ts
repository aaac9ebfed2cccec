import type { BlobStore } from '../blobs/blob-store.ts';
import type { Entry } from '../catalog/catalog.ts';
import { notFound } from '../domain/errors.ts';
import { originalKey } from '../domain/key.ts';
import { stripMetadata } from '../media/metadata/strip.ts';

/**
 * The original without anything that was embedded in it, for those who were given a link and not the recipe.
 * @throws KirokuError `not_found` when the file is gone; `undecodable_image` when it cannot be taken apart: it is not
 *   given out then
 */
export async function* strippedOriginal(blobs: BlobStore, entry: Entry): AsyncGenerator<Uint8Array> {
  const reader = await blobs.open(originalKey(entry, entry.ext));
  if (reader === undefined) throw notFound();
  try {
    yield* stripMetadata({
      size: reader.bytes,
      read: (position, length) => reader.read(position, length),
      close: () => reader.close(),
    });
  } finally {
    await reader.close();
  }
}
