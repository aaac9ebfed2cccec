import { KirokuError } from '../domain/errors.ts';
import type { DecodeLimits } from './decoder.ts';

/** What a header says of a picture. Pixels, and how many pictures of that size. */
export interface Extent {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}

/**
 * Holds a header against the limits, before any pixel is unpacked. Every limit is inclusive.
 * @throws KirokuError `image_too_large`, with the limit that was passed in `details`
 */
export function checkExtent(extent: Extent, limits: DecodeLimits): void {
  const pixels = extent.width * extent.height;
  if (pixels > limits.maxPixels) throw tooManyPixels(limits);
  if (extent.frames > limits.maxFrames) {
    throw new KirokuError('image_too_large', `The picture has more than ${limits.maxFrames} frames.`, {
      details: { maxFrames: limits.maxFrames },
    });
  }
  if (pixels * extent.frames > limits.maxPixels) throw tooManyPixels(limits);
}

/** The refusal that names the limit on pixels. */
export function tooManyPixels(limits: DecodeLimits, cause?: unknown): KirokuError {
  return new KirokuError('image_too_large', `The picture has more than ${limits.maxPixels} pixels.`, {
    cause,
    details: { maxPixels: limits.maxPixels },
  });
}
