import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/catalog/catalog.ts';
import { sumOf } from '../../../src/catalog/usage.ts';
import { pngPicture } from '../../support/pictures.ts';
import { live, quotaRig as rig, sizeOf } from '../../support/quota-rig.ts';
import { ANNA, BERT, body, failureOf, REQUEST, stagedKeys } from '../../support/services.ts';

describe('a quota that blocks', () => {
  it('takes exactly as many pictures as there is room for, of every kind, and refuses the next', async () => {
    const { add, count, blobs } = rig({ maxCount: 3 });
    await add();
    await add({ kind: 'input' });
    await add({ kind: 'control' });
    expect(await failureOf(add())).toMatchObject({ code: 'quota_exceeded' });
    expect(await count()).toBe(3);
    expect(await stagedKeys(blobs)).toEqual([]);
    expect(await count(BERT)).toBe(0);
    await add({ owner: BERT });
  });

  it('counts original and thumbnail, to the byte', async () => {
    const first = await rig({}).add();
    const exact = rig({ maxBytes: sizeOf(first) });
    expect(sizeOf(await exact.add())).toBe(sizeOf(first));
    const short = rig({ maxBytes: sizeOf(first) - 1 });
    expect(await failureOf(short.add())).toMatchObject({ code: 'quota_exceeded' });
  });

  it.each([1, 7, 20])('lets %i of 50 uploads at once pass where there is room for so many', async (room) => {
    const { ingest, picture, count, quota, blobs } = rig({ maxCount: room });
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, async (_, i) => {
        // half of them know their owner before the body, half after
        const reservation = i % 2 === 0 ? await ingest.reserve(ANNA, { bytes: 1 }) : undefined;
        try {
          const received = await ingest.receive(body(await picture()), { maxBytes: 1_000_000 });
          const room = reservation === undefined ? {} : { reservation };
          return await ingest.commit(received, { ...REQUEST, ...room });
        } finally {
          reservation?.release();
        }
      }),
    );
    const refused = results.filter((one) => one.status === 'rejected');
    expect(refused.every(({ reason }) => reason.code === 'quota_exceeded')).toBe(true);
    expect(await count()).toBe(50 - refused.length);
    expect(await count()).toBe(room);
    expect((await quota.usage(ANNA)).reserved).toEqual({ bytes: 0, count: 0 });
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('keeps room from the moment it is asked for until it is given back, on success and on failure', async () => {
    const { ingest, quota, picture } = rig({ maxCount: 1 });
    const first = await quota.reserve(ANNA, 10);
    expect((await quota.usage(ANNA)).reserved).toEqual({ bytes: 10, count: 1 });
    expect((await quota.usage(ANNA)).state).toBe('full');
    await expect(quota.reserve(ANNA, 1)).rejects.toMatchObject({ code: 'quota_exceeded' });
    first.release();
    first.release();
    const second = await ingest.reserve(ANNA, { bytes: 10 });
    if (second === undefined) throw new Error('no reservation');
    const received = await ingest.receive(body(await picture()), { maxBytes: 1_000_000 });
    await ingest.commit(received, { ...REQUEST, reservation: second });
    second.release();
    expect(await quota.usage(ANNA)).toMatchObject({ reserved: { count: 0, bytes: 0 }, state: 'full' });
  });

  it('counts a picture once in every moment: on its way in, or there', async () => {
    const { store, picture, catalog, quota } = rig({ maxCount: 2 });
    const commit = catalog.commit.bind(catalog);
    const answered = Promise.withResolvers<void>();
    const landed = Promise.withResolvers<void>();
    catalog.commit = async (owner, mutation) => {
      const result = await commit(owner, mutation);
      landed.resolve();
      await answered.promise;
      return result;
    };
    const first = store(await picture());
    await landed.promise;
    expect(await quota.usage(ANNA)).toMatchObject({
      reserved: { count: 0 },
      active: { generated: { count: 1 } },
    });
    const second = await quota.reserve(ANNA, 1);
    await expect(quota.reserve(ANNA, 1)).rejects.toMatchObject({ code: 'quota_exceeded' });
    second.release();
    answered.resolve();
    await first;
  });

  it('gives the room back that a failed upload had', async () => {
    const { ingest, quota, catalog, picture } = rig({ maxCount: 1 });
    const commit = catalog.commit;
    catalog.commit = async () => {
      throw new Error('the disk is gone');
    };
    const received = await ingest.receive(body(await picture()), { maxBytes: 1_000_000 });
    await expect(ingest.commit(received, REQUEST)).rejects.toThrow('gone');
    catalog.commit = commit;
    expect((await quota.usage(ANNA)).reserved).toEqual({ bytes: 0, count: 0 });
    const again = await ingest.receive(body(await picture()), { maxBytes: 1_000_000 });
    await ingest.commit(again, REQUEST);
  });

  it('answers a repeated upload that needs no room', async () => {
    const { store, ingest, picture } = rig({ maxCount: 1 });
    const bytes = await picture();
    const { entry } = await store(bytes, { idempotencyKey: 'k' });
    expect(await ingest.reserve(ANNA, { bytes: 1, idempotencyKey: 'k' })).toBeUndefined();
    expect(await store(bytes, { idempotencyKey: 'k' })).toMatchObject({ outcome: 'replayed' });
    expect(await ingest.reserve(ANNA, { bytes: 1, dedupe: true })).toBeUndefined();
    const twin = await store(bytes, { dedupe: true });
    expect(twin).toMatchObject({ outcome: 'duplicate', entry: { id: entry.id } });
    await expect(ingest.reserve(ANNA, { bytes: 1, idempotencyKey: 'new' })).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
  });

  it('keeps room once for a restore that is asked for twice at once', async () => {
    const { add, trash, bulk, count } = rig({ maxCount: 2 });
    const [a] = [await add(), await add()];
    await trash.trash(ANNA, 'generated', a.id);
    const results = await bulk.apply(ANNA, 'generated', [a.id, a.id], { action: 'restore' });
    expect(results).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await count()).toBe(2);
    expect(await failureOf(add())).toMatchObject({ code: 'quota_exceeded' });
  });

  it('refuses a copy into the locker, and a restore, that would exceed it; a repeated restore passes', async () => {
    const { add, inputs, trash, bulk, status } = rig({ maxCount: 2 });
    const [a, b] = [await add(), await add()];
    expect(await failureOf(inputs.copy(ANNA, 'generated', a.id))).toMatchObject({ code: 'quota_exceeded' });
    await trash.trash(ANNA, 'generated', a.id);
    const c = await add();
    expect(await failureOf(trash.restore(ANNA, 'generated', a.id))).toMatchObject({ code: 'quota_exceeded' });
    expect(await status(a)).toBe('trash');
    expect((await trash.restore(ANNA, 'generated', b.id)).status).toBe('active');
    await trash.trash(ANNA, 'generated', c.id);
    const results = await bulk.apply(ANNA, 'generated', [a.id, c.id], { action: 'restore' });
    expect(results.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(results.find(({ ok }) => !ok)).toMatchObject({ code: 'quota_exceeded' });
  });

  it('never refuses what was dropped into the tree, and counts it', async () => {
    const { add, count } = rig({ maxCount: 1 });
    await add();
    await add({ adoptedFrom: { name: 'x.png', inode: '1', size: 1, mtime: 1 } });
    expect(await count()).toBe(2);
    expect(await failureOf(add())).toMatchObject({ code: 'quota_exceeded' });
  });

  it('is another for an owner about whom owner.json says so', async () => {
    const { add, state, quota } = rig({ maxCount: 1 });
    await state.updateOwner(ANNA, (current) => ({ ...current, quota: { max_count: 2 } }));
    await add();
    await add();
    expect(await failureOf(add())).toMatchObject({ code: 'quota_exceeded' });
    expect((await quota.usage(ANNA)).limits).toMatchObject({ maxCount: 2, policy: 'block' });
    await state.updateOwner(ANNA, (current) => ({ ...current, quota: { max_count: null } }));
    await add();
  });
});

describe('a quota that warns', () => {
  it('takes a tenth more', async () => {
    const { add, quota } = rig({ maxCount: 10, policy: 'warn' });
    for (let i = 0; i < 11; i += 1) {
      expect((await quota.usage(ANNA)).state).toBe(i < 9 ? 'ok' : 'warn');
      await add();
    }
    expect((await quota.usage(ANNA)).state).toBe('full');
    expect(await failureOf(add())).toMatchObject({ code: 'quota_exceeded' });
  });
});

describe('a quota that throws the oldest away', () => {
  const limits = { maxCount: 3, policy: 'trash_oldest' } as const;

  it('throws away the oldest generated picture that is no favourite, for a picture that is there', async () => {
    const { add, quota, ingest, count, status } = rig(limits);
    const loved = await add({ favorite: true });
    const input = await add({ kind: 'input' });
    const oldest = await add();
    const reservation = await quota.reserve(ANNA, 1);
    expect(await status(oldest)).toBe('active');
    reservation.release();
    expect(await failureOf(ingest.receive(body(Buffer.from('no picture')), { maxBytes: 10 }))).toBeDefined();
    expect(await status(oldest)).toBe('active');
    const next = await add();
    expect(await Promise.all([loved, input, oldest, next].map(status))).toEqual([
      'active',
      'active',
      'trash',
      'active',
    ]);
    expect(await count()).toBe(3);
  });

  it('refuses where only favourites and inputs are left, and throws nothing away for nothing', async () => {
    const large = await pngPicture({ width: 64, height: 64, seed: 500 });
    const free = rig({});
    const { entry } = await free.store(large);
    const small = sizeOf(await free.add());
    const maxBytes = sizeOf(entry) + 2 * small;
    const { add, store, ingest, count, status } = rig({ maxBytes, policy: 'trash_oldest' });
    for (let i = 0; i < 3; i += 1) await add({ favorite: true });
    await add({ kind: 'input' });
    const plain = await add();
    expect(await failureOf(store(large))).toMatchObject({ code: 'quota_exceeded' });
    expect(await status(plain)).toBe('active');
    expect(await count()).toBe(5);
    await expect(ingest.reserve(ANNA, { bytes: maxBytes + 1 })).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
  });

  it('never goes above the limit with 30 uploads at once, and takes them all', async () => {
    const { count, add, catalog, quota } = rig(limits);
    let most = 0;
    catalog.onChange(() => {
      void count().then((now) => (most = Math.max(most, now)));
    });
    await Promise.all(Array.from({ length: 30 }, () => add()));
    expect(await count()).toBe(3);
    expect(most).toBeLessThanOrEqual(3);
    // as many as needed, and not one more
    expect(sumOf((await quota.usage(ANNA)).trash).count).toBe(27);
  });

  it('leaves what becomes a favourite in the last moment, and takes the next', async () => {
    const { add, catalog, status, count } = rig(limits);
    const [a, b] = [await add(), await add(), await add()];
    const commit = catalog.commit.bind(catalog);
    catalog.commit = async (owner, mutation) => {
      if (mutation.op === 'trash' && mutation.id === a.id) {
        const change = (current: ReturnType<Entry['record']>) => ({ ...current, favorite: true });
        await commit(owner, { op: 'edit', kind: 'generated', id: a.id, change });
      }
      return commit(owner, mutation);
    };
    await add();
    expect([await status(a), await status(b), await count()]).toEqual(['active', 'trash', 3]);
  });

  it('looks again where the oldest was removed for good meanwhile', async () => {
    const { add, catalog, count } = rig(limits);
    const [a] = [await add(), await add(), await add()];
    const commit = catalog.commit.bind(catalog);
    catalog.commit = async (owner, mutation) => {
      if (mutation.op === 'trash' && mutation.id === a.id) {
        await commit(owner, { op: 'purge', kind: 'generated', id: a.id });
      }
      return commit(owner, mutation);
    };
    await add();
    expect(await count()).toBe(3);
    expect(await catalog.lookup(ANNA, a.id)).toBeUndefined();
  });

  it('throws nothing away for uploads that have not come yet', async () => {
    const { add, quota, count } = rig(limits);
    for (let i = 0; i < 3; i += 1) await add();
    const waiting = [await quota.reserve(ANNA, 1), await quota.reserve(ANNA, 1)];
    await add();
    expect(await count()).toBe(3);
    expect(sumOf((await quota.usage(ANNA)).trash).count).toBe(1);
    for (const one of waiting) one.release();
  });

  it('does not throw anything away for a restore', async () => {
    const { add, trash, status } = rig(limits);
    const [a, b] = [await add(), await add()];
    await add();
    await trash.trash(ANNA, 'generated', a.id);
    await add();
    expect(await failureOf(trash.restore(ANNA, 'generated', a.id))).toMatchObject({ code: 'quota_exceeded' });
    expect(await status(b)).toBe('active');
  });
});

describe('the quota job', () => {
  it('brings owners under trash_oldest back to a lowered limit, others it only counts', async () => {
    const { add, state, quota, count, status, audit } = rig({ maxCount: 2 });
    await state.updateOwner(ANNA, () => ({ quota: { max_count: 0 } }));
    const pictures: Entry[] = [await add({ favorite: true })];
    for (let i = 0; i < 20; i += 1) pictures.push(await add());
    await state.updateOwner(ANNA, () => ({ quota: { max_count: 5, policy: 'trash_oldest' } }));
    await state.updateOwner(BERT, () => ({ quota: { max_count: 0 } }));
    for (let i = 0; i < 3; i += 1) await add({ owner: BERT });
    await state.updateOwner(BERT, () => ({}));
    expect(await quota.enforce(live())).toMatchObject({ owners: 2, over: 2, trashed: 16, failed: 0 });
    expect([await count(), await count(BERT)]).toEqual([5, 3]);
    const kept = await Promise.all(pictures.map(status));
    expect(kept.map((one) => one === 'active')).toEqual(pictures.map((_, i) => i === 0 || i > 16));
    const { entries } = await audit.list({ owners: [ANNA], page: 1, size: 5 });
    expect(entries).toMatchObject([{ actor: 'job', action: 'quota-trash', detail: { count: 16 } }]);
    expect(await quota.enforce(live())).toMatchObject({ over: 1, trashed: 0 });
  });

  it('goes as far as favourites let it, and stops when it is told to', async () => {
    const { add, state, quota, count } = rig({});
    for (const favorite of [true, true, false]) await add({ favorite });
    await state.updateOwner(ANNA, () => ({ quota: { max_count: 1, policy: 'trash_oldest' } }));
    await expect(quota.enforce(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    expect(await quota.enforce(live())).toMatchObject({ over: 1, trashed: 1 });
    expect(await count()).toBe(2);
  });
});
