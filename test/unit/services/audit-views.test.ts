import { expect, it } from 'vitest';
import { silentLog } from '../../../src/domain/log.ts';
import { createAudit } from '../../../src/services/audit.ts';
import { createAuditViews } from '../../../src/services/audit-views.ts';
import { createMemoryStateStore } from '../../../src/state/memory-state-store.ts';
import { ANNA, BERT, NOON } from '../../support/services.ts';

function rig() {
  const clock = { now: NOON, broken: false };
  const now = () => clock.now;
  const audit = createAudit({ state: createMemoryStateStore(), now });
  const views = createAuditViews({
    audit: {
      record: (entry) => (clock.broken ? Promise.reject(new Error('full')) : audit.record(entry)),
    },
    log: silentLog,
    now,
  });
  const entries = async () => (await audit.list({ page: 1, size: 50 })).entries.toReversed();
  return { clock, views, entries };
}
const list = { session: 's1-and-more-than-eight', owner: ANNA, what: 'list' } as const;

it('is one line a minute for each session, owner and kind of view', async () => {
  const { clock, views, entries } = rig();
  await Promise.all(Array.from({ length: 50 }, () => views.seen(list)));
  for (const more of [{ what: 'original' }, { owner: BERT }, { session: 's2' }] as const) {
    await views.seen({ ...list, ...more });
    await views.seen({ ...list, ...more });
  }
  expect((await entries()).map(({ owner, action, detail }) => [action, owner, detail])).toEqual([
    ['view', ANNA, { what: 'list', session: 's1-and-m' }],
    ['view', ANNA, { what: 'original', session: 's1-and-m' }],
    ['view', BERT, { what: 'list', session: 's1-and-m' }],
    ['view', ANNA, { what: 'list', session: 's2' }],
  ]);
  clock.now += 59_999;
  await views.seen(list);
  expect(await entries()).toHaveLength(4);
  clock.now += 1;
  await views.seen(list);
  expect(await entries()).toHaveLength(5);
});

it('stops nobody when it cannot be written, and is written as soon as it can', async () => {
  const { clock, views, entries } = rig();
  clock.broken = true;
  await views.seen(list);
  clock.broken = false;
  await views.seen(list);
  expect(await entries()).toHaveLength(1);
});
