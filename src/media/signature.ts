import { fileTypeFromBuffer } from 'file-type';
import { isMime, type Mime } from '../domain/format.ts';

/** Bytes from the start of a file that are enough to know its type. */
export const SIGNATURE_BYTES = 4100;

/**
 * What the first bytes say: a cheap refusal before anything is decoded. Never a permission: the decode decides.
 * An animated PNG is a PNG.
 *
 * @param head the first `SIGNATURE_BYTES` bytes, or all there are
 * @returns undefined for every type that is not on the allow list, and for bytes of no known type
 */
export async function sniffMime(head: Uint8Array): Promise<Mime | undefined> {
  const mime = (await fileTypeFromBuffer(head.subarray(0, SIGNATURE_BYTES)))?.mime;
  if (mime === undefined) return undefined;
  if (mime === 'image/apng') return 'image/png';
  return isMime(mime) ? mime : undefined;
}
