import { describe, expect, it } from 'vitest';
import { checkExtent } from '../../../src/media/limits.ts';

const limits = { maxPixels: 1000, maxFrames: 5, thumbSize: 320 };

describe('checkExtent', () => {
  it.each([
    ['exactly the pixels', { width: 100, height: 10, frames: 1 }],
    ['exactly the frames', { width: 10, height: 10, frames: 5 }],
    ['exactly the pixels of all frames', { width: 20, height: 10, frames: 5 }],
    ['a strip', { width: 1000, height: 1, frames: 1 }],
  ])('passes %s', (_name, extent) => {
    expect(() => checkExtent(extent, limits)).not.toThrow();
  });

  it.each([
    ['one pixel over', { width: 1001, height: 1, frames: 1 }, { maxPixels: 1000 }],
    ['one frame over', { width: 1, height: 1, frames: 6 }, { maxFrames: 5 }],
    ['all frames together one over', { width: 67, height: 3, frames: 5 }, { maxPixels: 1000 }],
    ['numbers past 2^32', { width: 2 ** 31 - 1, height: 2 ** 31 - 1, frames: 1 }, { maxPixels: 1000 }],
  ])('refuses %s, naming the limit', (_name, extent, details) => {
    expect(() => checkExtent(extent, limits)).toThrow(
      expect.objectContaining({ code: 'image_too_large', details }),
    );
  });
});
