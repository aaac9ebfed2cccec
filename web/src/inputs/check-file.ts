import { ApiProblem } from '../api/problem.ts';

/** What the server stores; it decides by a full decode. */
export const ACCEPTED_TYPES = ['image/png', 'image/jpeg', 'image/webp'];

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];

/** Whether these first bytes are those of a PNG, JPEG or WebP file. */
export function looksLikePicture(head: Uint8Array): boolean {
  const has = (bytes: readonly number[], at = 0) => bytes.every((byte, index) => head[at + index] === byte);
  return has(PNG) || has(JPEG) || (has(RIFF) && has(WEBP, 8));
}

/**
 * What can be told before anything is sent: a film of two gigabytes is refused at once, and not after an hour. A file
 * that cannot be read (a folder, or deleted meanwhile) is told apart from a wrong one.
 */
export async function checkFile(file: File): Promise<ApiProblem | undefined> {
  try {
    const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
    if (looksLikePicture(head)) return undefined;
    return new ApiProblem('unsupported_type', 0, 'Only PNG, JPEG and WebP.');
  } catch (cause) {
    return new ApiProblem('unreadable', 0, 'The file cannot be read.', { cause });
  }
}
