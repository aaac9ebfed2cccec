import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { isKirokuError } from '../../src/domain/errors.ts';
import { createProcessDecoder } from '../../src/media/process-decoder.ts';
import * as pictures from '../support/pictures.ts';

const limits = { maxPixels: 1_000_000, maxFrames: 20, thumbSize: 32 };
const decoder = createProcessDecoder({ limits, processes: 1 });
afterAll(() => decoder.close());

const seeds = await Promise.all([
  pictures.pngPicture(),
  pictures.interlacedPng(),
  pictures.palettePng(),
  pictures.animatedPng(),
  pictures.jpegPicture(),
  pictures.progressiveJpeg(),
  pictures.cmykJpeg(),
  pictures.orientedJpeg(6),
  pictures.webpPicture(),
  pictures.losslessWebp(),
  pictures.animatedWebp(),
]);

/** Bytes set to anything at any place, near the head more often than not; then cut or repeated. */
const mutation = fc.record({
  seed: fc.nat(seeds.length - 1),
  writes: fc.array(fc.record({ at: fc.oneof(fc.nat(200), fc.nat(20_000)), value: fc.nat(255) }), {
    minLength: 1,
    maxLength: 8,
  }),
  length: fc.option(fc.nat(20_000)),
  twice: fc.boolean(),
});

describe('mutated pictures (I3, I4)', () => {
  it('are decoded or refused for what they are; no decoder dies of one', async () => {
    await fc.assert(
      fc.asyncProperty(mutation, async ({ seed, writes, length, twice }) => {
        const bytes = Buffer.from(seeds[seed] ?? []);
        for (const { at, value } of writes) bytes[at % bytes.length] = value;
        const cut = bytes.subarray(0, length ?? bytes.length);
        expect(await outcomeOf(twice ? Buffer.concat([cut, cut]) : cut)).toMatch(
          /^(decoded|unsupported_type|undecodable_image|image_too_large)$/,
        );
      }),
      { numRuns: 400 },
    );
    expect(decoder.stats().failures).toBe(0);
  });
});

async function outcomeOf(bytes: Uint8Array): Promise<string> {
  try {
    const { width, height, frames, thumbnail } = await decoder.decode({ bytes });
    expect(width * height * frames).toBeLessThanOrEqual(limits.maxPixels);
    expect(thumbnail).not.toBeNull();
    return 'decoded';
  } catch (error) {
    if (isKirokuError(error)) return error.code;
    throw error;
  }
}
