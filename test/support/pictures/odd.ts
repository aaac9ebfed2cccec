import sharp from 'sharp';
import { type PictureOptions, pipeline, rawPicture } from './plain.ts';
import { type PngChunk, readPng, writePng } from './png-chunks.ts';

/** Odd but legal: each of these is a good picture. */

export function interlacedPng(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).png({ progressive: true }).toBuffer();
}

export function progressiveJpeg(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).jpeg({ progressive: true }).toBuffer();
}

export function sixteenBitPng(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).toColourspace('rgb16').png().toBuffer();
}

export function palettePng(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).png({ palette: true, colours: 64 }).toBuffer();
}

export function greyPng(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).toColourspace('b-w').png().toBuffer();
}

export function greyAlphaPng(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).ensureAlpha(0.5).toColourspace('b-w').png().toBuffer();
}

export function cmykJpeg(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).toColourspace('cmyk').jpeg().toBuffer();
}

/** With a Display P3 profile. */
export function wideGamutPng(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).withIccProfile('p3').png().toBuffer();
}

/** A JPEG with an HDR gain map behind it (Ultra HDR), as telephones make them. */
export async function gainMapJpeg(options: PictureOptions = {}): Promise<Buffer> {
  const picture = pipeline(options);
  // sharp 0.35 has the call and lacks its type.
  const withGainMap: unknown = Reflect.get(picture, 'withGainMap');
  if (typeof withGainMap !== 'function') throw new TypeError('this sharp makes no gain maps');
  Reflect.apply(withGainMap, picture, []);
  return await picture.jpeg().toBuffer();
}

export function losslessWebp(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).webp({ lossless: true, effort: 0 }).toBuffer();
}

export interface AnimationOptions extends PictureOptions {
  /** 3 when absent. */
  readonly frames?: number;
}

/** An animated PNG (PNG specification, third edition, 11.3.4): the still picture is its first frame. */
export async function animatedPng(options: AnimationOptions = {}): Promise<Buffer> {
  const { frames = 3, width = 64, height = 48 } = options;
  const still = readPng(await pipeline(options).png().toBuffer());
  const pixels = Buffer.concat(still.filter((chunk) => chunk.type === 'IDAT').map((chunk) => chunk.data));
  const header = still.filter((chunk) => chunk.type === 'IHDR');
  let sequence = 0;
  const control = (): PngChunk => {
    const data = Buffer.alloc(26);
    data.writeUInt32BE(sequence++, 0);
    data.writeUInt32BE(width, 4);
    data.writeUInt32BE(height, 8);
    data.writeUInt16BE(1, 20);
    data.writeUInt16BE(10, 22);
    return { type: 'fcTL', data };
  };
  const first = control();
  const later = Array.from({ length: frames - 1 }, (): PngChunk[] => {
    const next = control();
    const number = Buffer.alloc(4);
    number.writeUInt32BE(sequence++, 0);
    return [next, { type: 'fdAT', data: Buffer.concat([number, pixels]) }];
  });
  const animation = Buffer.alloc(8);
  animation.writeUInt32BE(frames, 0);
  return writePng([
    ...header,
    { type: 'acTL', data: animation },
    first,
    { type: 'IDAT', data: pixels },
    ...later.flat(),
    { type: 'IEND', data: Buffer.alloc(0) },
  ]);
}

/** An animated WebP (WebP container specification): `frames` times the same lossless picture. */
export async function animatedWebp(options: AnimationOptions = {}): Promise<Buffer> {
  const { frames = 3, width = 64, height = 48 } = options;
  const still = await losslessWebp(options);
  const at = still.indexOf('VP8L');
  const picture = still.subarray(at, at + 8 + still.readUInt32LE(at + 4) + (still.readUInt32LE(at + 4) % 2));
  const canvas = Buffer.alloc(10);
  canvas[0] = 0b10;
  canvas.writeUIntLE(width - 1, 4, 3);
  canvas.writeUIntLE(height - 1, 7, 3);
  const frame = Buffer.alloc(16);
  frame.writeUIntLE(width - 1, 6, 3);
  frame.writeUIntLE(height - 1, 9, 3);
  frame.writeUIntLE(100, 12, 3);
  const anmf = riff('ANMF', Buffer.concat([frame, picture]));
  const chunks = [riff('VP8X', canvas), riff('ANIM', Buffer.alloc(6)), ...Array<Buffer>(frames).fill(anmf)];
  return riff('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]));
}

function riff(type: string, data: Buffer): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** Where a stored pixel is shown, for each EXIF orientation (Exif 2.32, tag 0x0112). */
const SHOWN: readonly ((x: number, y: number, w: number, h: number) => readonly [number, number])[] = [
  (x, y) => [x, y],
  (x, y, w) => [w - 1 - x, y],
  (x, y, w, h) => [w - 1 - x, h - 1 - y],
  (x, y, _w, h) => [x, h - 1 - y],
  (x, y) => [y, x],
  (x, y, _w, h) => [h - 1 - y, x],
  (x, y, w, h) => [h - 1 - y, w - 1 - x],
  (x, y, w) => [y, w - 1 - x],
];

/**
 * A JPEG that is stored turned and says so in EXIF, and also says where it was taken. Shown upright it is always
 * the same: `width` × `height`, top left red, top right green, bottom left blue, bottom right white.
 * @param orientation 1…8
 */
export function orientedJpeg(orientation: number, width = 80, height = 48): Promise<Buffer> {
  const [w, h] = orientation >= 5 ? [height, width] : [width, height];
  const shown = SHOWN[orientation - 1];
  if (shown === undefined) throw new RangeError(`no orientation ${orientation}`);
  const data = Buffer.alloc(w * h * 3);
  for (let y = 0, at = 0; y < h; y++) {
    for (let x = 0; x < w; x++, at += 3) {
      const [sx, sy] = shown(x, y, w, h);
      const [right, bottom] = [sx >= width / 2, sy >= height / 2];
      data[at] = right === bottom ? 255 : 0;
      data[at + 1] = right ? 255 : 0;
      data[at + 2] = bottom ? 255 : 0;
    }
  }
  return sharp(data, { raw: { width: w, height: h, channels: 3 } })
    .jpeg({ quality: 95 })
    .withMetadata({ orientation })
    .withExifMerge({
      IFD0: { Artist: 'somebody' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '37/1 33/1 59/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '126/1 58/1 40/1',
      },
    })
    .toBuffer();
}

/** One row or one column of pixels. */
export function stripPng(length: number, direction: 'across' | 'down'): Promise<Buffer> {
  const { data } = rawPicture({ width: length, height: 1 });
  const info = direction === 'across' ? { width: length, height: 1 } : { width: 1, height: length };
  return sharp(data, { raw: { ...info, channels: 3 } })
    .png()
    .toBuffer();
}
