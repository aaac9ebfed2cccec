import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createInlineDecoder } from '../../../src/media/inline-decoder.ts';
import { encodeThumbnail, THUMBNAIL_ENCODERS, type ThumbnailEncoder } from '../../../src/media/thumbnail.ts';
import { greyAlphaPng, pngPicture, truncated } from '../../support/pictures.ts';

const limits = { maxPixels: 4_000_000, maxFrames: 20, thumbSize: 320 };
const failing = (ext: 'webp' | 'jpg'): ThumbnailEncoder => ({
  ext,
  encode: () => Promise.reject(new Error('no encoder')),
});

describe('thumbnail (I8)', () => {
  it('without any encoder a good picture stays good', async () => {
    const decoder = createInlineDecoder(limits, { encoders: [failing('webp'), failing('jpg')] });
    expect(await decoder.decode({ bytes: await pngPicture({ width: 400, height: 300 }) })).toEqual({
      mime: 'image/png',
      width: 400,
      height: 300,
      frames: 1,
      thumbhash: null,
      thumbnail: null,
    });
  });

  it('without any encoder a bad picture stays bad', async () => {
    const decoder = createInlineDecoder(limits, { encoders: [failing('webp')] });
    const bytes = truncated(await pngPicture({ width: 400, height: 300 }), 0.7);
    await expect(decoder.decode({ bytes })).rejects.toMatchObject({ code: 'undecodable_image' });
  });

  it('falls back to JPEG, on white where the picture is transparent', async () => {
    const jpeg = THUMBNAIL_ENCODERS.filter((encoder) => encoder.ext === 'jpg');
    const decoder = createInlineDecoder(limits, { encoders: [failing('webp'), ...jpeg] });
    const { thumbnail, thumbhash } = await decoder.decode({ bytes: await greyAlphaPng() });
    expect(thumbnail?.ext).toBe('jpg');
    expect(thumbhash).not.toBeNull();
    expect(await sharp(thumbnail?.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 48 });
    const clear = { data: new Uint8Array(16 * 16 * 4), width: 16, height: 16, channels: 4 } as const;
    const onWhite = await encodeThumbnail(clear, jpeg);
    expect((await sharp(onWhite?.bytes).stats()).channels[0]?.min).toBeGreaterThan(250);
  });

  it('asks the encoders in order and stops at the first that can', async () => {
    const pixels = { data: new Uint8Array(3), width: 1, height: 1, channels: 3 } as const;
    const one: ThumbnailEncoder = { ext: 'webp', encode: async () => Buffer.from('one') };
    const thumbnail = await encodeThumbnail(pixels, [failing('jpg'), one, failing('jpg')]);
    expect(thumbnail).toEqual({ ext: 'webp', bytes: Buffer.from('one') });
  });
});
