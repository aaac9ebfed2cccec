import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../../../src/blobs/blob-store.ts';
import type { Entry } from '../../../src/catalog/catalog.ts';
import { KirokuError } from '../../../src/domain/errors.ts';
import { originalKey, sidecarKey, thumbKey } from '../../../src/domain/key.ts';
import { silentLog } from '../../../src/domain/log.ts';
import { createPurge, type PurgeDeps } from '../../../src/services/purge.ts';
import { pngPicture } from '../../support/pictures.ts';
import { ANNA, BERT, NOON, testServices } from '../../support/services.ts';

const DAY = 86_400_000;
const live = () => new AbortController().signal;

async function rig(over: Partial<PurgeDeps> = {}) {
  const services = testServices();
  const used = new Set<string>();
  const { catalog, blobs, clock, trash, inputs } = services;
  const purge = createPurge({
    catalog,
    blobs,
    log: silentLog,
    now: () => clock.now,
    retention: { guestDays: 7, memberDays: 30, keepFavorites: true },
    mostShare: 0.5,
    present: async () => true,
    isReferenced: (owner, id) => services.related.isReferenced(owner, id),
    isInUse: async (_owner, _kind, id) => used.has(id),
    lastRun: async () => undefined,
    ...over,
  });
  let seed = 0;
  const add = async (over: Parameters<typeof services.add>[1] = {}) => {
    seed += 1;
    const { entry } = await services.add(await pngPicture({ width: 8, height: 8, seed }), over);
    return entry;
  };
  return { catalog, blobs, clock, trash, inputs, purge, add, used };
}

async function bytesOf(blobs: BlobStore, key: string): Promise<number | undefined> {
  return (await blobs.stat(key))?.bytes;
}

describe('purge', () => {
  it('removes what has been in the trash for its time, all of it, and nothing else', async () => {
    const { purge, add, trash, catalog, blobs, clock } = await rig();
    const old = await add();
    const young = await add();
    const kept = await add();
    const loved = await add({ favorite: true });
    const others = await add({ owner: BERT });
    await trash.trash(ANNA, 'generated', old.id);
    await trash.trash(ANNA, 'generated', loved.id);
    clock.now += 20 * DAY;
    await trash.trash(ANNA, 'generated', young.id);
    clock.now += 10 * DAY;
    const plan = await purge.plan({});
    const { bytes, thumb_bytes: thumb } = old.record();
    expect(plan).toMatchObject({ count: 1, bytes: bytes + thumb, total: 5, objections: [] });
    expect(plan.owners).toEqual([{ owner: ANNA, count: 1, bytes: bytes + thumb }]);
    expect(await bytesOf(blobs, originalKey(old, 'png'))).toBe(bytes);
    expect(await purge.apply(plan, { signal: live() })).toEqual({
      deleted: 1,
      bytes: bytes + thumb,
      skipped: 0,
      failed: 0,
    });
    expect(await catalog.lookup(ANNA, old.id)).toBeUndefined();
    for (const key of [originalKey(old, 'png'), thumbKey(old, 'webp'), sidecarKey(old)]) {
      expect(await bytesOf(blobs, key)).toBeUndefined();
    }
    for (const entry of [young, kept, loved, others]) {
      expect(await catalog.lookup(entry.owner, entry.id)).toBeDefined();
      expect(await bytesOf(blobs, originalKey(entry, 'png'))).toBeGreaterThan(0);
    }
    expect((await purge.plan({})).count).toBe(0);
  });

  it('looks again: what was restored, or is in use, since the plan stays', async () => {
    const { purge, add, trash, inputs, catalog, clock, used } = await rig();
    const [a, b] = [await add(), await add()];
    const input = await inputs.copy(ANNA, 'generated', a.id);
    for (const [kind, id] of [
      ['generated', a.id],
      ['generated', b.id],
      ['input', input.id],
    ] as const) {
      await trash.trash(ANNA, kind, id);
    }
    clock.now += 31 * DAY;
    const plan = await purge.plan({ owner: ANNA });
    // the copy names its source as a parent, and nothing was made from the copy
    expect(plan).toMatchObject({ count: 3, referenced: 0 });
    await trash.restore(ANNA, 'generated', a.id);
    used.add(input.id);
    expect(await purge.apply(plan, { signal: live() })).toMatchObject({ deleted: 1, skipped: 2 });
    expect((await catalog.find(ANNA, 'generated', a.id))?.status).toBe('active');
    expect((await catalog.find(ANNA, 'input', input.id))?.status).toBe('trash');
  });

  it('takes the days of whoever asks instead, and refuses days that are none', async () => {
    const { purge, add, trash, clock } = await rig();
    await trash.trash(ANNA, 'generated', (await add()).id);
    clock.now += 2 * DAY;
    expect((await purge.plan({})).count).toBe(0);
    expect((await purge.plan({ olderThanDays: 2 })).count).toBe(1);
    expect((await purge.plan({ olderThanDays: 2.1 })).count).toBe(0);
    for (const days of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(purge.plan({ olderThanDays: days })).rejects.toMatchObject({ code: 'invalid_parameter' });
    }
  });

  it('tolerates parts that are missing, and finishes what was begun whatever its age', async () => {
    const { purge, add, trash, blobs, catalog, clock } = await rig();
    const entry = await add();
    await trash.trash(ANNA, 'generated', entry.id);
    await blobs.remove(thumbKey(entry, 'webp'));
    await blobs.remove(originalKey(entry, 'png'));
    clock.now += 31 * DAY;
    expect(await purge.apply(await purge.plan({}), { signal: live() })).toMatchObject({ deleted: 1 });
    expect(await catalog.lookup(ANNA, entry.id)).toBeUndefined();
  });

  it('begins with a mark that no restore can take back', async () => {
    const { purge, add, trash, blobs, catalog, clock } = await rig();
    const entry = await add();
    await trash.trash(ANNA, 'generated', entry.id);
    clock.now += 31 * DAY;
    const plan = await purge.plan({});
    const remove = blobs.remove;
    blobs.remove = async () => {
      throw new KirokuError('io_error', 'The disk is gone.');
    };
    expect(await purge.apply(plan, { signal: live() })).toMatchObject({ deleted: 0, failed: 1 });
    await expect(trash.restore(ANNA, 'generated', entry.id)).rejects.toMatchObject({ code: 'not_found' });
    blobs.remove = remove;
    clock.now -= 30 * DAY;
    // not due any more by its age: but begun is begun
    expect(await purge.apply(await purge.plan({}), { signal: live() })).toMatchObject({ deleted: 1 });
    expect(await catalog.lookup(ANNA, entry.id)).toBeUndefined();
  });

  it.each([
    ['more than its share', { mostShare: 0.01 }, 31 * DAY],
    [
      'a clock that went ahead by more than the retention',
      { mostShare: 1, lastRun: async () => NOON },
      40 * DAY,
    ],
    ['a clock that went back', { mostShare: 1, lastRun: async () => NOON + 60 * DAY }, 31 * DAY],
  ])('objects to %s, and does nothing until somebody confirms it', async (_what, over, later) => {
    const { purge, add, trash, catalog, clock } = await rig(over);
    const entries: Entry[] = [];
    for (let i = 0; i < 101; i += 1) entries.push(await add());
    for (const { id } of entries) await trash.trash(ANNA, 'generated', id);
    clock.now += later;
    const plan = await purge.plan({});
    expect(plan.objections).toHaveLength(1);
    await expect(purge.apply(plan, { signal: live() })).rejects.toMatchObject({ code: 'purge_refused' });
    for (const { id } of entries) expect(await catalog.lookup(ANNA, id)).toBeDefined();
    expect(await purge.apply(plan, { signal: live(), confirmed: true })).toMatchObject({ deleted: 101 });
  });

  it('does not take a small tree nearly empty by itself, but half of it', async () => {
    const { purge, add, trash, clock } = await rig();
    const entries: Entry[] = [];
    for (let i = 0; i < 11; i += 1) entries.push(await add());
    const [first, second, ...rest] = entries;
    for (const { id } of rest) await trash.trash(ANNA, 'generated', id);
    clock.now += 31 * DAY;
    expect(await purge.plan({})).toMatchObject({ count: 9, objections: [] });
    if (first === undefined || second === undefined) throw new Error('no pictures');
    for (const { id } of [first, second]) await trash.trash(ANNA, 'generated', id);
    clock.now += 31 * DAY;
    const plan = await purge.plan({});
    expect(plan).toMatchObject({ count: 11, total: 11, objections: [expect.stringMatching(/^11 of 11/)] });
    await expect(purge.apply(plan, { signal: live() })).rejects.toMatchObject({ code: 'purge_refused' });
    expect(await purge.apply(plan, { signal: live(), confirmed: true })).toMatchObject({ deleted: 11 });
  });

  it('believes the clock again once a person has confirmed a run over everybody', async () => {
    let last = NOON;
    const { purge, add, trash, clock } = await rig({
      mostShare: 1,
      lastRun: async () => last,
      confirmed: async ({ at }) => {
        last = at;
      },
    });
    for (let i = 0; i < 2; i += 1) await trash.trash(ANNA, 'generated', (await add()).id);
    clock.now += 31 * DAY;
    // of one owner alone: nobody has said anything of the others' trash
    const ofOne = await purge.plan({ owner: BERT });
    await purge.apply(ofOne, { signal: live(), confirmed: true });
    expect((await purge.plan({})).objections).toHaveLength(1);
    await purge.apply(await purge.plan({}), { signal: live(), confirmed: true });
    expect((await purge.plan({})).objections).toEqual([]);
  });

  it('runs once at a time, and can begin again after a failure', async () => {
    const { purge, add, trash, blobs, clock } = await rig();
    await trash.trash(ANNA, 'generated', (await add()).id);
    clock.now += 31 * DAY;
    const plan = await purge.plan({});
    const remove = blobs.remove;
    const held = Promise.withResolvers<void>();
    blobs.remove = async (key) => {
      await held.promise;
      return remove(key);
    };
    const first = purge.apply(plan, { signal: live() });
    await expect(purge.apply(plan, { signal: live() })).rejects.toMatchObject({ code: 'job_running' });
    held.resolve();
    expect(await first).toMatchObject({ deleted: 1 });
    await expect(purge.apply(plan, { signal: AbortSignal.abort() })).resolves.toMatchObject({ deleted: 0 });
    expect(await purge.apply(plan, { signal: live() })).toMatchObject({ deleted: 0, skipped: 1 });
  });

  it('stops while it still looks for what is due', async () => {
    const { purge, add, trash, clock } = await rig();
    await trash.trash(ANNA, 'generated', (await add()).id);
    clock.now += 31 * DAY;
    // told to whoever stopped the command
    await expect(purge.plan({}, AbortSignal.abort())).rejects.toMatchObject({
      code: 'aborted',
      message: 'Stopped.',
    });
    const gone = new AbortController();
    const looking = purge.plan({}, gone.signal);
    gone.abort();
    await expect(looking).rejects.toMatchObject({ code: 'aborted' });
  });

  it('stops when it is told to, and when the volume is gone', async () => {
    const { purge, add, trash, clock } = await rig({ present: async () => false });
    await trash.trash(ANNA, 'generated', (await add()).id);
    clock.now += 31 * DAY;
    const plan = await purge.plan({});
    await expect(purge.apply(plan, { signal: live() })).rejects.toMatchObject({ code: 'volume_missing' });
    const other = await rig();
    await other.trash.trash(ANNA, 'generated', (await other.add()).id);
    other.clock.now += 31 * DAY;
    await expect(
      other.purge.apply(await other.purge.plan({}), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'aborted' });
  });
});
