import { describe, expect, it } from 'vitest';
import { isKirokuError } from '../../src/domain/errors.ts';
import { isOwner } from '../../src/domain/owner.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { type Life, live, newTree, openLife, picturesIn, shaOfOriginal } from '../support/life-rig.ts';
import { pngPicture } from '../support/pictures.ts';
import { ANNA, BERT, countingRandom, NOON, owner } from '../support/services.ts';
import { createFaultStorage, type FaultPlan } from '../support/storage/fault-storage.ts';

/**
 * D5 for what moves and removes pictures: a disk that is full, or that says so only at a sync, refuses; nothing is lost
 * or half gone, reading goes on, and once there is room the same call comes to its end.
 */
const DAY = 86_400_000;
const GUEST = owner(`anon-${'d'.repeat(32)}`);

/** Two active and one trashed picture of a guest, old enough to be purged, over a disk that can be filled. */
async function rig() {
  const clock = { now: NOON };
  const storage = createFaultStorage(createMemoryStorage({ now: () => clock.now }));
  await newTree(storage);
  const life = await openLife(storage, { random: countingRandom() });
  const ids = [];
  for (let seed = 1; seed <= 3; seed += 1) {
    const bytes = await pngPicture({ width: 8, height: 8, seed });
    ids.push((await life.add(bytes, { owner: GUEST })).entry.id);
  }
  const [a, b, c] = ids;
  if (a === undefined || b === undefined || c === undefined) throw new Error('no pictures');
  await life.trash.trash(GUEST, 'generated', c);
  clock.now += 8 * DAY;
  return { life, storage, a, b, c };
}
type Rig = Awaited<ReturnType<typeof rig>>;

/** What each picture is, wherever it lies: id → owner, status; throws where bytes are not the record's. */
async function wholePictures(life: Life): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of [GUEST, ANNA, BERT]) {
    if (!isOwner(name)) throw new Error('no owner');
    for (const entry of (await picturesIn(life.catalog, name)).values()) {
      if (entry.record().purging !== undefined) continue;
      expect(await shaOfOriginal(life, entry), entry.id).toBe(entry.record().sha256);
      found.set(entry.id, entry.status);
    }
  }
  return found;
}

const ACTS: readonly (readonly [
  string,
  (rig: Rig) => Promise<unknown>,
  Record<'a' | 'b' | 'c', string | undefined>,
])[] = [
  [
    'a delete',
    ({ life, a }) => life.trash.trash(GUEST, 'generated', a),
    { a: 'trash', b: 'active', c: 'trash' },
  ],
  [
    'a restore',
    ({ life, c }) => life.trash.restore(GUEST, 'generated', c),
    { a: 'active', b: 'active', c: 'active' },
  ],
  [
    'a purge',
    async ({ life }) => {
      const result = await life.purge.apply(await life.purge.plan({}), { signal: live() });
      if (result.failed > 0) throw new Error('failed');
    },
    { a: 'active', b: 'active', c: undefined },
  ],
  [
    'a transfer',
    async ({ life }) => {
      const result = await life.ownership.transfer(GUEST, ANNA, live());
      if (result.left > 0) throw new Error('left');
    },
    { a: 'active', b: 'active', c: 'trash' },
  ],
];

/** Of an act of ours: undefined where it was done, else an answer that callers know, or our own word for "not all of it". */
function expectRefusal(failure: unknown): void {
  if (isKirokuError(failure)) expect(failure.code).toMatch(/^(?:disk_full|io_error)$/);
  else if (failure !== undefined) expect(String(failure)).toMatch(/^Error: (?:failed|left)$/);
}

const FULL: readonly (readonly [string, FaultPlan])[] = [
  ['at a write', { at: 1, only: ['write'], fault: { fail: 'ENOSPC', forever: true } }],
  ['at the second write', { at: 2, only: ['write'], fault: { fail: 'EDQUOT', forever: true } }],
  ['at a sync', { at: 1, only: ['sync', 'datasync'], fault: { fail: 'EDQUOT', forever: true } }],
  ['at a name', { at: 1, only: ['link', 'open'], path: /staging/, fault: { fail: 'ENOSPC', forever: true } }],
  ['at a close', { at: 1, only: ['close'], fault: { fail: 'ENOSPC', forever: true } }],
];

describe.each(ACTS)('%s on a disk that is full', (_act, act, after) => {
  it.each(FULL)('%s loses nothing, and comes to its end when there is room', async (_where, plan) => {
    const made = await rig();
    const { life, storage, a, b, c } = made;
    const before = await wholePictures(life);
    storage.arm(plan);
    const failure = await act(made).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(storage.hit(), 'the fault must have happened').toBe(true);
    expectRefusal(failure);
    // what was said to be done is done, and everything can be looked at while the disk is full
    const isForReadersToo = plan.only?.includes('close') === true;
    if (isForReadersToo) storage.arm();
    const now = await wholePictures(life);
    storage.arm();
    const wanted = new Map<string, string | undefined>([
      [a, after.a],
      [b, after.b],
      [c, after.c],
    ]);
    for (const [id, status] of before) {
      const done = wanted.get(id);
      expect(failure === undefined ? [done] : [status, done], id).toContain(now.get(id));
    }
    await act(made).catch((error: unknown) => {
      // it was done before
      if (!isKirokuError(error, 'not_found')) throw error;
    });
    const end = await wholePictures(life);
    for (const [id, status] of wanted) expect(end.get(id)).toBe(status);
    await life.close();
    const again = await openLife(storage, { random: countingRandom() });
    expect(await wholePictures(again)).toEqual(end);
    expect(await storage.readFolder('.kiroku/staging')).toEqual([]);
  });
});

it('can be read, listed and counted while nothing can be written', async () => {
  const { life, storage, a } = await rig();
  storage.arm({ at: 1, only: ['write', 'sync', 'datasync'], fault: { fail: 'ENOSPC', forever: true } });
  expect((await wholePictures(life)).size).toBe(3);
  expect(await life.purge.plan({})).toMatchObject({ count: 1, objections: [] });
  expect(await life.ownership.plan(GUEST, ANNA)).toMatchObject({ count: 3 });
  const bytes = await pngPicture({ width: 8, height: 8, seed: 9 });
  await expect(life.add(bytes, { owner: GUEST })).rejects.toMatchObject({ code: 'disk_full' });
  await expect(life.trash.trash(GUEST, 'generated', a)).rejects.toMatchObject({ code: 'disk_full' });
  expect((await wholePictures(life)).get(a)).toBe('active');
});
