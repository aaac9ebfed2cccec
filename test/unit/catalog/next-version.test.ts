import { describe, expect, it } from 'vitest';
import { nextVersion } from '../../../src/catalog/next-version.ts';
import { dayOf } from '../../../src/domain/day.ts';
import { sampleRecord } from '../../support/records.ts';

const current = sampleRecord({ rev: 4, updated_at: '2026-01-02T03:04:05.000Z' });
const now = Date.parse('2026-02-01T00:00:00.000Z');

describe('nextVersion', () => {
  it('counts on from the higher revision', () => {
    expect(nextVersion(current, { ...current, rating: 1 }, now)).toMatchObject({ rev: 5, rating: 1 });
    expect(nextVersion(current, { ...current, rev: 1 }, now).rev).toBe(5);
    expect(nextVersion(current, { ...current, rev: 9 }, now).rev).toBe(10);
  });

  it('dates it now, or when the clock went back, as the version before', () => {
    expect(nextVersion(current, current, now).updated_at).toBe('2026-02-01T00:00:00.000Z');
    expect(nextVersion(current, current, 0).updated_at).toBe(current.updated_at);
    const forged = { ...current, updated_at: '2099-01-01T00:00:00.000Z' };
    expect(nextVersion(current, forged, now).updated_at).toBe('2026-02-01T00:00:00.000Z');
  });

  it('refuses to move a picture', () => {
    expect(() => nextVersion(current, { ...current, day: dayOf(0) }, now)).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
  });
});
