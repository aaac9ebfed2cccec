import { describe, expect, it } from 'vitest';
import { emptyUse } from '../../../src/catalog/usage.ts';
import type { Owner } from '../../../src/domain/owner.ts';
import type { QuotaLimits } from '../../../src/domain/quota.ts';
import { numbersOf } from '../../../src/services/owner-numbers.ts';
import type { Counted } from '../../../src/services/owner-summaries.ts';
import { createQuotaReport, quotaCsv, quotaJson } from '../../../src/services/quota-report.ts';
import { createMemoryStateStore } from '../../../src/state/memory-state-store.ts';
import { NOON, owner } from '../../support/services.ts';

const LIMITS: QuotaLimits = { maxBytes: 1000, maxCount: 10, trashMaxBytes: null, policy: 'block' };

function reportOf(...rows: [string, number, number][]) {
  const of = new Map<Owner, Counted | undefined>();
  for (const [name, count, bytes] of rows) {
    const active = { ...emptyUse(), generated: { count, bytes, thumbBytes: 10 } };
    const trash = { ...emptyUse(), control: { count: 1, bytes: 5, thumbBytes: 1 } };
    const numbers = numbersOf({ lastActivity: name === 'idle' ? 0 : NOON, active, trash });
    of.set(owner(name), { numbers, epoch: '', stamp: undefined });
  }
  const state = createMemoryStateStore();
  const summaries = { all: async () => ({ of, pending: 0, revision: 0 }), counted: async () => {} };
  return { of, state, ...createQuotaReport({ summaries, state, limits: LIMITS }) };
}

const never = () => new AbortController().signal;

describe('the quota report', () => {
  it('has everybody, the nearest to the nearer limit first', async () => {
    const { of, state, rows } = reportOf(
      ['few', 1, 90],
      ['many', 10, 90],
      ['heavy', 1, 890],
      ['free', 99, 9999],
    );
    await state.updateOwner(owner('free'), (now) => ({ ...now, quota: { max_bytes: 0, max_count: null } }));
    of.set(owner('unknown'), undefined);
    const report = await rows(never());
    expect(report.map((row) => [row.owner, row.state, row.used])).toEqual([
      ['many', 'full', 1],
      ['heavy', 'warn', 0.9],
      ['few', 'ok', 0.1],
      ['free', 'ok', null],
    ]);
  });

  it('reads as a table', async () => {
    const { rows } = reportOf(['anna', 3, 323], ['idle', 0, 0]);
    const report = await rows(never());
    expect(report.map(quotaJson)[0]).toMatchObject({ user_id: 'anna', used: 0.333, trash_bytes: 5 });
    expect(quotaCsv(report).split('\r\n')).toEqual([
      'user_id,state,used,count,bytes,thumb_bytes,trash_count,trash_bytes,trash_thumb_bytes,max_bytes,max_count,trash_max_bytes,policy,last_activity',
      'anna,ok,0.333,3,323,10,1,5,1,1000,10,,block,2026-11-21T12:00:00.000Z',
      'idle,ok,0.01,0,0,10,1,5,1,1000,10,,block,',
      '',
    ]);
  });

  it('is given up when the server stops', async () => {
    const { rows } = reportOf(['anna', 3, 323]);
    await expect(rows(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });
});
