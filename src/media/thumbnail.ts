import sharp from 'sharp';
import type { ThumbExt } from '../domain/format.ts';
import type { Thumbnail } from './decoder.ts';

/** Eight-bit sRGB, row by row: three channels, or four with straight (not premultiplied) alpha. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

export interface ThumbnailEncoder {
  readonly ext: ThumbExt;
  encode(pixels: Pixels): Promise<Uint8Array>;
}

/** WebP, and JPEG where WebP cannot be had. `docs/decisions/0003-one-decode.md` has the figures behind effort 2. */
export const THUMBNAIL_ENCODERS: readonly ThumbnailEncoder[] = [
  {
    ext: 'webp',
    encode: (pixels) => fromPixels(pixels).webp({ quality: 80, effort: 2 }).toBuffer(),
  },
  {
    ext: 'jpg',
    encode: (pixels) => fromPixels(pixels).flatten({ background: '#fff' }).jpeg({ quality: 80 }).toBuffer(),
  },
];

/**
 * Encodes with the first encoder that can. It sees pixels only, so nothing of the original's metadata can reach it.
 * @returns null when none can: the picture is good all the same
 */
export async function encodeThumbnail(
  pixels: Pixels,
  encoders: readonly ThumbnailEncoder[],
): Promise<Thumbnail | null> {
  for (const encoder of encoders) {
    try {
      return { ext: encoder.ext, bytes: await encoder.encode(pixels) };
    } catch {
      // The next one may do; a missing thumbnail is repaired later, a refused upload is lost.
    }
  }
  return null;
}

function fromPixels({ data, width, height, channels }: Pixels) {
  return sharp(data, { raw: { width, height, channels } });
}
