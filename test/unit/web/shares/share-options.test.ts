import { describe, expect, it } from 'vitest';
import {
  endOf,
  FIRST_CHOICES,
  LIFETIME_NAMES,
  LIFETIMES,
  shareAddress,
  shareRequest,
} from '../../../../web/src/shares/share-options.ts';

describe('a link for others', () => {
  it('is asked for as it was chosen', () => {
    const choices = { ...FIRST_CHOICES, name: '  For Bert ', lifetime: 'day', showPrompt: true } as const;
    expect(shareRequest(['a', 'b'], choices)).toEqual({
      ids: ['a', 'b'],
      name: 'For Bert',
      expires_in: 86_400,
      thumbnail_only: false,
      show_prompt: true,
      strip_metadata: true,
    });
  });

  it('gives nothing embedded away unless that is chosen', () => {
    expect(shareRequest(['a'], FIRST_CHOICES)).toMatchObject({ strip_metadata: true, show_prompt: false });
  });

  it('lives no longer than the server allows', () => {
    for (const name of LIFETIME_NAMES) expect(LIFETIMES[name]).toBeLessThanOrEqual(366 * 86_400);
  });

  it('is passed on with host and sub-path', () => {
    expect(shareAddress('/kiroku/s/s1.x', 'https://example.org')).toBe('https://example.org/kiroku/s/s1.x');
  });

  it('has ended when it was revoked, and from its last moment on', () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    const until = (expires_at: string, revoked = false) => endOf({ revoked, expires_at }, now);
    expect(until('2026-11-21T12:00:01.000Z')).toBe('alive');
    expect(until('2026-11-21T12:00:00.000Z')).toBe('expired');
    expect(until('2026-11-22T12:00:00.000Z', true)).toBe('revoked');
  });
});
