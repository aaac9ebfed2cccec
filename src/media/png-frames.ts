import type { ReadAt } from './complete.ts';

const SIGNATURE_LENGTH = 8;
/** Chunks walked in search of `acTL`. No picture has nearly as many in front of its pixels. */
const MAX_CHUNKS = 10_000;

/**
 * How many frames a PNG announces: `num_frames` of its `acTL` chunk, which counts only in front of the first `IDAT`
 * (PNG specification, third edition, 11.3.4.1); 1 for a still picture. libvips shows the first frame only and does
 * not count the rest, so we do. Walks by the chunks' lengths and reads twelve bytes of each; nothing is unpacked.
 * Where the walk gives up there may be any number: infinitely many, which no limit allows.
 */
export async function pngFrames(read: ReadAt): Promise<number> {
  let position = SIGNATURE_LENGTH;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
    const head = Buffer.from(await read(position, 12));
    if (head.length < 12) return 1;
    const type = head.toString('latin1', 4, 8);
    if (type === 'IDAT') return 1;
    if (type === 'acTL') return Math.max(1, head.readUInt32BE(8));
    position += 12 + head.readUInt32BE(0);
  }
  return Number.POSITIVE_INFINITY;
}
