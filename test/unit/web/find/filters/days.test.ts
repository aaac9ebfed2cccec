import { describe, expect, it } from 'vitest';
import { dayOf, firstOfLast } from '../../../../../web/src/find/filters/days.ts';

describe('days where the reader is', () => {
  const late = new Date(2026, 2, 1, 23, 59);

  it('are those of the calendar, not of UTC', () => {
    expect(dayOf(late)).toBe('2026-03-01');
    expect(dayOf(new Date(2026, 2, 1, 0, 0))).toBe('2026-03-01');
  });

  it('count today', () => {
    expect(firstOfLast(1, late)).toBe('2026-03-01');
    expect(firstOfLast(7, late)).toBe('2026-02-23');
    expect(firstOfLast(365, late)).toBe('2025-03-02');
  });
});
