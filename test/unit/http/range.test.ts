import { describe, expect, it } from 'vitest';
import { ifRangeHolds, parseRange } from '../../../src/http/range.ts';

const SIZE = 1000;
const part = (start: number, end: number) => ({ kind: 'part', start, end });
const WHOLE = { kind: 'whole' };
const NO = { kind: 'unsatisfiable' };

describe('Range', () => {
  it.each([
    [undefined, WHOLE],
    ['bytes=0-0', part(0, 0)],
    ['bytes=0-999', part(0, 999)],
    ['bytes=0-', part(0, 999)],
    ['bytes=999-', part(999, 999)],
    ['bytes=999-5000', part(999, 999)],
    ['bytes=-1', part(999, 999)],
    ['bytes=-1000', part(0, 999)],
    ['bytes=-99999999999999999999', part(0, 999)],
    ['BYTES=1-2', part(1, 2)],
    ['bytes=1000-', NO],
    ['bytes=1000-1001', NO],
    ['bytes=-0', NO],
    ['bytes=99999999999999999999999-', NO],
    ['bytes=5-4', WHOLE],
    ['bytes=-', WHOLE],
    ['bytes=', WHOLE],
    ['bytes=a-b', WHOLE],
    ['bytes=0-1,2-3', WHOLE],
    ['bytes=0-0,-1', WHOLE],
    ['items=0-1', WHOLE],
    ['bytes 0-1', WHOLE],
    ['bytes=0x1-2', WHOLE],
    ['bytes=1e2-', WHOLE],
    ['bytes=+1-2', WHOLE],
    [`bytes=${'0'.repeat(200)}1-2`, WHOLE],
  ])('%s', (header, expected) => {
    expect(parseRange(header, SIZE)).toEqual(expected);
  });

  it('of nothing is unsatisfiable', () => {
    expect(parseRange('bytes=0-', 0)).toEqual(NO);
    expect(parseRange('bytes=-5', 0)).toEqual(NO);
  });
});

describe('If-Range', () => {
  const date = 'Sat, 21 Nov 2026 12:00:00 GMT';
  it.each([
    [undefined, true],
    ['"abc"', true],
    [date, true],
    ['W/"abc"', false],
    ['"other"', false],
    ['Sat, 21 Nov 2026 12:00:01 GMT', false],
  ])('%s', (header, holds) => {
    expect(ifRangeHolds(header, 'abc', date)).toBe(holds);
  });
});
