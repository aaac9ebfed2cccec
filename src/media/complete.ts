import type { Mime } from '../domain/format.ts';

/** Reads up to `length` bytes at `position`; fewer only at the end of the file. */
export type ReadAt = (position: number, length: number) => Promise<Uint8Array>;

/** `complete`: its end marker is there. `partial`: it is one of ours, and its end is missing. */
export type Completeness =
  | { readonly mime: Mime; readonly state: 'complete' | 'partial' }
  /** Not a format of ours (yet): only size and time can tell. */
  | undefined;

/** How far before the end an end marker is looked for first: other programs append their own data after it. */
const TAIL = 64 * 1024;
/** How far behind the start of a scan it is looked for then: telephones append a film of some megabytes. */
const MAX_SEARCH = 256 * 1024 * 1024;
/** Most PNG chunks or JPEG segments walked before the tail is believed instead. */
const MAX_STEPS = 4096;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** An IEND chunk is always these twelve bytes (PNG specification, 11.2.5; its CRC is over the type alone). */
const IEND = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);
const EOI = Buffer.from([0xff, 0xd9]);

/**
 * Whether a picture that somebody else writes is all there, by the end marker of its own format: PNG IEND, JPEG EOI,
 * the size in a RIFF header. Reads a small part of the file; of a JPEG that does not end in its EOI all of it, as far as it
 * goes. Bytes after the marker do not matter. It proves no
 * more than that the writer came to the end: a full decode follows.
 *
 * @param size of the file in bytes
 * @returns undefined for anything that does not begin like PNG, JPEG or WebP
 */
export async function completeness(read: ReadAt, size: number): Promise<Completeness> {
  const head = Buffer.from(await read(0, 12));
  if (head.subarray(0, 8).equals(PNG)) {
    return { mime: 'image/png', state: stateOf(await pngEnds(read, size)) };
  }
  if (head.length >= 3 && head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) {
    return { mime: 'image/jpeg', state: stateOf(await jpegEnds(read, size)) };
  }
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') {
    // The size counts what follows it, padded to even (RIFF; WebP container specification).
    const declared = head.readUInt32LE(4);
    return { mime: 'image/webp', state: stateOf(size >= declared + 8 && declared >= 4) };
  }
  return undefined;
}

function stateOf(ended: boolean): 'complete' | 'partial' {
  return ended ? 'complete' : 'partial';
}

/** The usual case is one read of the last bytes; else the chunks are walked by their lengths. */
async function pngEnds(read: ReadAt, size: number): Promise<boolean> {
  if (Buffer.from(await read(Math.max(0, size - IEND.length), IEND.length)).equals(IEND)) return true;
  let position = PNG.length;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const head = Buffer.from(await read(position, 8));
    if (head.length < 8) return false;
    const next = position + 12 + head.readUInt32BE(0);
    if (next > size) return false;
    if (head.toString('latin1', 4, 8) === 'IEND') return true;
    position = next;
  }
  return (await tailOf(read, size, position)).includes(IEND);
}

/** EOI counts only behind the first scan: an EXIF preview has an EOI of its own. */
async function jpegEnds(read: ReadAt, size: number): Promise<boolean> {
  let position = 2;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const head = Buffer.from(await read(position, 4));
    const marker = head[1];
    if (head.length < 4 || head[0] !== 0xff || marker === undefined) return false;
    if (marker === 0xff) {
      // Any number of fill bytes may stand before a marker (ITU-T T.81, B.1.1.2).
      position += 1;
      continue;
    }
    position += 2 + head.readUInt16BE(2);
    if (position > size) return false;
    if (marker === 0xda) {
      return (
        (await tailOf(read, size, position)).includes(EOI) || (await hasEoi(read, position, size - TAIL))
      );
    }
  }
  return false;
}

/** Whether an EOI begins from `from` on and before `to`. Within pixels there is none: a 0xff is stuffed (T.81, B.1.1.5). */
async function hasEoi(read: ReadAt, from: number, to: number): Promise<boolean> {
  const end = Math.min(to, from + MAX_SEARCH);
  for (let position = from; position < end; position += TAIL) {
    // one byte more: the marker may begin with the last one
    if (Buffer.from(await read(position, TAIL + 1)).includes(EOI)) return true;
  }
  return false;
}

/** The last bytes of the file that lie at or after `from`. */
async function tailOf(read: ReadAt, size: number, from: number): Promise<Buffer> {
  const start = Math.max(from, size - TAIL);
  return Buffer.from(await read(start, Math.max(0, size - start)));
}
