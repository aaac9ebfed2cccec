import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../../web/src/api/types.ts';
import { bytesOf, countOf, trashOf } from '../../../../web/src/settings/space.ts';

const NONE = { count: 0, bytes: 0, thumb_bytes: 0 };
const USAGE: Usage = {
  owner: 'anna',
  count: 9,
  bytes: 80,
  thumb_bytes: 10,
  kinds: { generated: NONE, input: NONE, control: NONE },
  trash: {
    count: 2,
    bytes: 50,
    thumb_bytes: 5,
    max_bytes: null,
    over_bytes: 0,
    retention_days: 30,
    next_purge_at: null,
  },
  reserved: { count: 0, bytes: 0 },
  quota: { max_bytes: 100, max_count: 10, policy: 'block' },
  state: 'warn',
};

describe('space', () => {
  it('counts thumbnails towards a limit on bytes, and says when it is near', () => {
    expect(bytesOf(USAGE)).toEqual({ used: 90, most: 100, state: 'warn' });
    expect(bytesOf({ ...USAGE, bytes: 79 }).state).toBe('ok');
    expect(bytesOf({ ...USAGE, bytes: 90 }).state).toBe('full');
  });

  it('judges the number of pictures for itself', () => {
    expect(countOf(USAGE)).toEqual({ used: 9, most: 10, state: 'warn' });
    expect(countOf({ ...USAGE, count: 10 }).state).toBe('full');
  });

  it('is never full without a limit', () => {
    const free = { ...USAGE, quota: { max_bytes: null, max_count: null, policy: 'block' } } as const;
    expect(bytesOf(free)).toEqual({ used: 90, most: null, state: 'ok' });
    expect(countOf(free).state).toBe('ok');
    expect(trashOf(free)).toEqual({ used: 55, most: null, state: 'ok' });
  });

  it('measures the trash against its own limit', () => {
    expect(trashOf({ ...USAGE, trash: { ...USAGE.trash, max_bytes: 40 } })).toEqual({
      used: 55,
      most: 40,
      state: 'full',
    });
  });
});
