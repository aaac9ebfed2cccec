import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fits,
  limitsOf,
  missing,
  QUOTA_POLICIES,
  type QuotaLimits,
  quotaState,
} from '../../../src/domain/quota.ts';

const BLOCK: QuotaLimits = { maxBytes: 1000, maxCount: 10, trashMaxBytes: 500, policy: 'block' };

describe('a quota', () => {
  it('takes up to the limit, by bytes and by count, and not one more', () => {
    expect(fits({ bytes: 900, count: 9 }, { bytes: 100, count: 1 }, BLOCK)).toBe(true);
    expect(fits({ bytes: 900, count: 9 }, { bytes: 101, count: 1 }, BLOCK)).toBe(false);
    expect(fits({ bytes: 0, count: 10 }, { bytes: 1, count: 1 }, BLOCK)).toBe(false);
    expect(missing({ bytes: 990, count: 10 }, { bytes: 30, count: 2 }, BLOCK)).toEqual({
      bytes: 20,
      count: 2,
    });
  });

  it('that only warns takes a tenth more', () => {
    const warn = { ...BLOCK, policy: 'warn' } as const;
    expect(fits({ bytes: 1000, count: 10 }, { bytes: 100, count: 1 }, warn)).toBe(true);
    expect(fits({ bytes: 1000, count: 10 }, { bytes: 101, count: 1 }, warn)).toBe(false);
    expect(fits({ bytes: 0, count: 11 }, { bytes: 1, count: 1 }, warn)).toBe(false);
  });

  it('says how near it is', () => {
    const state = (bytes: number, count: number, limits = BLOCK) => quotaState({ bytes, count }, limits);
    expect([state(899, 8), state(900, 0), state(0, 9), state(999, 9)]).toEqual([
      'ok',
      'warn',
      'warn',
      'warn',
    ]);
    expect([state(1000, 1), state(1, 10), state(2000, 20)]).toEqual(['full', 'full', 'full']);
    expect(state(1050, 10, { ...BLOCK, policy: 'warn' })).toBe('warn');
    expect(state(1100, 10, { ...BLOCK, policy: 'warn' })).toBe('full');
    // there is always something older that makes room
    expect(state(1000, 10, { ...BLOCK, policy: 'trash_oldest' })).toBe('warn');
    expect(state(1e12, 1e6, { ...BLOCK, maxBytes: null, maxCount: null })).toBe('ok');
  });

  it('is the same whether it is asked before or after: what fits leaves the state below full, or just at it', () => {
    fc.assert(
      fc.property(
        fc.record({
          maxBytes: fc.option(fc.integer({ min: 1, max: 10_000 })),
          maxCount: fc.option(fc.integer({ min: 1, max: 50 })),
          trashMaxBytes: fc.constant(null),
          policy: fc.constantFrom(...QUOTA_POLICIES),
        }),
        fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 80 }),
        (limits, pictures) => {
          let used = { bytes: 0, count: 0 };
          for (const bytes of pictures) {
            const full = quotaState(used, limits) === 'full';
            const taken = fits(used, { bytes, count: 1 }, limits);
            expect(full && taken).toBe(false);
            if (taken) used = { bytes: used.bytes + bytes, count: used.count + 1 };
          }
          const factor = limits.policy === 'warn' ? 1.1 : 1;
          expect(used.bytes).toBeLessThanOrEqual((limits.maxBytes ?? Infinity) * factor);
          expect(used.count).toBeLessThanOrEqual((limits.maxCount ?? Infinity) * factor);
        },
      ),
    );
  });

  it('can be another for one owner, member by member; what makes no sense says nothing', () => {
    expect(limitsOf(BLOCK, undefined)).toEqual(BLOCK);
    expect(limitsOf(BLOCK, { max_bytes: 5, policy: 'warn' })).toEqual({
      ...BLOCK,
      maxBytes: 5,
      policy: 'warn',
    });
    expect(limitsOf(BLOCK, { max_bytes: null, max_count: 0, trash_max_bytes: 7 })).toEqual({
      ...BLOCK,
      maxBytes: null,
      maxCount: null,
      trashMaxBytes: 7,
    });
    for (const odd of [-1, 1.5, 'lots', true, [], {}]) {
      expect(limitsOf(BLOCK, { max_bytes: odd, max_count: odd, policy: odd })).toEqual(BLOCK);
    }
    expect(limitsOf(BLOCK, [1])).toEqual(BLOCK);
  });
});
