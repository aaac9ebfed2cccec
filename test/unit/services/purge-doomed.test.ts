import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/catalog/catalog.ts';
import { live, quotaRig as rig, sizeOf } from '../../support/quota-rig.ts';
import { ANNA } from '../../support/services.ts';

describe('a trash with a limit of its own', () => {
  it('loses what has been in it for longest before its time, as planned, and no more than must go', async () => {
    const size = sizeOf(await rig({}).add());
    const { add, trash, purge, clock, status } = rig({ trashMaxBytes: size * 2 + 10 });
    const pictures: Entry[] = [];
    for (let i = 0; i < 6; i += 1) pictures.push(await add({ favorite: i === 0 }));
    // thrown away in another order than they were made
    for (const i of [0, 4, 1, 2, 3]) {
      clock.now += 1000;
      const picture = pictures[i];
      if (picture !== undefined) await trash.trash(ANNA, 'generated', picture.id);
    }
    const plan = await purge.plan({});
    expect(plan.count).toBe(3);
    expect(plan.owners).toMatchObject([{ owner: ANNA, count: 3, early: 3 }]);
    expect((await purge.plan({ olderThanDays: 1 })).count).toBe(0);
    const result = await purge.apply(plan, { signal: live() });
    expect(result).toEqual({ deleted: 3, bytes: plan.bytes, skipped: 0, failed: 0 });
    // the favourite is exempt
    expect(await Promise.all(pictures.map(status))).toEqual([
      'trash',
      undefined,
      undefined,
      'trash',
      undefined,
      'active',
    ]);
    expect((await purge.plan({})).count).toBe(0);
  });

  it('counts first what goes anyway, and never takes more than the plan said, nor what was restored', async () => {
    const size = sizeOf(await rig({}).add());
    const { add, trash, purge, clock, status, catalog } = rig({ trashMaxBytes: size + 10 });
    const old = await add();
    await trash.trash(ANNA, 'generated', old.id);
    clock.now += 31 * 86_400_000;
    const [a, b, c] = [await add(), await add(), await add()];
    for (const { id } of [a, b]) {
      clock.now += 1000;
      await trash.trash(ANNA, 'generated', id);
    }
    const plan = await purge.plan({});
    expect(plan.owners).toMatchObject([{ count: 2, early: 1 }]);
    // more arrives since: it is not of this plan
    clock.now += 1000;
    await trash.trash(ANNA, 'generated', c.id);
    const commit = catalog.commit.bind(catalog);
    let first = true;
    catalog.commit = async (owner, mutation) => {
      if (first && mutation.op === 'edit' && mutation.id === a.id) {
        first = false;
        clock.now += 1000;
        await trash.restore(ANNA, 'generated', a.id);
        await trash.trash(ANNA, 'generated', a.id);
      }
      return commit(owner, mutation);
    };
    expect(await purge.apply(plan, { signal: live() })).toMatchObject({ deleted: 1, skipped: 1 });
    expect(await Promise.all([old, a, b, c].map(status))).toEqual([undefined, 'trash', 'trash', 'trash']);
  });
});
