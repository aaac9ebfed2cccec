import type { BlobStore } from '../../blobs/blob-store.ts';
import type { Entry } from '../../catalog/catalog.ts';
import { MIME_OF_THUMB, type Mime } from '../../domain/format.ts';
import { thumbKey } from '../../domain/key.ts';

export type ThumbDamage = 'thumbnail_missing' | 'thumbnail_broken';

/** Bytes from which a type can be told. */
const SNIFFED = 4100;

/**
 * What is wrong with a picture's thumbnail; undefined when nothing is, or the record says that there is none. It has no
 * checksum, as it can be made again at any time: seen is whether it is one of the right length and type.
 * @throws KirokuError as the blob store
 */
export async function thumbDamage(
  blobs: BlobStore,
  sniff: (head: Uint8Array) => Promise<Mime | undefined>,
  entry: Entry,
): Promise<ThumbDamage | undefined> {
  if (entry.thumb === null) return undefined;
  const reader = await blobs.open(thumbKey(entry, entry.thumb));
  if (reader === undefined) return 'thumbnail_missing';
  try {
    const { thumb_bytes: expected } = entry.record();
    if (expected > 0 && reader.bytes !== expected) return 'thumbnail_broken';
    const head = await reader.read(0, SNIFFED);
    return (await sniff(head)) === MIME_OF_THUMB[entry.thumb] ? undefined : 'thumbnail_broken';
  } finally {
    await reader.close();
  }
}
