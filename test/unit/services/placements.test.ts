import { describe, expect, it } from 'vitest';
import type { PictureId } from '../../../src/domain/id.ts';
import { silentLog } from '../../../src/domain/log.ts';
import { createPlacements, type PlacementsDeps } from '../../../src/services/placements.ts';
import { readWhole } from '../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { pngPicture } from '../../support/pictures.ts';
import { ANNA, BERT, testServices } from '../../support/services.ts';
import { createFaultStorage, KilledError } from '../../support/storage/fault-storage.ts';

const DAY = 86_400_000;
const live = () => new AbortController().signal;
const BYTES = Buffer.from(await pngPicture({ width: 8, height: 8, seed: 1 }));

async function rig(over: Partial<PlacementsDeps> = {}) {
  const { catalog, blobs, state, clock, add } = testServices();
  const { entry } = await add(BYTES, { kind: 'input' });
  const folder = createMemoryStorage({ now: () => clock.now });
  let drawn = 0;
  const deps: PlacementsDeps = {
    catalog,
    blobs,
    state,
    log: silentLog,
    folder,
    maxAgeMs: DAY,
    now: () => clock.now,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => (drawn = (drawn + 7) % 256)),
    ...over,
  };
  return { deps, folder, clock, id: entry.id, open: () => createPlacements(deps) };
}

async function names(folder: Storage): Promise<string[]> {
  return (await folder.readFolder('')).map(({ name }) => name).sort();
}

describe('an input placed for a job', () => {
  it('is the same bytes under a name of its own, once for the same job, and goes when the job is done', async () => {
    const { open, folder, id } = await rig();
    const placements = open();
    const [first, second] = await Promise.all([
      placements.place(ANNA, id, 'a'),
      placements.place(ANNA, id, 'a'),
    ]);
    expect(second).toEqual(first);
    expect(await placements.place(ANNA, id, 'a')).toEqual(first);
    const other = await placements.place(ANNA, id, 'b');
    expect(await names(folder)).toEqual([first.name, other.name].sort());
    expect(first.name).toMatch(new RegExp(`^kiroku_${id}_[0-9a-f]{16}\\.png$`));
    expect((await readWhole(folder, first.name))?.equals(BYTES)).toBe(true);
    expect(await placements.isInUse('input', id)).toBe(true);
    expect(await placements.isInUse('generated', id)).toBe(false);
    expect(await placements.done('a')).toEqual({ released: 1 });
    expect(await placements.done('a')).toEqual({ released: 0 });
    expect(await names(folder)).toEqual([other.name]);
    expect(await placements.isInUse('input', id)).toBe(true);
  });

  it('goes also when its job is done while it is still on its way', async () => {
    const { open, folder, id, deps } = await rig();
    const asked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow: typeof folder.open = async (...how) => {
      asked.resolve();
      await goOn.promise;
      return folder.open(...how);
    };
    const placements = createPlacements({ ...deps, folder: { ...folder, open: slow } });
    const placing = placements.place(ANNA, id, 'a');
    await asked.promise;
    const ending = placements.done('a');
    // as far as it comes by itself
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    goOn.resolve();
    await placing;
    expect(await ending).toEqual({ released: 1 });
    expect(await names(folder)).toEqual([]);
    expect(await open().done('a')).toEqual({ released: 0 });
  });

  it('is the same one for whoever the input belongs to by now', async () => {
    const { open, folder, id, deps } = await rig();
    const placements = open();
    const first = await placements.place(ANNA, id, 'a');
    await expect(placements.place(BERT, id, 'a')).rejects.toMatchObject({ code: 'not_found' });
    const entry = await deps.catalog.find(ANNA, 'input', id);
    if (entry === undefined) throw new Error('no input');
    await deps.catalog.commit(BERT, { op: 'put', record: { ...entry.record(), owner: BERT } });
    await deps.catalog.commit(ANNA, { op: 'purge', kind: 'input', id });
    expect(await placements.place(BERT, id, 'a')).toEqual(first);
    expect(await names(folder)).toEqual([first.name]);
    expect(await placements.isInUse('input', id)).toBe(true);
  });

  it('is known after a restart, and goes by its age where nobody says that the job is done', async () => {
    const { open, folder, clock, id } = await rig();
    const { name } = await open().place(ANNA, id, 'a');
    const after = open();
    clock.now += DAY - 1;
    expect(await after.cleanUp(live())).toEqual({ removed: 0, left: 0 });
    expect(await after.isInUse('input', id)).toBe(true);
    clock.now += 1;
    expect(await after.isInUse('input', id)).toBe(false);
    expect(await after.cleanUp(live())).toEqual({ removed: 1, left: 0 });
    expect(await names(folder)).not.toContain(name);
    expect(await open().cleanUp(live())).toEqual({ removed: 0, left: 0 });
  });

  it('is left alone once it is another file, and nobody else\u2019s is ever touched', async () => {
    const { open, folder, clock, id } = await rig();
    const { name } = await open().place(ANNA, id, 'a');
    await folder.unlink(name);
    for (const other of [name, 'theirs.png', `kiroku_${id}_ffffffffffffffff.png`]) {
      const file = await folder.open(other, 'create');
      await file.write(Buffer.from('theirs'), 0);
      await file.close();
    }
    clock.now += 2 * DAY;
    expect(await open().cleanUp(live())).toEqual({ removed: 1, left: 0 });
    expect(await names(folder)).toEqual([name, 'theirs.png', `kiroku_${id}_ffffffffffffffff.png`].sort());
  });

  it('must be an input of that owner, in its place', async () => {
    const { open, folder, id, deps } = await rig();
    await expect(open().place(BERT, id, 'a')).rejects.toMatchObject({ code: 'not_found' });
    await expect(open().place(ANNA, id, '')).rejects.toMatchObject({ code: 'invalid_parameter' });
    const nowhere = createPlacements({ ...deps, folder: undefined });
    await expect(nowhere.place(ANNA, id, 'a')).rejects.toMatchObject({ code: 'not_configured' });
    expect(await nowhere.cleanUp(live())).toEqual({ removed: 0, left: 0 });
    expect(await names(folder)).toEqual([]);
  });

  it('stops between two files when it is told to', async () => {
    const { open, clock, id } = await rig();
    const placements = open();
    await placements.place(ANNA, id, 'a');
    clock.now += DAY;
    await expect(placements.cleanUp(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a folder that fails', () => {
  /** Runs it with each call to the folder failing or killing in turn, until one run goes through. */
  async function everyCall(
    fault: { readonly fail: string } | { readonly kill: true },
    work: (id: PictureId, open: () => ReturnType<typeof createPlacements>) => Promise<unknown>,
  ): Promise<number> {
    for (let at = 1; ; at += 1) {
      const memory = createMemoryStorage();
      const faulty = createFaultStorage(memory);
      const { deps, clock, id } = await rig({ folder: faulty });
      faulty.arm({ at, fault });
      await work(id, () => createPlacements(deps)).catch((error: unknown) => {
        if (!(error instanceof KilledError)) expect(error).toMatchObject({ code: expect.any(String) });
      });
      const hit = faulty.hit();
      faulty.arm();
      clock.now += 2 * DAY;
      // a new process, on the folder as it was left
      const after = createPlacements({ ...deps, folder: memory });
      expect((await after.cleanUp(live())).left).toBe(0);
      expect(await names(memory), `call ${at}`).toEqual([]);
      if (!hit) return at - 1;
    }
  }

  it.each([{ fail: 'ENOSPC' }, { fail: 'EIO' }, { kill: true }] as const)(
    'leaves nothing behind that the next clean-up does not find: %j',
    async (fault) => {
      const calls = await everyCall(fault, async (id, open) => {
        const placements = open();
        await placements.place(ANNA, id, 'a');
        await placements.done('a');
      });
      expect(calls).toBeGreaterThan(4);
    },
  );
});
