import { crc32 } from 'node:zlib';
import type { ByteSource } from '../byte-source.ts';
import { orientationBlock } from './exif.ts';
import { PNG_SIGNATURE, walkPng } from './png-chunks.ts';
import { orientationAt, type Plan, unstrippable } from './strip-plan.ts';

/**
 * Chunks that a PNG is shown from: pixels, palette, transparency, colours, size of a pixel, animation (PNG
 * specification, third edition, 4.7). Every other one is left out, known or not.
 */
const KEPT = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT', 'bKGD', 'pHYs'],
  ...['cICP', 'mDCV', 'cLLI', 'acTL', 'fcTL', 'fdAT'],
]);

/** Plans the copy of a PNG; what stands behind its IEND is left out too. */
export async function planPng(source: ByteSource, plan: Plan): Promise<void> {
  plan.keep(0, PNG_SIGNATURE.length);
  const ended = await walkPng(source, ({ type, start, length }) => {
    if (type === 'eXIf') return keepOrientation(source, start, length, plan);
    // The walk does not ask for a checksum: it may be what the file was cut in.
    if (start + length + 4 > source.size) throw unstrippable();
    if (KEPT.has(type)) plan.keep(start - 8, start + length + 4);
    return undefined;
  });
  if (ended !== 'end') throw unstrippable();
}

async function keepOrientation(source: ByteSource, start: number, length: number, plan: Plan): Promise<void> {
  const orientation = await orientationAt(source, start, length);
  if (orientation !== 1) plan.add(chunkOf('eXIf', orientationBlock(orientation)));
}

function chunkOf(type: string, data: Uint8Array): Uint8Array {
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, data.length + 8)), data.length + 8);
  return chunk;
}
