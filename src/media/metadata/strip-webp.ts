import type { ByteSource } from '../byte-source.ts';
import { orientationBlock } from './exif.ts';
import type { Chunk } from './png-chunks.ts';
import { createPlan, orientationAt, type Plan, unstrippable } from './strip-plan.ts';
import { walkRiff } from './webp-chunks.ts';

const KEPT = new Set(['VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ICCP']);
const KEPT_IN_FRAME = new Set(['VP8 ', 'VP8L', 'ALPH']);
/** Bytes of a frame's place, duration and way of drawing, in front of its own chunks. */
const FRAME_HEAD = 16;
const EXIF_FLAG = 0x08;
const XMP_FLAG = 0x04;

/** Plans the copy of a WebP, with the container's size and flags corrected; what stands behind it is left out too. */
export async function planWebp(source: ByteSource, plan: Plan): Promise<void> {
  const head = Buffer.from(await source.read(0, 12));
  plan.add(head);
  const end = Math.min(source.size, 8 + head.readUInt32LE(4));
  const found: { flags: Uint8Array | undefined; orientation: number } = { flags: undefined, orientation: 1 };
  const ended = await walkRiff(source, 12, end, (chunk) => {
    if (chunk.type === 'ANMF') return planFrame(source, chunk, plan);
    if (KEPT.has(chunk.type)) keepChunk(chunk, plan);
    if (chunk.type === 'VP8X') return planExtended(source, chunk);
    return chunk.type === 'EXIF' ? noteOrientation(source, chunk) : undefined;
  });
  if (ended !== 'end') throw unstrippable();

  async function planExtended(from: ByteSource, { start, length }: Chunk): Promise<void> {
    // Later ones are ignored by every reader.
    if (found.flags !== undefined || length !== 10) return;
    const data = Buffer.from(await from.read(start, length));
    data[0] = (data[0] ?? 0) & ~(EXIF_FLAG | XMP_FLAG);
    found.flags = data;
    plan.add(chunkHead('VP8X', length));
    plan.add(data);
  }

  async function noteOrientation(from: ByteSource, { start, length }: Chunk): Promise<void> {
    found.orientation = await orientationAt(from, start, length);
  }

  if (found.orientation !== 1 && found.flags !== undefined) {
    const block = orientationBlock(found.orientation);
    found.flags[0] = (found.flags[0] ?? 0) | EXIF_FLAG;
    plan.add(chunkHead('EXIF', block.length));
    plan.add(block);
  }
  head.writeUInt32LE(plan.size() - 8, 4);
}

function keepChunk({ start, length }: Chunk, plan: Plan): void {
  plan.keep(start - 8, start + length);
  if (length % 2 === 1) plan.add(new Uint8Array(1));
}

/** A frame of an animation holds chunks of its own, and may hold foreign ones. */
async function planFrame(source: ByteSource, { start, length }: Chunk, plan: Plan): Promise<void> {
  const inside = createPlan();
  const ended = await walkRiff(source, start + FRAME_HEAD, start + length, (chunk) => {
    if (KEPT_IN_FRAME.has(chunk.type)) keepChunk(chunk, inside);
    return undefined;
  });
  if (ended !== 'end' || length < FRAME_HEAD) throw unstrippable();
  plan.add(chunkHead('ANMF', FRAME_HEAD + inside.size()));
  plan.keep(start, start + FRAME_HEAD);
  for (const part of inside.parts) {
    if ('to' in part) plan.keep(part.from, part.to);
    else plan.add(part);
  }
}

function chunkHead(type: string, length: number): Uint8Array {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(length, 4);
  return head;
}
