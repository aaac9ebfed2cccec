import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { skipNote, thirdPartyPictures } from '../support/tools.ts';

const decoder = createInlineDecoder({ maxPixels: 50_000_000, maxFrames: 60, thumbSize: 320 });
const pictures = thirdPartyPictures();
const ours = pictures.filter((path) => /\.(png|jpe?g|webp)$/i.test(path) && !path.includes('truncated'));
const foreign = pictures.filter((path) => /\.(gif|tiff?|bmp)$/i.test(path));
const title = (text: string) => (pictures.length > 0 ? text : skipNote('third-party pictures'));

describe('pictures that we did not make (I7)', () => {
  it.skipIf(ours.length === 0)(title('every PNG, JPEG and WebP is accepted, with a thumbnail'), async () => {
    for (const path of ours) {
      const decoded = await decoder.decode({ path });
      const truth = await sharp(path).metadata();
      expect(decoded, path).toMatchObject({ mime: mimeOf(path), ...truth.autoOrient });
      const thumbnail = await sharp(decoded.thumbnail?.bytes).metadata();
      const longest = Math.min(320, Math.max(decoded.width, decoded.height));
      expect(Math.max(thumbnail.width, thumbnail.height), path).toBe(longest);
      expect(await sniffMime(await readFile(path)), path).toBe(decoded.mime);
    }
    expect(ours.length).toBeGreaterThan(20);
  });

  it.skipIf(foreign.length === 0)(title('every GIF, TIFF and BMP is refused as a type'), async () => {
    for (const path of foreign) {
      await expect(decoder.decode({ path }), path).rejects.toMatchObject({ code: 'unsupported_type' });
    }
  });

  const oriented = pictures.filter((path) => /^orientation_[1-8]\.jpg$/.test(basename(path)));
  it.skipIf(oriented.length === 0)(
    title('I6: the eight orientations of one picture look the same'),
    async () => {
      expect(oriented).toHaveLength(8);
      const shown = await Promise.all(oriented.map((path) => decoder.decode({ path })));
      const raw = await Promise.all(
        shown.map(({ thumbnail }) => sharp(thumbnail?.bytes).greyscale().raw().toBuffer()),
      );
      for (const other of raw) expect(meanDifference(raw[0], other)).toBeLessThan(4);
    },
  );

  const cut = pictures.filter((path) => basename(path).startsWith('truncated'));
  it.skipIf(cut.length === 0)(title('a truncated one is refused'), async () => {
    for (const path of cut) {
      await expect(decoder.decode({ path })).rejects.toMatchObject({ code: 'undecodable_image' });
    }
  });
});

function mimeOf(path: string): string {
  const ext = extname(path).slice(1).toLowerCase();
  return `image/${ext === 'jpg' ? 'jpeg' : ext}`;
}

function meanDifference(one: Buffer | undefined, other: Buffer): number {
  if (one === undefined || one.length !== other.length) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (const [at, value] of one.entries()) sum += Math.abs(value - (other[at] ?? 0));
  return sum / one.length;
}
