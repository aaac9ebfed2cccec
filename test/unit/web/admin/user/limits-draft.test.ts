import { describe, expect, it } from 'vitest';
import { draftOf, isAmount, isSound, limitsOf } from '../../../../../web/src/admin/user/limits-draft.ts';

describe('limits as they are typed', () => {
  it('come back as they were saved', () => {
    const saved = [
      {},
      { max_count: 5, policy: 'warn' as const },
      { max_bytes: 1_500_000, trash_max_bytes: 0 },
    ];
    for (const own of saved) expect(limitsOf(draftOf(own))).toEqual(own);
    expect(limitsOf(draftOf({ max_bytes: null }))).toEqual({ max_bytes: 0 });
  });

  it('leave out what is empty, and take a comma for a point', () => {
    const draft = { bytes: ' 0,5 ', count: '', trash: '', policy: 'default' as const };
    expect(limitsOf(draft)).toEqual({ max_bytes: 500_000 });
  });

  it('are sound when each is an amount', () => {
    for (const odd of ['many', '-1', '1e3', '1.2.3', 'NaN']) expect(isAmount(odd, 'bytes')).toBe(false);
    expect(isAmount('1.5', 'count')).toBe(false);
    expect(isAmount('1.5', 'trash')).toBe(true);
    expect(isSound({ bytes: '', count: '3', trash: '10', policy: 'block' })).toBe(true);
    expect(isSound({ bytes: 'x', count: '3', trash: '10', policy: 'block' })).toBe(false);
  });
});
