import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { foreignFiles, jpegPicture, pngPicture, webpPicture } from '../support/pictures.ts';

const decoder = createInlineDecoder({ maxPixels: 1_000_000, maxFrames: 4, thumbSize: 64 });
const NAMES = [
  'a.png',
  'a.jpg',
  'a.webp',
  'a.svg',
  'a.html',
  'a.gif',
  'a.png.exe',
  'a',
  'a.png[n=-1]',
  '-a.png',
];
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiroku-types-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('type confusion (U6): only the bytes speak', () => {
  it.each([
    ['image/png', pngPicture],
    ['image/jpeg', jpegPicture],
    ['image/webp', webpPicture],
  ])('%s under every name', async (mime, make) => {
    const bytes = await make();
    for (const name of NAMES) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      expect(await decoder.decode({ path }), name).toMatchObject({ mime, width: 64, height: 48 });
    }
  });

  it('foreign bytes under every name', async () => {
    for (const [type, bytes] of Object.entries(await foreignFiles())) {
      for (const name of NAMES) {
        const path = join(folder, name);
        await writeFile(path, bytes);
        await expect(decoder.decode({ path }), `${type} as ${name}`).rejects.toMatchObject({
          code: 'unsupported_type',
        });
      }
    }
  });
});
