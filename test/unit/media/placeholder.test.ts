import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA, thumbHashToRGBA } from 'thumbhash';
import { describe, expect, it } from 'vitest';
import { thumbHashOf } from '../../../src/media/placeholder.ts';

/** Pixels of one size from a function of their place. */
function pixels(
  width: number,
  height: number,
  channels: 3 | 4,
  at: (x: number, y: number) => readonly number[],
) {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(at(x, y), (y * width + x) * channels);
  }
  return { data, width, height, channels };
}

const decoded = (hash: string) => Buffer.from(hash, 'base64');

describe('thumbHashOf', () => {
  it('keeps the average colour', () => {
    const hash = thumbHashOf(pixels(320, 213, 3, () => [200, 100, 50]));
    const { r, g, b, a } = thumbHashToAverageRGBA(decoded(hash));
    expect(r * 255).toBeCloseTo(200, -1.3);
    expect(g * 255).toBeCloseTo(100, -1.3);
    expect(b * 255).toBeCloseTo(50, -1.3);
    expect(a).toBe(1);
  });

  it.each([
    [320, 160],
    [160, 320],
    [100, 100],
  ])('keeps the shape of %i × %i', (width, height) => {
    const ratio = thumbHashToApproximateAspectRatio(
      decoded(thumbHashOf(pixels(width, height, 3, (x) => [x % 256, 0, 0]))),
    );
    expect(ratio).toBeCloseTo(width / height, 0);
  });

  it('keeps what is where', () => {
    const hash = thumbHashOf(pixels(320, 320, 3, (x) => (x < 160 ? [255, 255, 255] : [0, 0, 0])));
    const shown = thumbHashToRGBA(decoded(hash));
    const row = Math.floor(shown.h / 2) * shown.w * 4;
    expect(shown.rgba[row]).toBeGreaterThan(200);
    expect(shown.rgba[row + (shown.w - 1) * 4]).toBeLessThan(55);
  });

  it('weighs colour by alpha: what is not seen does not tint', () => {
    const hash = thumbHashOf(pixels(64, 64, 4, (x) => (x % 2 === 0 ? [255, 0, 0, 255] : [0, 255, 0, 0])));
    const { r, g, a } = thumbHashToAverageRGBA(decoded(hash));
    expect(r).toBeGreaterThan(0.9);
    expect(g).toBeLessThan(0.1);
    expect(a).toBeCloseTo(0.5, 1);
  });

  it.each([
    [1, 1],
    [1, 320],
    [320, 1],
    [33, 31],
  ])('hashes %i × %i', (width, height) => {
    expect(decoded(thumbHashOf(pixels(width, height, 3, () => [9, 9, 9]))).length).toBeGreaterThanOrEqual(5);
    expect(decoded(thumbHashOf(pixels(width, height, 4, () => [9, 9, 9, 0]))).length).toBeGreaterThanOrEqual(
      5,
    );
  });
});
