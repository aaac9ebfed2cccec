import { deflateSync } from 'node:zlib';
import { type PngChunk, readPng, writePng } from '../pictures/png-chunks.ts';
import { jpegPicture, pngPicture, webpPicture } from '../pictures.ts';

const NUL = Buffer.alloc(1);

/** Text chunks of a PNG as their writers make them. */
export const chunks = {
  text: (keyword: string, text: string | Uint8Array): PngChunk => ({
    type: 'tEXt',
    data: Buffer.concat([Buffer.from(keyword, 'latin1'), NUL, bytesOf(text)]),
  }),
  packed: (keyword: string, text: string): PngChunk => ({
    type: 'zTXt',
    data: Buffer.concat([Buffer.from(keyword, 'latin1'), NUL, NUL, deflateSync(bytesOf(text))]),
  }),
  international: (keyword: string, text: string, packed = false): PngChunk => {
    const lead = Buffer.from(`${keyword}\0${packed ? '\x01' : '\0'}\0en\0translated\0`, 'latin1');
    const data = Buffer.from(text);
    return { type: 'iTXt', data: Buffer.concat([lead, packed ? deflateSync(data) : data]) };
  },
  own: (keyword: string, text: string): PngChunk => ({
    type: 'comf',
    data: Buffer.concat([Buffer.from(keyword, 'latin1'), NUL, Buffer.from(text)]),
  }),
  exif: (block: Uint8Array): PngChunk => ({ type: 'eXIf', data: block }),
} as const;

/** What Pillow does: `tEXt` when latin-1 holds the text, else `iTXt`. */
export function likePillow(keyword: string, text: string): PngChunk {
  const fits = [...text].every((char) => (char.codePointAt(0) ?? 0) < 256);
  return fits ? chunks.text(keyword, Buffer.from(text, 'latin1')) : chunks.international(keyword, text);
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
}

const small = { width: 16, height: 12 };

/** A small PNG with these chunks in front of its pixels, and others behind them. */
export async function pngWith(before: readonly PngChunk[], after: readonly PngChunk[] = []): Promise<Buffer> {
  const [header, ...rest] = readPng(await pngPicture(small));
  const end = rest.at(-1);
  if (header === undefined || end === undefined) throw new RangeError('not a PNG');
  return writePng([header, ...before, ...rest.slice(0, -1), ...after, end]);
}

/** A PNG with these texts, each in the chunk that Pillow would choose. */
export function pngTexts(texts: { readonly [keyword: string]: string }): Promise<Buffer> {
  return pngWith(Object.entries(texts).map(([keyword, text]) => likePillow(keyword, text)));
}

/** A JPEG segment: marker, length, data. */
export function segment(marker: number, data: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

export function jpegExif(block: Uint8Array): Buffer {
  return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block]));
}

export function jpegXmp(packet: string): Buffer {
  return segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${packet}`));
}

/** A small JPEG with these segments behind its SOI. */
export async function jpegWith(segments: readonly Buffer[], picture?: Buffer): Promise<Buffer> {
  const jpeg = picture ?? (await jpegPicture(small));
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** A chunk of a RIFF container, padded to an even length. */
export function riffChunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length & 1)]);
}

export function riff(parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from('RIFF'), sizeBytes(parts), Buffer.from('WEBP'), ...parts]);
}

function sizeBytes(parts: readonly Uint8Array[]): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(4 + parts.reduce((sum, part) => sum + part.length, 0));
  return size;
}

/** A small WebP in the extended form with these chunks, in front of its pixels or behind them. */
export async function webpWith(before: readonly Buffer[], after: readonly Buffer[] = []): Promise<Buffer> {
  const plain = await webpPicture(small);
  const extended = Buffer.alloc(10);
  extended[0] = 0x0c;
  extended.writeUIntLE(small.width - 1, 4, 3);
  extended.writeUIntLE(small.height - 1, 7, 3);
  return riff([riffChunk('VP8X', extended), ...before, plain.subarray(12), ...after]);
}
