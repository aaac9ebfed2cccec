import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createInlineDecoder } from '../../../src/media/inline-decoder.ts';
import * as pictures from '../../support/pictures.ts';

const limits = { maxPixels: 4_000_000, maxFrames: 20, thumbSize: 320 };
const decoder = createInlineDecoder(limits);
const decode = (bytes: Uint8Array) => decoder.decode({ bytes });
const refusal = (code: string) => expect.objectContaining({ name: 'KirokuError', code });

describe('decode: what is accepted', () => {
  it.each([
    ['PNG', 'image/png', pictures.pngPicture],
    ['JPEG', 'image/jpeg', pictures.jpegPicture],
    ['WebP', 'image/webp', pictures.webpPicture],
    ['lossless WebP', 'image/webp', pictures.losslessWebp],
    ['interlaced PNG', 'image/png', pictures.interlacedPng],
    ['progressive JPEG', 'image/jpeg', pictures.progressiveJpeg],
    ['16-bit PNG', 'image/png', pictures.sixteenBitPng],
    ['palette PNG', 'image/png', pictures.palettePng],
    ['grey PNG', 'image/png', pictures.greyPng],
    ['grey PNG with alpha', 'image/png', pictures.greyAlphaPng],
    ['CMYK JPEG', 'image/jpeg', pictures.cmykJpeg],
    ['wide-gamut PNG', 'image/png', pictures.wideGamutPng],
    ['JPEG with a gain map', 'image/jpeg', pictures.gainMapJpeg],
    ['PNG with EXIF that loops', 'image/png', pictures.exifLoopPng],
    ['JPEG with EXIF that loops', 'image/jpeg', pictures.exifLoopJpeg],
    ['PNG that is HTML too', 'image/png', pictures.pngHtmlPolyglot],
    ['JPEG that is a ZIP too', 'image/jpeg', pictures.jpegZipPolyglot],
  ])('I7, I5, I3: %s', async (_name, mime, make) => {
    const decoded = await decode(await make({ width: 640, height: 360 }));
    expect(decoded).toMatchObject({ mime, frames: 1, thumbnail: { ext: 'webp' } });
    const thumbnail = await sharp(decoded.thumbnail?.bytes).metadata();
    expect(thumbnail).toMatchObject({ format: 'webp', space: 'srgb', depth: 'uchar' });
    const longest = Math.min(320, Math.max(decoded.width, decoded.height));
    expect(Math.max(thumbnail.width, thumbnail.height)).toBe(longest);
    expect(decoded.thumbhash).toMatch(/^[A-Za-z0-9+/]{7,}=*$/);
  });

  it.each(['across', 'down'] as const)('I7: one pixel %s', async (direction) => {
    const decoded = await decode(await pictures.stripPng(5000, direction));
    const thumbnail = await sharp(decoded.thumbnail?.bytes).metadata();
    const [width, height] = direction === 'across' ? [320, 1] : [1, 320];
    expect(thumbnail).toMatchObject({ width, height });
  });

  it('gives the size of the picture, and never enlarges', async () => {
    const decoded = await decode(await pictures.pngPicture({ width: 31, height: 17 }));
    expect(decoded).toMatchObject({ width: 31, height: 17 });
    expect(await sharp(decoded.thumbnail?.bytes).metadata()).toMatchObject({ width: 31, height: 17 });
  });

  it.each([
    ['animated WebP', 'image/webp', pictures.animatedWebp],
    ['animated PNG', 'image/png', pictures.animatedPng],
  ])('I2: %s: counts every frame, shows the first', async (_name, mime, make) => {
    const decoded = await decode(await make({ frames: 20, width: 40, height: 30 }));
    expect(decoded).toMatchObject({ mime, width: 40, height: 30, frames: 20 });
    expect(await sharp(decoded.thumbnail?.bytes).metadata()).toMatchObject({ width: 40, height: 30 });
  });

  it('shows wide-gamut colours as sRGB, without the profile', async () => {
    const p3 = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#f00' } })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const { thumbnail } = await decode(p3);
    expect((await sharp(thumbnail?.bytes).metadata()).icc).toBeUndefined();
    const [red = 0, green = 255, blue = 255] = await sharp(thumbnail?.bytes).raw().toBuffer();
    expect([red > 240, green < 30, blue < 30]).toEqual([true, true, true]);
  });

  it('keeps transparency', async () => {
    const { thumbnail } = await decode(await pictures.greyAlphaPng());
    const { channels } = await sharp(thumbnail?.bytes).stats();
    expect(channels[3]?.mean).toBeCloseTo(128, -1);
  });
});

describe('decode: upright and without a trace of its place (I6)', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i', async (orientation) => {
    const original = await pictures.orientedJpeg(orientation);
    const decoded = await decode(original);
    expect(decoded).toMatchObject({ width: 80, height: 48 });
    const thumbnail = Buffer.from(decoded.thumbnail?.bytes ?? []);
    const metadata = await sharp(thumbnail).metadata();
    expect(metadata).toMatchObject({ width: 80, height: 48 });
    expect([metadata.exif, metadata.orientation, metadata.xmp]).toEqual([undefined, undefined, undefined]);
    expect(original.includes('somebody')).toBe(true);
    expect(thumbnail.includes('Exif') || thumbnail.includes('somebody')).toBe(false);
    const shown = await sharp(thumbnail).removeAlpha().raw().toBuffer();
    const bright = (x: number, y: number) =>
      [0, 1, 2].map((band) => (shown[(y * 80 + x) * 3 + band] ?? 0) > 128);
    expect(bright(10, 10)).toEqual([true, false, false]);
    expect(bright(70, 10)).toEqual([false, true, false]);
    expect(bright(10, 40)).toEqual([false, false, true]);
    expect(bright(70, 40)).toEqual([true, true, true]);
  });
});

describe('decode: limits (I1, I2)', () => {
  const small = { maxPixels: 1200, maxFrames: 4, thumbSize: 320 };
  const { decode: decodeSmall } = createInlineDecoder(small);

  it.each([
    ['PNG', pictures.pngPicture],
    ['interlaced PNG', pictures.interlacedPng],
    ['progressive JPEG', pictures.progressiveJpeg],
    ['WebP', pictures.webpPicture],
  ])('%s: at the limit passes, one over is refused', async (_name, make) => {
    expect(await decodeSmall({ bytes: await make({ width: 40, height: 30 }) })).toMatchObject({ width: 40 });
    await expect(decodeSmall({ bytes: await make({ width: 1201, height: 1 }) })).rejects.toEqual(
      refusal('image_too_large'),
    );
  });

  it.each([
    ['animated WebP', pictures.animatedWebp],
    ['animated PNG', pictures.animatedPng],
  ])('%s: frames, and the pixels of all frames', async (_name, make) => {
    expect(await decodeSmall({ bytes: await make({ frames: 4, width: 20, height: 15 }) })).toMatchObject({
      frames: 4,
    });
    await expect(
      decodeSmall({ bytes: await make({ frames: 5, width: 2, height: 2 }) }),
    ).rejects.toMatchObject({
      code: 'image_too_large',
      details: { maxFrames: 4 },
    });
    await expect(
      decodeSmall({ bytes: await make({ frames: 4, width: 43, height: 7 }) }),
    ).rejects.toMatchObject({
      code: 'image_too_large',
      details: { maxPixels: 1200 },
    });
  });

  it('believes the header, and looks no further, when the header alone is too much', async () => {
    // No pixel of these exists: had the decode begun, they would be undecodable instead.
    for (const bytes of [
      pictures.lyingPng({ width: 30_000, height: 30_000 }, { width: 1, height: 1 }),
      await pictures.lyingJpeg({ width: 60_000, height: 60_000 }),
      await pictures.lyingAnimatedPng(1_000_000),
      await pictures.animatedWebp({ frames: 10_000, width: 1, height: 1 }),
      await pictures.animatedWebp({ frames: 100, width: 300, height: 300 }),
    ]) {
      await expect(decode(bytes)).rejects.toEqual(refusal('image_too_large'));
    }
    await expect(decode(pictures.pixelBombPng(16_384, 16_384))).rejects.toEqual(refusal('image_too_large'));
  });

  it('I2: refuses an animation whose announcement hides behind ten thousand chunks', async () => {
    const chunk = { type: 'prVt', data: Buffer.alloc(0) };
    const hidden = pictures.withChunks(
      await pictures.lyingAnimatedPng(1_000_000),
      Array<typeof chunk>(10_001).fill(chunk),
    );
    await expect(decode(hidden)).rejects.toEqual(refusal('image_too_large'));
  });

  it('refuses a header that promises more than is there', async () => {
    const more = pictures.lyingPng({ width: 1000, height: 1000 }, { width: 1000, height: 999 });
    await expect(decode(more)).rejects.toEqual(refusal('undecodable_image'));
    await expect(decode(await pictures.lyingJpeg({ width: 1000, height: 1000 }))).rejects.toEqual(
      refusal('undecodable_image'),
    );
  });
});

describe('decode: what is refused', () => {
  it.each(['gif', 'tiff', 'avif', 'heic', 'svg', 'svgWithProlog', 'pdf', 'bmp', 'html', 'zip', 'mp4'])(
    'I4: %s is not on the list, whatever libvips could do with it',
    async (name) => {
      const bytes = (await pictures.foreignFiles())[name];
      if (bytes === undefined) throw new RangeError(name);
      await expect(decode(bytes)).rejects.toEqual(refusal('unsupported_type'));
    },
  );

  it('I4: nor are the rest of the foreign files', async () => {
    for (const [name, bytes] of Object.entries(await pictures.foreignFiles())) {
      await expect(decode(bytes), name).rejects.toEqual(refusal('unsupported_type'));
    }
    await expect(decode(new Uint8Array(0))).rejects.toEqual(refusal('unsupported_type'));
  });

  it.each([
    ['PNG', pictures.pngPicture],
    ['interlaced PNG', pictures.interlacedPng],
    ['animated PNG', pictures.animatedPng],
    ['JPEG', pictures.jpegPicture],
    ['progressive JPEG', pictures.progressiveJpeg],
    ['WebP', pictures.webpPicture],
    ['lossless WebP', pictures.losslessWebp],
    ['animated WebP', pictures.animatedWebp],
  ])('%s: cut anywhere, down to its last byte', async (_name, make) => {
    // Larger than its thumbnail, so that the last row counts only if every row is read.
    const whole = await make({ width: 641, height: 479 });
    const cuts = [1, 2, 3, 5, 11, 12, 13, 20, 40, 100, 1000].map((missing) => whole.length - missing);
    const shares = [0.99, 0.75, 0.5, 0.25, 0.1].map((share) => Math.floor(whole.length * share));
    for (const length of [...cuts, ...shares].filter((each) => each > 12)) {
      await expect(decode(whole.subarray(0, length)), `${length} of ${whole.length}`).rejects.toEqual(
        refusal('undecodable_image'),
      );
    }
    expect(await decode(whole)).toMatchObject({ width: 641, height: 479 });
  });

  it('PNG: a flipped byte anywhere in its pixels', async () => {
    const png = await pictures.pngPicture({ width: 641, height: 479 });
    const start = png.indexOf('IDAT') + 4;
    for (const share of [0, 0.3, 0.6, 0.9, 1]) {
      const bad = Buffer.from(png);
      const at = start + Math.floor((png.length - 17 - start) * share);
      bad[at] = (bad[at] ?? 0) ^ 0x10;
      await expect(decode(bad), `byte ${at}`).rejects.toEqual(refusal('undecodable_image'));
    }
  });

  it('only a signature', async () => {
    for (const make of [pictures.pngPicture, pictures.jpegPicture, pictures.webpPicture]) {
      await expect(decode((await make()).subarray(0, 16))).rejects.toEqual(refusal('undecodable_image'));
    }
  });
});

describe('decode: the message to the caller', () => {
  it('holds no path', async () => {
    const path = '/nowhere/secret-folder/x.png';
    const error: unknown = await decoder.decode({ path }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'io_error' });
    expect(String(error)).not.toContain('secret-folder');
  });

  it('is an abort when the caller has gone', async () => {
    const bytes = await pictures.pngPicture();
    await expect(decoder.decode({ bytes }, AbortSignal.abort())).rejects.toEqual(refusal('aborted'));
  });
});
