import { describe, expect, it } from 'vitest';
import { isKirokuError } from '../../../../src/domain/errors.ts';
import { createRateLimit } from '../../../../src/http/middleware/rate-limit.ts';

function limitOf(perMinute: number, maxKeys?: number) {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const options = { perMinute, now, message: 'slow down' };
  const limit = createRateLimit(maxKeys === undefined ? options : { ...options, maxKeys });
  const taken = (key: string): boolean => {
    try {
      limit.take(key);
      return true;
    } catch (error) {
      if (!isKirokuError(error, 'rate_limited')) throw error;
      expect(error.details.retryAfter).toBeGreaterThanOrEqual(1);
      return false;
    }
  };
  return { clock, limit, taken };
}

describe('a rate limit', () => {
  it.each([1, 7, 60, 6000])('lets a burst of %i through, and no more', (perMinute) => {
    const { taken } = limitOf(perMinute);
    const through = Array.from({ length: perMinute + 5 }, () => taken('a')).filter(Boolean);
    expect(through).toHaveLength(perMinute);
    expect(taken('b')).toBe(true);
  });

  it('fills again with time, evenly', () => {
    const { clock, taken } = limitOf(60);
    for (let i = 0; i < 60; i += 1) taken('a');
    expect(taken('a')).toBe(false);
    clock.now += 1_000;
    expect([taken('a'), taken('a')]).toEqual([true, false]);
    clock.now += 3_600_000;
    expect(Array.from({ length: 70 }, () => taken('a')).filter(Boolean)).toHaveLength(60);
  });

  it('does not lock anybody out when the clock is set back', () => {
    const { clock, taken } = limitOf(10);
    taken('a');
    clock.now -= 86_400_000;
    taken('a');
    clock.now += 61_000;
    expect(taken('a')).toBe(true);
  });

  it('remembers a bounded number of keys', () => {
    const { taken } = limitOf(1, 2);
    expect([taken('a'), taken('b'), taken('c')]).toEqual([true, true, true]);
    expect(taken('c')).toBe(false);
    expect(taken('a')).toBe(true);
  });

  it('of 0 is none', () => {
    const { taken } = limitOf(0);
    expect(Array.from({ length: 1000 }, () => taken('a')).every(Boolean)).toBe(true);
  });
});
