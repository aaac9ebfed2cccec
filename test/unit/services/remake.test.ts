import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/catalog/catalog.ts';
import { originalKey, thumbKey } from '../../../src/domain/key.ts';
import { silentLog } from '../../../src/domain/log.ts';
import { remakeThumbnail } from '../../../src/services/remake.ts';
import { pngPicture } from '../../support/pictures.ts';
import { ANNA, BERT, testServices } from '../../support/services.ts';

/** A picture without its thumbnail, which is made again while something else goes on. */
async function rig() {
  const services = testServices();
  const { blobs, catalog, decoder, ownership } = services;
  const { entry } = await services.add(await pngPicture({ width: 8, height: 8, seed: 1 }));
  const key = thumbKey(entry, 'webp');
  await blobs.remove(key);
  /** What lands between the decode and the moment in which the thumbnail gets its name. */
  const remake = (meanwhile: () => Promise<void>) =>
    remakeThumbnail(
      {
        blobs: {
          ...blobs,
          async write(name, bytes) {
            await meanwhile();
            await blobs.write(name, bytes);
          },
        },
        catalog,
        decoder,
        log: silentLog,
      },
      entry,
    );
  const isThere = async () => (await blobs.stat(key)) !== undefined;
  const mark = async () => {
    const change = (current: ReturnType<Entry['record']>) => ({
      ...current,
      status: 'trash' as const,
      trashed_at: current.updated_at,
      purging: current.updated_at,
    });
    await catalog.commit(ANNA, { op: 'edit', kind: 'generated', id: entry.id, change });
    await blobs.remove(key);
    await blobs.remove(originalKey(entry, entry.ext));
  };
  return { blobs, catalog, decoder, ownership, entry, remake, isThere, mark };
}

describe('a thumbnail that is made again', () => {
  it('is kept', async () => {
    const { remake, isThere } = await rig();
    expect(await remake(async () => {})).toMatchObject({ thumbnail: { ext: 'webp' } });
    expect(await isThere()).toBe(true);
  });

  it('is no failure where the original goes because its picture does (found by the fuzzer)', async () => {
    const { blobs, catalog, entry, decoder, mark } = await rig();
    const told: unknown[] = [];
    const log = { ...silentLog, error: (...said: unknown[]) => told.push(said) };
    const stat: typeof blobs.stat = async (key) => {
      await mark();
      return blobs.stat(key);
    };
    const open: typeof blobs.open = async (key) => {
      await mark();
      return blobs.open(key);
    };
    const remade = await remakeThumbnail({ blobs: { ...blobs, stat, open }, catalog, decoder, log }, entry);
    expect([remade, told]).toEqual([undefined, []]);
  });

  it('does not outlive a picture whose purge has begun meanwhile', async () => {
    const { remake, isThere, mark } = await rig();
    expect(await remake(mark)).toBeUndefined();
    expect(await isThere()).toBe(false);
  });

  it('does not outlive a picture that was purged meanwhile', async () => {
    const { catalog, remake, isThere, mark, entry } = await rig();
    const purged = async () => {
      await mark();
      await catalog.commit(ANNA, { op: 'purge', kind: 'generated', id: entry.id });
    };
    expect(await remake(purged)).toBeUndefined();
    expect(await isThere()).toBe(false);
  });

  it('does not stay under the name of an owner who was moved meanwhile', async () => {
    const { ownership, remake, isThere } = await rig();
    const moved = async () => {
      await ownership.transfer(ANNA, BERT, new AbortController().signal);
    };
    expect(await remake(moved)).toBeUndefined();
    expect(await isThere()).toBe(false);
  });
});
