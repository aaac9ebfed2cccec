import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { pngPicture } from '../../test/support/pictures.ts';

/** One real picture with all that a record says about its bytes. */
export interface SeedPicture {
  readonly png: Buffer;
  readonly webp: Buffer;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly crc32: string;
  readonly thumbCrc32: string;
  readonly thumbhash: string;
}

const SHAPES = [
  [256, 256],
  [288, 192],
  [192, 288],
  [320, 180],
] as const;

const THUMB_SIZE = 320;
const HASH_SIZE = 100;

/** `count` different pictures in the usual shapes; the same `seed` gives the same bytes. */
export async function makePictures(count: number, seed: number): Promise<SeedPicture[]> {
  const pictures: SeedPicture[] = [];
  for (let index = 0; index < count; index += 1) {
    const [width, height] = SHAPES[index % SHAPES.length] ?? SHAPES[0];
    pictures.push(await describe(await pngPicture({ width, height, seed: seed + index }), width, height));
  }
  return pictures;
}

async function describe(png: Buffer, width: number, height: number): Promise<SeedPicture> {
  const inside = { fit: 'inside', withoutEnlargement: true } as const;
  const webp = await sharp(png).resize(THUMB_SIZE, THUMB_SIZE, inside).webp({ effort: 2 }).toBuffer();
  const small = sharp(png).resize(HASH_SIZE, HASH_SIZE, inside).ensureAlpha().raw();
  const { data, info } = await small.toBuffer({ resolveWithObject: true });
  return {
    png,
    webp,
    width,
    height,
    sha256: createHash('sha256').update(png).digest('hex'),
    crc32: checksum(png),
    thumbCrc32: checksum(webp),
    thumbhash: Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64'),
  };
}

function checksum(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
