import { asBuffer, startsWithText } from './bytes.ts';

/** One value of an EXIF block, as its bytes stand there. */
export interface ExifValue {
  readonly tag: number;
  /** TIFF field type: 2 is ASCII, 7 undefined. */
  readonly type: number;
  readonly data: Uint8Array;
}

export interface Exif {
  readonly littleEndian: boolean;
  readonly values: readonly ExifValue[];
}

/** Bytes of one item by TIFF field type, 1 to 13 (TIFF 6.0, section 2; 13 is IFD); 129 is UTF-8 (EXIF 3.0). */
const ITEM_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
const UTF8_TYPE = 129;
const MAX_ENTRIES = 512;
const MAX_BLOCK = 64 * 1024 * 1024;
const EXIF_POINTER = 0x8769;
const LONG = 4;

/**
 * Reads the values of the first IFD and of the EXIF IFD it points to (TIFF 6.0, section 2; EXIF 2.32, 4.6). The block
 * may begin with `Exif\0\0` (JPEG; some WebP writers) or with the TIFF header itself. Values are views, never copies;
 * entries that lie are left out. No entry is read twice, however the pointers run.
 * @returns undefined when it is no TIFF
 */
export function parseExif(block: Uint8Array): Exif | undefined {
  const tiff = asBuffer(startsWithText(block, 'Exif\0\0') ? block.subarray(6) : block);
  const littleEndian = startsWithText(tiff, 'II*\0');
  if (tiff.length < 8 || tiff.length > MAX_BLOCK || !(littleEndian || startsWithText(tiff, 'MM\0*'))) {
    return undefined;
  }
  const u16 = (at: number) => (littleEndian ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number) => (littleEndian ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const values: ExifValue[] = [];
  const seen = new Set<number>();
  const queue = [u32(4)];
  for (let offset = queue.shift(); offset !== undefined; offset = queue.shift()) {
    if (seen.has(offset) || offset + 2 > tiff.length) continue;
    seen.add(offset);
    const count = u16(offset);
    for (let entry = 0; entry < count && values.length < MAX_ENTRIES; entry += 1) {
      const at = offset + 2 + entry * 12;
      if (at + 12 > tiff.length) break;
      const [tag, type, items] = [u16(at), u16(at + 2), u32(at + 4)];
      const bytes = items * (type === UTF8_TYPE ? 1 : (ITEM_BYTES[type] ?? 0));
      const from = bytes <= 4 ? at + 8 : u32(at + 8);
      if (bytes === 0 || from + bytes > tiff.length) continue;
      values.push({ tag, type, data: tiff.subarray(from, from + bytes) });
      if (tag === EXIF_POINTER && type === LONG && items === 1 && seen.size === 1) queue.push(u32(at + 8));
    }
  }
  return { littleEndian, values };
}

/** Which side is up: 1 to 8 (EXIF 2.32, tag 0x0112); 1 where nothing is said. */
export function orientationOf({ values, littleEndian }: Exif): number {
  const data = values.find(({ tag, type }) => tag === 0x0112 && type === 3)?.data;
  const [first = 0, second = 0] = data ?? [];
  const given = littleEndian ? first + second * 256 : first * 256 + second;
  return given >= 1 && given <= 8 ? given : 1;
}

/** An EXIF block that says nothing but which side is up, without the `Exif` lead. */
export function orientationBlock(orientation: number): Uint8Array {
  const block = Buffer.alloc(26);
  block.write('MM\0*', 0, 'latin1');
  block.writeUInt32BE(8, 4);
  // One entry: tag, SHORT, one item, its value; then no further IFD.
  block.writeUInt16BE(1, 8);
  block.writeUInt16BE(0x0112, 10);
  block.writeUInt16BE(3, 12);
  block.writeUInt32BE(1, 14);
  block.writeUInt16BE(orientation, 18);
  return block;
}
