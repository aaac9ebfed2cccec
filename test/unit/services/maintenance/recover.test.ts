import { beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore, StagedBlob } from '../../../../src/blobs/blob-store.ts';
import { createFsBlobStore } from '../../../../src/blobs/fs-blob-store.ts';
import { createMemoryCatalog } from '../../../../src/catalog/memory-catalog.ts';
import { KirokuError } from '../../../../src/domain/errors.ts';
import { originalKey, thumbKey } from '../../../../src/domain/key.ts';
import { silentLog } from '../../../../src/domain/log.ts';
import { recoverStaged } from '../../../../src/services/maintenance/recover.ts';
import { createFolderSync } from '../../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import { pngPicture } from '../../../support/pictures.ts';
import { ANNA, failureOf, NOON, stagedKeys, testServices } from '../../../support/services.ts';

const png = await pngPicture();

let blobs: BlobStore;
beforeEach(() => {
  const storage = createMemoryStorage({ now: () => NOON });
  blobs = createFsBlobStore({ storage, folders: createFolderSync(storage) });
});

/** A process that dies: from then on no step of the blob store happens. */
function dyingBefore(step: 'rekey' | 'publish' | 'release' | 'commit') {
  const catalog = createMemoryCatalog({ now: () => NOON });
  const dead = { now: false };
  const guarded = <A extends unknown[], R>(name: string, work: (...given: A) => Promise<R>) => {
    return async (...given: A): Promise<R> => {
      if (name === step) dead.now = true;
      if (dead.now) throw new KirokuError('io_error', 'dead');
      return work(...given);
    };
  };
  const dying: BlobStore = {
    ...blobs,
    stage: guarded('stage', blobs.stage),
    rekey: guarded('rekey', blobs.rekey),
    publish: guarded('publish', blobs.publish),
    release: guarded('release', blobs.release),
    retract: guarded('retract', blobs.retract),
  };
  return {
    catalog,
    services: testServices({
      blobs: dying,
      catalog: { ...catalog, commit: guarded('commit', catalog.commit) },
    }),
  };
}

describe('recovery of what was staged', () => {
  it.each(['rekey', 'publish', 'commit'] as const)(
    'undoes an upload that died before its %s',
    async (step) => {
      const { catalog, services } = dyingBefore(step);
      await failureOf(services.add(png));
      expect(await stagedKeys(blobs)).toHaveLength(2);
      const left = await stagedKeys(blobs);
      expect(await recoverStaged({ blobs, catalog, log: silentLog })).toEqual({
        finished: 0,
        undone: 2,
        left: 0,
      });
      expect(await stagedKeys(blobs)).toEqual([]);
      for (const key of left) expect(await blobs.stat(key)).toBeUndefined();
      expect(await recoverStaged({ blobs, catalog, log: silentLog })).toEqual({
        finished: 0,
        undone: 0,
        left: 0,
      });
    },
  );

  it('finishes an upload that died after its commit', async () => {
    const { catalog, services } = dyingBefore('release');
    const { entry } = await services.add(png);
    expect(await stagedKeys(blobs)).toHaveLength(2);
    expect(await recoverStaged({ blobs, catalog, log: silentLog })).toEqual({
      finished: 2,
      undone: 0,
      left: 0,
    });
    expect(await stagedKeys(blobs)).toEqual([]);
    expect(await blobs.stat(originalKey(entry, 'png'))).toMatchObject({ bytes: png.byteLength });
    expect(await blobs.stat(thumbKey(entry, 'webp'))).toBeDefined();
  });

  it('never touches a file that is not the staged one, and drops names that are no key', async () => {
    const { entry } = await testServices({ blobs }).add(png);
    // an upload of other bytes that somehow has the name of a picture of nobody
    const key = originalKey(entry, 'png');
    for (const name of [key, 'incoming/x.png', `users/${ANNA}/manifest.jsonl`]) {
      const writer = await blobs.stage(name);
      await writer.write(Buffer.from('other'));
      await writer.finish();
    }
    const empty = createMemoryCatalog({ now: () => NOON });
    expect(await recoverStaged({ blobs, catalog: empty, log: silentLog })).toMatchObject({ undone: 3 });
    expect((await blobs.stat(key))?.bytes).toBe(png.byteLength);
  });

  it('leaves alone what it cannot judge, and goes on with the rest', async () => {
    const { catalog, services } = dyingBefore('commit');
    await failureOf(services.add(png));
    const blind = {
      ...catalog,
      async lookup() {
        throw new KirokuError('io_error', 'unreadable');
      },
    };
    expect(await recoverStaged({ blobs, catalog: blind, log: silentLog })).toEqual({
      finished: 0,
      undone: 0,
      left: 2,
    });
    expect(await stagedKeys(blobs)).toHaveLength(2);
  });

  it('can be stopped at any step and run again', async () => {
    for (let steps = 0; steps < 3; steps += 1) {
      const { catalog, services } = dyingBefore('commit');
      await failureOf(services.add(png));
      let left = steps;
      const dying: BlobStore = {
        ...blobs,
        async retract(staged: readonly StagedBlob[]) {
          if (left-- <= 0) throw new KirokuError('io_error', 'dead');
          await blobs.retract(staged);
        },
      };
      await recoverStaged({ blobs: dying, catalog, log: silentLog });
      await recoverStaged({ blobs, catalog, log: silentLog });
      expect(await stagedKeys(blobs)).toEqual([]);
    }
  });
});
