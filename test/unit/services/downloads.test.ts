import { expect, it } from 'vitest';
import { createMemoryBlobStore } from '../../../src/blobs/memory-blob-store.ts';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { createDownloads } from '../../../src/services/downloads.ts';
import { idOf } from '../../support/ids.ts';
import { sampleRecord } from '../../support/records.ts';
import { ANNA, countingRandom, NOON } from '../../support/services.ts';

const CONTENT = Buffer.from('an original of the earlier system');

/** Three pictures of the earlier system, which kept no checksum of the kind that an archive needs. */
async function rig(keptIds?: number) {
  const catalog = createMemoryCatalog({ now: () => NOON });
  const store = createMemoryBlobStore({ now: () => NOON });
  const opened: string[] = [];
  for (let n = 1; n <= 3; n += 1) {
    const record = sampleRecord({ owner: ANNA, id: idOf(n), bytes: CONTENT.length, crc32: null });
    const { entry } = await catalog.commit(ANNA, { op: 'put', record });
    const writer = await store.stage(`users/anna/${entry.day}/${idOf(n)}.png`);
    await writer.write(CONTENT);
    const staged = await writer.finish();
    await store.publish([staged]);
    await store.release([staged]);
  }
  const downloads = createDownloads({
    catalog,
    blobs: {
      ...store,
      async open(key) {
        opened.push(key);
        return store.open(key);
      },
    },
    now: () => NOON,
    random: countingRandom(),
    ...(keptIds === undefined ? {} : { keptIds }),
  });
  return { downloads, opened };
}

const request = (...numbers: number[]) =>
  ({ owner: ANNA, kind: 'generated', ids: numbers.map(idOf) }) as const;

it('reads a picture without a checksum once for it, however often the archive is asked for', async () => {
  const { downloads, opened } = await rig();
  const first = await downloads.zip(request(1, 2));
  expect(opened).toHaveLength(2);
  const second = await downloads.zip(request(1, 2, 3));
  expect(opened).toHaveLength(3);
  expect(second.etag).not.toBe(first.etag);
  expect((await downloads.zip(request(1, 2))).etag).toBe(first.etag);
  expect(opened).toHaveLength(3);
});

it('keeps requests up to so many pictures, each of them once, and forgets the oldest', async () => {
  const { downloads } = await rig(4);
  const first = await downloads.keep(request(1, 1, 1, 1, 1, 1, 1));
  expect(downloads.find(ANNA, first.token)?.ids).toEqual([idOf(1)]);
  const second = await downloads.keep(request(1, 2, 3));
  expect(downloads.find(ANNA, first.token)).toBeDefined();
  const third = await downloads.keep(request(2));
  expect(downloads.find(ANNA, second.token)).toBeUndefined();
  expect(downloads.find(ANNA, first.token)).toBeDefined();
  expect(downloads.find(ANNA, third.token)).toBeDefined();
});

it('reads no further for somebody who has left', async () => {
  const { downloads, opened } = await rig();
  const gone = new AbortController();
  const asked = downloads.zip(request(1, 2, 3), gone.signal);
  gone.abort();
  await expect(asked).rejects.toMatchObject({ code: 'aborted' });
  await expect(downloads.keep(request(1), gone.signal)).rejects.toMatchObject({ code: 'aborted' });
  expect(opened.length).toBeLessThanOrEqual(1);
});
