import { crc32 } from 'node:zlib';
import type { ThumbExt } from '../domain/format.ts';
import type { PictureId } from '../domain/id.ts';
import type { PictureRecord } from '../domain/record.ts';

/** No thumbnail of ours is larger, bytes: a file that is has been tampered with. */
export const MAX_THUMB_BYTES = 4 * 1024 * 1024;

/** What a record says of its thumbnail's bytes. */
export type ThumbFacts = Pick<PictureRecord, 'thumb' | 'thumb_bytes' | 'thumb_crc32'>;

/** The facts of these bytes as the thumbnail of that picture. */
export function thumbFacts(id: PictureId, ext: ThumbExt, bytes: Uint8Array): ThumbFacts {
  return { thumb: `thumb/${id}.${ext}`, thumb_bytes: bytes.byteLength, thumb_crc32: checksum(bytes) };
}

/**
 * Whether a record tells of exactly these bytes. One of the earlier system tells neither length (0) nor checksum: then
 * any bytes may be meant.
 */
export function tellsOf({ thumb_bytes: length, thumb_crc32: crc }: ThumbFacts, bytes: Uint8Array): boolean {
  if (length > 0 && length !== bytes.byteLength) return false;
  return crc === undefined || crc === checksum(bytes);
}

function checksum(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
