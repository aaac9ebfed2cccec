import { describe, expect, it } from 'vitest';
import { isDay } from '../../../src/domain/day.ts';
import { originalKey, thumbKey } from '../../../src/domain/key.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import { idOf } from '../../support/ids.ts';
import {
  addPicture,
  GUEST,
  isWhole,
  live,
  MEMBER,
  openTransfers,
  picturesOf,
  THIRD,
} from '../../support/transfer-rig.ts';

/** Where `addPicture` puts the guest's `n`th. */
const originalKeyOf = (n: number) => {
  const day = `2026/01/0${1 + (n % 3)}`;
  if (!isDay(day)) throw new Error('no day');
  return originalKey({ owner: GUEST, kind: 'generated', id: idOf(n), day }, 'png');
};

const rig = () => openTransfers(createMemoryStorage());

describe('transfer', () => {
  it('says first what it would do, and changes nothing by that', async () => {
    const all = await rig();
    await addPicture(all, GUEST, 1);
    await addPicture(all, GUEST, 2, { kind: 'control' });
    expect(await all.ownership.plan(GUEST, MEMBER)).toEqual({
      ...{ from: GUEST, to: MEMBER, count: 2 },
      over: { count: 0, bytes: 0 },
    });
    expect(await all.moved.resolve(GUEST)).toBe(GUEST);
    expect((await picturesOf(all, GUEST)).size).toBe(2);
  });

  it('gives more pictures than a page holds, each with what its record says', async () => {
    const all = await rig();
    for (let n = 1; n <= 230; n += 1) await addPicture(all, GUEST, n);
    const result = await all.ownership.transfer(GUEST, MEMBER, live());
    expect(result).toMatchObject({ from: GUEST, to: MEMBER, moved: 230, left: 0 });
    const given = await picturesOf(all, MEMBER);
    expect(given.size).toBe(230);
    for (const entry of given.values()) expect(await isWhole(all, entry)).toBe(true);
    expect(given.get(idOf(7))?.record()).toMatchObject({ rev: 2, prompt: 'picture 7', extra: { kept: 7 } });
    expect((await picturesOf(all, GUEST)).size).toBe(0);
  });

  it('refuses itself, circles, an owner without anything, and a second place', async () => {
    const all = await rig();
    const { ownership } = all;
    await addPicture(all, GUEST, 1);
    const refused = { code: 'invalid_parameter', details: { field: 'to' } };
    await expect(ownership.transfer(GUEST, GUEST, live())).rejects.toMatchObject(refused);
    await expect(ownership.transfer(THIRD, MEMBER, live())).rejects.toMatchObject({ code: 'not_found' });
    await ownership.transfer(GUEST, MEMBER, live());
    await expect(ownership.transfer(MEMBER, GUEST, live())).rejects.toMatchObject(refused);
    await expect(ownership.transfer(GUEST, THIRD, live())).rejects.toMatchObject(refused);
    expect(await ownership.transfer(GUEST, MEMBER, live())).toMatchObject({ moved: 0, left: 0 });
    await ownership.transfer(MEMBER, THIRD, live());
    expect(await all.moved.resolve(GUEST)).toBe(THIRD);
    expect((await picturesOf(all, THIRD)).size).toBe(1);
    expect(await ownership.transfer(GUEST, MEMBER, live())).toMatchObject({ to: THIRD, moved: 0 });
  });

  it('leaves what cannot be given, says so, and tries again', async () => {
    const all = await rig();
    const { ownership, blobs, catalog } = all;
    const lost = await addPicture(all, GUEST, 1);
    await addPicture(all, GUEST, 2);
    const other = await addPicture(all, MEMBER, 3, { id: idOf(4), prompt: 'of the member' });
    const taken = await addPicture(all, GUEST, 4);
    const bare = await addPicture(all, GUEST, 5);
    await blobs.remove(originalKey(lost, 'png'));
    await blobs.remove(thumbKey(bare, 'webp'));
    expect(await ownership.transfer(GUEST, MEMBER, live())).toMatchObject({ moved: 2, left: 2 });
    expect([...(await picturesOf(all, GUEST)).keys()].sort()).toEqual([lost.id, taken.id].sort());
    expect((await catalog.lookup(MEMBER, other.id))?.record()).toMatchObject({
      prompt: 'of the member',
      rev: 1,
    });
    expect(await blobs.stat(originalKey(taken, 'png'))).toBeDefined();
    await blobs.write(originalKey(lost, 'png'), Buffer.from('found again'));
    expect(await ownership.resume(live())).toMatchObject([{ moved: 1, left: 1 }]);
  });

  it('stops between batches when it is told to, and goes on from there', async () => {
    const all = await rig();
    for (let n = 1; n <= 20; n += 1) await addPicture(all, GUEST, n);
    const stop = new AbortController();
    all.catalog.onChange(({ op }) => {
      if (op === 'purge') stop.abort();
    });
    const ended = await all.ownership.transfer(GUEST, MEMBER, stop.signal).catch((error: unknown) => error);
    expect(ended).toMatchObject({ code: 'aborted' });
    const some = (await picturesOf(all, MEMBER)).size;
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(20);
    expect(await all.ownership.resume(live())).toMatchObject([{ moved: 20 - some, left: 0 }]);
    expect((await picturesOf(all, MEMBER)).size).toBe(20);
  });

  it('goes on with the others where one transfer cannot go on', async () => {
    const all = await rig();
    await addPicture(all, GUEST, 1);
    await addPicture(all, MEMBER, 2);
    const note = { op: 'begin', at: 0 };
    await all.state.append('transfers', { ...note, from: GUEST, to: THIRD });
    await all.state.append('transfers', { ...note, from: MEMBER, to: THIRD });
    await all.moved.mark(MEMBER, THIRD);
    // nobody can say where this one went
    await all.state.updateOwner(GUEST, () => ({ moved_to: 5 }));
    expect(await all.ownership.resume(live())).toMatchObject([{ from: MEMBER, to: THIRD, moved: 1 }]);
    await all.state.updateOwner(GUEST, () => ({ moved_to: THIRD }));
    expect(await all.ownership.resume(live())).toMatchObject([{ from: GUEST, to: THIRD, moved: 1 }]);
    expect(await all.ownership.resume(live())).toEqual([]);
  });

  it('waits for who was at work under the old name, and takes that along', async () => {
    const goOn = Promise.withResolvers<void>();
    let slow = false;
    const all = await openTransfers(createMemoryStorage(), 'link', (catalog) => ({
      ...catalog,
      async commit(owner, mutation) {
        if (slow && owner === GUEST && mutation.op === 'put') await goOn.promise;
        return catalog.commit(owner, mutation);
      },
    }));
    await addPicture(all, GUEST, 1);
    slow = true;
    const late = addPicture(all, GUEST, 2);
    while ((await all.blobs.stat(originalKeyOf(2))) === undefined) await new Promise(setImmediate);
    const marked = new Promise<void>((resolve) => all.moved.onMoved(() => resolve()));
    const transfer = all.ownership.transfer(GUEST, MEMBER, live());
    await marked;
    await expect(addPicture(all, GUEST, 3)).rejects.toMatchObject({ code: 'owner_moved' });
    goOn.resolve();
    await late;
    expect(await transfer).toMatchObject({ moved: 2, left: 0 });
    expect((await picturesOf(all, GUEST)).size).toBe(0);
  });

  it('finishes a purge that had begun instead of giving what is half gone', async () => {
    const all = await rig();
    const { id, kind } = await addPicture(all, GUEST, 1);
    const trashed_at = '2026-01-05T00:00:00.000Z';
    await all.catalog.commit(GUEST, {
      op: 'trash',
      kind,
      id,
      change: (current) => ({ ...current, status: 'trash', trashed_at, purging: trashed_at }),
    });
    expect(await all.ownership.transfer(GUEST, MEMBER, live())).toMatchObject({ moved: 0, left: 0 });
    expect((await picturesOf(all, GUEST)).size + (await picturesOf(all, MEMBER)).size).toBe(0);
  });
});
