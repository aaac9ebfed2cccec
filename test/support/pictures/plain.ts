import sharp, { type Sharp } from 'sharp';

/** What a generated picture looks like: the same options give the same pixels. */
export interface PictureOptions {
  /** Pixels; 64 × 48 when absent. */
  readonly width?: number;
  readonly height?: number;
  readonly seed?: number;
}

export interface RawPicture {
  readonly data: Buffer;
  readonly info: { readonly width: number; readonly height: number; readonly channels: 3 };
}

/** A fast, seeded generator of numbers in 0…1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Smooth waves with a little grain, as generated pictures are: neither flat nor pure noise. */
export function rawPicture(options: PictureOptions = {}): RawPicture {
  const { width = 64, height = 48, seed = 1 } = options;
  const random = seededRandom(seed);
  const slow = Array.from({ length: 6 }, () => random() * 5 + 2);
  const data = Buffer.alloc(width * height * 3);
  const across = Array.from({ length: width * 3 }, (_, at) =>
    Math.sin(((at / 3 / width) * (slow[at % 3] ?? 1) + (at % 3)) * 2),
  );
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grain = random() * 9;
      for (let band = 0; band < 3; band++, at++) {
        const down = Math.cos((y / height) * (slow[band + 3] ?? 1) * 2 + band);
        data[at] = 128 + (across[x * 3 + band] ?? 0) * 55 + down * 50 + grain;
      }
    }
  }
  return { data, info: { width, height, channels: 3 } };
}

/** The picture as a sharp pipeline, to be encoded in any way. */
export function pipeline(options: PictureOptions = {}): Sharp {
  const { data, info } = rawPicture(options);
  return sharp(data, { raw: info });
}

/** A plain 8-bit RGB PNG; 1024 × 1024 of it is about 1.2 MB. */
export function pngPicture(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).png({ adaptiveFiltering: true }).toBuffer();
}

/** A baseline JPEG. */
export function jpegPicture(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).jpeg({ quality: 85 }).toBuffer();
}

/** A lossy WebP. */
export function webpPicture(options: PictureOptions = {}): Promise<Buffer> {
  return pipeline(options).webp({ quality: 80, effort: 1 }).toBuffer();
}
