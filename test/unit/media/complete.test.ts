import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeness, type ReadAt } from '../../../src/media/complete.ts';
import {
  jpegPicture,
  losslessWebp,
  pngPicture,
  progressiveJpeg,
  webpPicture,
} from '../../support/pictures.ts';

function readerOf(bytes: Uint8Array): { read: ReadAt; total: () => number } {
  let total = 0;
  return {
    total: () => total,
    async read(position, length) {
      const part = bytes.subarray(position, position + length);
      total += part.length;
      return part;
    },
  };
}

async function stateOf(bytes: Uint8Array): Promise<string | undefined> {
  return (await completeness(readerOf(bytes).read, bytes.length))?.state;
}

/** A JPEG whose EXIF preview is a whole JPEG of its own, as cameras write them. */
async function jpegWithPreview(): Promise<Buffer> {
  const picture = await jpegPicture({ width: 200, height: 150 });
  const preview = await jpegPicture({ width: 32, height: 24, seed: 2 });
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(preview.length + 2, 2);
  return Buffer.concat([picture.subarray(0, 2), head, preview, picture.subarray(2)]);
}

const pictures = {
  png: () => pngPicture({ width: 160, height: 120 }),
  jpeg: () => jpegPicture({ width: 160, height: 120 }),
  'progressive jpeg': () => progressiveJpeg({ width: 160, height: 120 }),
  'jpeg with an EXIF preview': jpegWithPreview,
  webp: () => webpPicture({ width: 160, height: 120 }),
  'lossless webp': () => losslessWebp({ width: 60, height: 40 }),
};

describe.each(Object.entries(pictures))('end marker of %s', (_name, make) => {
  it('is found in a whole file', async () => {
    expect(await stateOf(await make())).toBe('complete');
  });

  it('is found when another program appended its own data', async () => {
    const garbage = Buffer.alloc(5_000, 0x41);
    expect(await stateOf(Buffer.concat([await make(), garbage]))).toBe('complete');
  });

  it('is found in front of a film that a telephone appended', async () => {
    const film = Buffer.alloc(300_000, 0x41);
    expect(await stateOf(Buffer.concat([await make(), film]))).toBe('complete');
  });

  it('is missing in every proper beginning of the file', async () => {
    const whole = await make();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 12, max: whole.length - 1 }), async (length) => {
        // WebP pads to even: without that last byte nothing is missing.
        fc.pre(length < whole.length - 2);
        expect(await stateOf(whole.subarray(0, length))).toBe('partial');
      }),
      { numRuns: 300 },
    );
  });

  it('is missing while the space is there and the bytes are not', async () => {
    const whole = Buffer.from(await make());
    whole.fill(0, 40);
    const state = await stateOf(whole);
    // A RIFF header says the size and nothing else: the decode that follows finds the hole.
    expect(state).toBe(_name.includes('webp') ? 'complete' : 'partial');
  });
});

describe('end markers', () => {
  it('are not sought in formats without one', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('GIF89a0123456789'),
      Buffer.alloc(64),
      Buffer.from('{}'),
    ]) {
      expect(await completeness(readerOf(bytes).read, bytes.length)).toBeUndefined();
    }
  });

  it('are told by the bytes, not by a name', async () => {
    const bytes = await pngPicture();
    expect(await completeness(readerOf(bytes).read, bytes.length)).toEqual({
      mime: 'image/png',
      state: 'complete',
    });
  });

  it('cost a bounded read, however long the file and whatever is in it', async () => {
    const png = await pngPicture({ width: 400, height: 300 });
    const long = Buffer.concat([png.subarray(0, png.length - 12), Buffer.alloc(3_000_000, 0xff)]);
    const reader = readerOf(long);
    await completeness(reader.read, long.length);
    expect(reader.total()).toBeLessThan(200_000);
  });

  it('are found where two reads of a long search meet, and missing where they are nowhere', async () => {
    const scan = Buffer.from('ffd8ffda0002', 'hex');
    for (const length of [65_535, 65_536, 131_071]) {
      const long = Buffer.concat([
        scan,
        Buffer.alloc(length),
        Buffer.from('ffd9', 'hex'),
        Buffer.alloc(200_000),
      ]);
      expect(await stateOf(long)).toBe('complete');
      expect(await stateOf(Buffer.concat([scan, Buffer.alloc(length + 200_000)]))).toBe('partial');
    }
  });

  it('are sought without a failure in any bytes whatever', async () => {
    const heads = [Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('ffd8ff', 'hex'), Buffer.from('RIFF')];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 300 }), async (head, rest) => {
        const bytes = Buffer.concat([head, rest]);
        const found = await completeness(readerOf(bytes).read, bytes.length);
        expect([undefined, 'partial', 'complete']).toContain(found?.state);
      }),
    );
  });
});
