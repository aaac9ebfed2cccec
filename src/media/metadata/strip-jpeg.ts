import type { ByteSource } from '../byte-source.ts';
import { startsWithText } from './bytes.ts';
import { orientationBlock } from './exif.ts';
import { type Segment, walkJpeg } from './jpeg-segments.ts';
import { orientationAt, type Plan, unstrippable } from './strip-plan.ts';

const PIECE = 64 * 1024;
const MAX_SCANS = 1024;

/** Segments that pixels are unpacked with: frames, tables, intervals (ITU-T T.81, table B.1). */
function isPixels(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf) || (marker >= 0xdb && marker <= 0xdf);
}

/** Plans the copy of a JPEG; what stands behind its EOI (other pictures, videos, archives) is left out too. */
export async function planJpeg(source: ByteSource, plan: Plan): Promise<void> {
  plan.keep(0, 2);
  let from = 2;
  for (let scan = 0; scan < MAX_SCANS; scan += 1) {
    const stop = await walkJpeg(source, (segment) => planSegment(source, segment, plan), from);
    if (stop === undefined) throw unstrippable();
    if (stop.marker === 'end') {
      plan.keep(stop.at, stop.at + 2);
      return;
    }
    from = await endOfScan(source, stop.at);
    plan.keep(stop.at, from);
  }
  throw unstrippable();
}

function planSegment(source: ByteSource, segment: Segment, plan: Plan): Promise<void> | undefined {
  const { marker, start, length } = segment;
  if (isPixels(marker)) {
    plan.keep(start - 4, start + length);
    return undefined;
  }
  return marker >= 0xe0 && marker <= 0xef ? planApp(source, segment, plan) : undefined;
}

/** Of what applications add, only what changes how the pixels look. */
async function planApp(source: ByteSource, { marker, start, length }: Segment, plan: Plan): Promise<void> {
  const head = await source.read(start, Math.min(length, 16));
  if (marker === 0xe0 && startsWithText(head, 'JFIF\0') && length >= 14) {
    // Version, units and density; the thumbnail behind them is left out.
    plan.add(segmentOf(marker, Buffer.concat([head.subarray(0, 12), Buffer.alloc(2)])));
  } else if (marker === 0xe1 && startsWithText(head, 'Exif\0\0')) {
    const orientation = await orientationAt(source, start, length);
    const block = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), orientationBlock(orientation)]);
    if (orientation !== 1) plan.add(segmentOf(marker, block));
  } else if (marker === 0xe2 && startsWithText(head, 'ICC_PROFILE\0')) {
    plan.keep(start - 4, start + length);
  } else if (marker === 0xee && startsWithText(head, 'Adobe') && length >= 12) {
    // How the colours are coded (ITU-T T.872, 6.5.3).
    plan.add(segmentOf(marker, head.subarray(0, 12)));
  }
}

function segmentOf(marker: number, data: Uint8Array): Uint8Array {
  const segment = Buffer.alloc(data.length + 4);
  segment.writeUInt16BE(0xff00 + marker, 0);
  segment.writeUInt16BE(data.length + 2, 2);
  segment.set(data, 4);
  return segment;
}

/** Where the marker behind a scan's pixels stands: a 0xff that is neither stuffed, nor a restart (T.81, B.1.1.5). */
async function endOfScan(source: ByteSource, sos: number): Promise<number> {
  const length = await source.read(sos + 2, 2);
  let position = sos + 2 + (length[0] ?? 0) * 256 + (length[1] ?? 0);
  for (;;) {
    const bytes = await source.read(position, Math.min(PIECE, Math.max(0, source.size - position)));
    if (bytes.length < 2) throw unstrippable();
    let at = bytes.indexOf(0xff);
    for (; at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
      const next = bytes[at + 1] ?? 0;
      if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return position + at;
    }
    // A 0xff that is the last byte of a piece is looked at again, with what follows it.
    position += at < 0 ? bytes.length : at;
  }
}
