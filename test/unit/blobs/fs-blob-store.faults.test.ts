import { describe, expect, it } from 'vitest';
import type { BlobStore, StagedBlob } from '../../../src/blobs/blob-store.ts';
import { createFsBlobStore } from '../../../src/blobs/fs-blob-store.ts';
import { isKirokuError } from '../../../src/domain/errors.ts';
import { createFolderSync } from '../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { contentOf, ID, ORIGINAL, pendingKeys, stageBytes, THUMB } from '../../contract/blobs.contract.ts';
import { seededRandom } from '../../support/random.ts';
import { createCrashStorage } from '../../support/storage/crash-storage.ts';
import { createFaultStorage, type Fault, type FaultStorage } from '../../support/storage/fault-storage.ts';

type PublishBy = 'link' | 'copy';

const BYTES = Buffer.alloc(300_000, 'original ');
const SMALL = Buffer.from('thumbnail');

function storeOn(storage: Storage, publishBy: PublishBy): BlobStore {
  return createFsBlobStore({ storage, folders: createFolderSync(storage), publishBy });
}

/** Stages and publishes a picture as ingest does; takes back what it began when that fails. */
async function ingest(store: BlobStore): Promise<StagedBlob[]> {
  const staged: StagedBlob[] = [];
  try {
    staged.push(await stageBytes(store, `incoming/${ID}.png`, BYTES, [100_000, 10, 70_000]));
    staged.push(await stageBytes(store, THUMB, SMALL));
    if (staged[0] !== undefined) staged[0] = await store.rekey(staged[0], ORIGINAL);
    await store.publish(staged);
    return staged;
  } catch (error) {
    await store.retract(staged).catch(() => undefined);
    throw error;
  }
}

/** What the next start does with a staged picture that has no record. */
async function recoverAbsent(storage: Storage, publishBy: PublishBy): Promise<void> {
  const store = storeOn(storage, publishBy);
  const left: StagedBlob[] = [];
  for await (const blob of store.pending()) left.push(blob);
  await store.retract(left);
}

async function recoverCommitted(storage: Storage, publishBy: PublishBy): Promise<void> {
  const store = storeOn(storage, publishBy);
  for await (const blob of store.pending()) await store.release([blob]);
}

async function filesBelow(storage: Storage, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, type } of await storage.readFolder(folder).catch(() => [])) {
    const path = `${folder}/${name}`;
    if (type === 'folder') found.push(...(await filesBelow(storage, path)));
    else found.push(path);
  }
  return found;
}

async function expectNothing(storage: Storage): Promise<void> {
  expect(await filesBelow(storage, 'users')).toEqual([]);
  expect(await filesBelow(storage, '.kiroku')).toEqual([]);
}

/** Runs `check` with the fault at the 1st, 2nd, 3rd … call, until it says that the work was done without meeting it. */
async function everyCall(fault: Fault, check: (storage: FaultStorage) => Promise<boolean>): Promise<number> {
  for (let at = 1; ; at++) {
    if (!(await check(createFaultStorage(createMemoryStorage(), { at, fault })))) return at;
  }
}

const FAILURES: readonly Fault[] = [
  { fail: 'EIO' },
  { fail: 'ENOSPC' },
  { fail: 'EMFILE' },
  { fail: 'EROFS' },
];

describe.each(['link', 'copy'] as const)('file blob store by %s: faults', (publishBy) => {
  it.each(FAILURES)(
    'leaves nothing, or what the next start removes, when any one call fails: %j',
    async (fault) => {
      const calls = await everyCall(fault, async (storage) => {
        const [outcome] = await Promise.allSettled([ingest(storeOn(storage, publishBy))]);
        const hit = storage.hit();
        storage.arm();
        // A call that only tidies up, or looks whether a folder is there, may fail without failing the ingest.
        if (outcome?.status !== 'rejected') return hit;
        expect(isKirokuError(outcome.reason)).toBe(true);
        expect(await filesBelow(storage, 'users')).toEqual([]);
        await recoverAbsent(storage, publishBy);
        await expectNothing(storage);
        await ingest(storeOn(storage, publishBy));
        return hit;
      });
      expect(calls).toBeGreaterThan(20);
    },
  );

  it('closes every file, whatever fails', async () => {
    for (let at = 1, hit = true; hit; at++) {
      const memory = createMemoryStorage();
      const storage = createFaultStorage(memory, { at, fault: { fail: 'EIO', forever: true } });
      const outcome = await Promise.allSettled([ingest(storeOn(storage, publishBy))]);
      hit = storage.hit();
      expect([outcome[0]?.status, memory.openHandles()]).toEqual([hit ? 'rejected' : 'fulfilled', 0]);
    }
  });

  it('never syncs a file again whose sync failed (D4)', async () => {
    const storage = createFaultStorage(createMemoryStorage(), {
      at: 1,
      only: ['sync'],
      fault: { fail: 'EIO' },
    });
    await expect(ingest(storeOn(storage, publishBy))).rejects.toMatchObject({ code: 'io_error' });
    expect(storage.trace.filter((line) => line.startsWith('sync '))).toHaveLength(1);
    await expectNothing(storage);
  });

  it('tells a full disk apart (D5), wherever it shows', async () => {
    for (const call of ['write', 'sync', 'close'] as const) {
      const storage = createFaultStorage(createMemoryStorage(), {
        at: 1,
        only: [call],
        fault: { fail: 'ENOSPC' },
      });
      await expect(ingest(storeOn(storage, publishBy))).rejects.toMatchObject({ code: 'disk_full' });
    }
  });

  it('survives kill -9 at any call: the next start finds all of it or removes all of it', async () => {
    await everyCall({ kill: true, torn: true }, async (storage) => {
      const [outcome] = await Promise.allSettled([ingest(storeOn(storage, publishBy))]);
      const hit = storage.hit();
      expect(outcome?.status).toBe(hit ? 'rejected' : 'fulfilled');
      storage.arm();
      await recoverAbsent(storage, publishBy);
      await expectNothing(storage);
      return hit;
    });
  });
});

describe.each(['link', 'copy'] as const)('file blob store by %s: power cuts', (publishBy) => {
  const random = seededRandom(11);

  it('is recovered to nothing while uncommitted, also when the recovery is cut short', async () => {
    for (let at = 1, hit = true; hit; at++) {
      const crashing = createCrashStorage();
      const storage = createFaultStorage(crashing, { at, fault: { kill: true, torn: true } });
      await ingest(storeOn(storage, publishBy)).catch(() => undefined);
      hit = storage.hit();
      for (let round = 0; round < 8; round++) {
        const left = crashing.crash(random);
        const dying = createFaultStorage(left, { at: 1 + round * 2, fault: { kill: true } });
        await recoverAbsent(dying, publishBy).catch(() => undefined);
        const again = left.crash(random);
        await recoverAbsent(again, publishBy);
        await expectNothing(again);
      }
    }
  });

  it('keeps every byte once published, whatever the release and the crash do', async () => {
    for (let at = 1, hit = true; hit; at++) {
      const crashing = createCrashStorage();
      const staged = await ingest(storeOn(crashing, publishBy));
      const storage = createFaultStorage(crashing, { at, fault: { kill: true } });
      await storeOn(storage, publishBy)
        .release(staged)
        .catch(() => undefined);
      hit = storage.hit();
      for (let round = 0; round < 8; round++) {
        const left = crashing.crash(random);
        await recoverCommitted(left, publishBy);
        const store = storeOn(left, publishBy);
        expect(await contentOf(store, THUMB)).toBe('thumbnail');
        expect((await store.stat(ORIGINAL))?.bytes).toBe(BYTES.length);
        expect(await pendingKeys(store)).toEqual([]);
      }
    }
  });

  it('retracts so that nothing comes back without the staged name that tells of it', async () => {
    for (let at = 1, hit = true; hit; at++) {
      const crashing = createCrashStorage();
      const staged = await ingest(storeOn(crashing, publishBy));
      const storage = createFaultStorage(crashing, { at, fault: { kill: true } });
      await storeOn(storage, publishBy)
        .retract(staged)
        .catch(() => undefined);
      hit = storage.hit();
      for (let round = 0; round < 8; round++) {
        const left = crashing.crash(random);
        await recoverAbsent(left, publishBy);
        await expectNothing(left);
      }
    }
  });
});
