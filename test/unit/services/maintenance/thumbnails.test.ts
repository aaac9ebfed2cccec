import { expect, it } from 'vitest';
import { thumbKey } from '../../../../src/domain/key.ts';
import { silentLog } from '../../../../src/domain/log.ts';
import { sniffMime } from '../../../../src/media/signature.ts';
import { createThumbnails } from '../../../../src/services/maintenance/thumbnails.ts';
import { pngPicture } from '../../../support/pictures.ts';
import { ANNA, BERT, testServices } from '../../../support/services.ts';

it('goes on where the run before stopped, behind what cannot be mended', async () => {
  const { catalog, blobs, decoder, add } = testServices();
  const thumbnails = createThumbnails({ catalog, blobs, decoder, log: silentLog, sniff: sniffMime });
  const { signal } = new AbortController();
  for (let seed = 0; seed < 6; seed += 1) {
    const bytes = await pngPicture({ width: 8, height: 8, seed });
    const { entry } = await add(bytes, { owner: seed < 4 ? ANNA : BERT });
    await blobs.remove(thumbKey(entry, 'webp'));
  }
  const { decode } = decoder;
  decoder.decode = async () => Promise.reject(new Error('hopeless'));
  const first = await thumbnails.run({ signal, most: 4 });
  expect(first).toMatchObject({ pictures: 4, made: 0 });
  decoder.decode = decode;
  const { next } = first;
  if (next === undefined) throw new Error('it came to the end');
  const second = await thumbnails.run({ signal, most: 4, from: next });
  expect(second).toEqual({ pictures: 2, wanted: 2, made: 2, hopeless: 0, failed: 0 });
  expect(await thumbnails.run({ signal })).toMatchObject({ pictures: 6, wanted: 4, made: 4 });
});
