import { describe, expect, it } from 'vitest';
import { pngFrames } from '../../../src/media/png-frames.ts';
import { animatedPng, lyingAnimatedPng, pngPicture, withChunks } from '../../support/pictures.ts';

const framesOf = (bytes: Buffer) =>
  pngFrames(async (position, length) => bytes.subarray(position, position + length));

const announcing = (frames: number) => {
  const data = Buffer.alloc(8);
  data.writeUInt32BE(frames, 0);
  return { type: 'acTL', data };
};

describe('pngFrames', () => {
  it('gives 1 for a still picture and the announced number for an animated one', async () => {
    expect(await framesOf(await pngPicture())).toBe(1);
    expect(await framesOf(await animatedPng({ frames: 7 }))).toBe(7);
    expect(await framesOf(await lyingAnimatedPng(0xffff_ffff))).toBe(0xffff_ffff);
  });

  it('finds the announcement behind other chunks', async () => {
    const text = { type: 'tEXt', data: Buffer.from(`Comment\0${'x'.repeat(100_000)}`) };
    const png = withChunks(await pngPicture(), [...Array<typeof text>(50).fill(text), announcing(9)]);
    expect(await framesOf(png)).toBe(9);
  });

  it('takes an announcement behind the pixels for nothing, as the specification does', async () => {
    const png = await pngPicture();
    const late = withChunks(png, [announcing(9)]).subarray(33, 33 + 20);
    expect(await framesOf(Buffer.concat([png.subarray(0, -12), late, png.subarray(-12)]))).toBe(1);
  });

  it('calls zero frames one, and ends on every prefix', async () => {
    expect(await framesOf(await lyingAnimatedPng(0))).toBe(1);
    const png = await animatedPng({ frames: 3 });
    for (let length = 0; length < 120; length += 1) {
      expect([1, 3]).toContain(await framesOf(png.subarray(0, length)));
    }
  });

  it('counts a picture that is all chunks as endless, after a bounded number of them: no limit is got round', async () => {
    const chunk = { type: 'tEXt', data: Buffer.from('a\0b') };
    const png = withChunks(await pngPicture(), [...Array<typeof chunk>(10_001).fill(chunk), announcing(9)]);
    let reads = 0;
    const frames = await pngFrames(async (position, length) => {
      reads += 1;
      return png.subarray(position, position + length);
    });
    expect(frames).toBe(Number.POSITIVE_INFINITY);
    expect(reads).toBe(10_000);
  });
});
