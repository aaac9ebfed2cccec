import type { BlobReader, BlobStore } from '../../blobs/blob-store.ts';
import type { Entry } from '../../catalog/catalog.ts';
import { isKirokuError } from '../../domain/errors.ts';
import { MIME_OF_THUMB, type Mime } from '../../domain/format.ts';
import { thumbKey } from '../../domain/key.ts';
import type { Decoder } from '../../media/decoder.ts';
import { readWholeBlob } from '../read-blob.ts';
import { MAX_THUMB_BYTES, tellsOf } from '../thumb-facts.ts';

export type ThumbDamage = 'thumbnail_missing' | 'thumbnail_broken';

export interface ThumbDamageDeps {
  readonly blobs: BlobStore;
  readonly sniff: (head: Uint8Array) => Promise<Mime | undefined>;
  readonly decoder: Pick<Decoder, 'decode'>;
}

/**
 * What is wrong with a picture's thumbnail; undefined when nothing is, or the record says that there is none. Its
 * bytes are held against the record's checksum. Where the record has none (the earlier system's) it must be of the type
 * and decode as a whole: that finds what cannot be shown, and not every flipped bit.
 * @throws KirokuError `overloaded`
 */
export async function thumbDamage(deps: ThumbDamageDeps, entry: Entry): Promise<ThumbDamage | undefined> {
  const { thumb: ext } = entry;
  if (ext === null) return undefined;
  try {
    const reader = await deps.blobs.open(thumbKey(entry, ext));
    if (reader === undefined) return 'thumbnail_missing';
    const bytes = await readThumb(reader);
    const record = entry.record();
    if (bytes === undefined || !tellsOf(record, bytes)) return 'thumbnail_broken';
    if ((await deps.sniff(bytes)) !== MIME_OF_THUMB[ext]) return 'thumbnail_broken';
    if (record.thumb_crc32 === undefined) await deps.decoder.decode({ bytes });
    return undefined;
  } catch (error) {
    if (isKirokuError(error, 'overloaded')) throw error;
    // cannot be read or decoded, by the disk or the decoder: nobody can be shown it
    return 'thumbnail_broken';
  }
}

/** All of it, and closes it; undefined where it cannot be one of ours. */
async function readThumb(reader: BlobReader): Promise<Uint8Array | undefined> {
  try {
    if (reader.bytes === 0 || reader.bytes > MAX_THUMB_BYTES) return undefined;
    const bytes = await readWholeBlob(reader);
    return bytes.byteLength === reader.bytes ? bytes : undefined;
  } finally {
    await reader.close();
  }
}
