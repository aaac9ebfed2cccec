import { describe, expect, it } from 'vitest';
import { SIGNATURE_BYTES, sniffMime } from '../../../src/media/signature.ts';
import {
  animatedPng,
  animatedWebp,
  foreignFiles,
  jpegPicture,
  jpegZipPolyglot,
  metadataBomb,
  pngHtmlPolyglot,
  pngPicture,
  webpPicture,
} from '../../support/pictures.ts';

describe('sniffMime', () => {
  it('knows the three types, animated or not, with or without something else behind them', async () => {
    expect(await sniffMime(await pngPicture())).toBe('image/png');
    expect(await sniffMime(await animatedPng())).toBe('image/png');
    expect(await sniffMime(await pngHtmlPolyglot())).toBe('image/png');
    expect(await sniffMime(await jpegPicture())).toBe('image/jpeg');
    expect(await sniffMime(await jpegZipPolyglot())).toBe('image/jpeg');
    expect(await sniffMime(await webpPicture())).toBe('image/webp');
    expect(await sniffMime(await animatedWebp())).toBe('image/webp');
  });

  it('needs no more than the head, even when that ends inside a large chunk', async () => {
    const png = await metadataBomb('iCCP', 20_000_000);
    expect(png.length).toBeGreaterThan(SIGNATURE_BYTES);
    expect(await sniffMime(png.subarray(0, SIGNATURE_BYTES))).toBe('image/png');
    expect(await sniffMime((await animatedPng({ width: 256, height: 256 })).subarray(0, 64))).toBe(
      'image/png',
    );
  });

  it('says nothing of every other type', async () => {
    for (const [name, bytes] of Object.entries(await foreignFiles())) {
      expect(await sniffMime(bytes), name).toBeUndefined();
    }
  });
});
