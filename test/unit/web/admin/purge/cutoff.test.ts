import { expect, it } from 'vitest';
import { sameCutoff } from '../../../../../web/src/admin/purge/cutoff.ts';

const DAY_MS = 86_400_000;

it('means the moment of the preview, however long somebody thinks about it', () => {
  const askedAt = 1_000 * DAY_MS;
  for (const waited of [0, 1, 60_000, 3 * DAY_MS]) {
    const now = askedAt + waited;
    expect(now - sameCutoff(30, askedAt, now) * DAY_MS).toBeCloseTo(askedAt - 30 * DAY_MS, 0);
  }
});

it('takes nothing younger in when the clock was set back meanwhile', () => {
  expect(sameCutoff(0.000001, 5_000, 1_000)).toBe(0.000001);
});
