import { describe, expect, it } from 'vitest';
import { readSeed, readThumb, readTime } from '../../../src/domain/legacy.ts';
import { hexIdOf } from '../../support/ids.ts';

function iso(text: string, zone = 'UTC'): string | undefined {
  const time = readTime(text, zone);
  return time === undefined ? undefined : new Date(time).toISOString();
}

describe('readTime', () => {
  it.each([
    ['2025-03-04T05:06:07.891Z', '2025-03-04T05:06:07.891Z'],
    ['2025-03-04T05:06:07.891234+00:00', '2025-03-04T05:06:07.891Z'],
    ['2025-03-04T05:06:07.999999+09:00', '2025-03-03T20:06:07.999Z'],
    ['2025-03-04 05:06:07', '2025-03-04T05:06:07.000Z'],
    ['2025-03-04T05:06', '2025-03-04T05:06:00.000Z'],
    ['2025-03-04 05:06:07.5+0900', '2025-03-03T20:06:07.500Z'],
    ['2025-03-04 05:06:07-08', '2025-03-04T13:06:07.000Z'],
    ['2024-02-29T00:00:00z', '2024-02-29T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '1741064767',
    '2025-03-04',
    '2025-02-29T00:00:00',
    '2025-13-01T00:00:00',
    '2025-03-04T24:00:00',
    '2025-03-04T05:60:00',
    '2025-03-04T05:06:07 Asia/Seoul',
    '1969-12-31T23:59:59Z',
    '9999-12-31T23:59:59-10:00',
  ])('refuses %j', (text) => {
    expect(iso(text)).toBeUndefined();
  });

  it('reads a time without a zone as a clock in LEGACY_TZ showed it', () => {
    expect(iso('2025-05-01T23:30:00', 'Asia/Seoul')).toBe('2025-05-01T14:30:00.000Z');
    expect(iso('2025-01-15T12:00:00.25', 'America/New_York')).toBe('2025-01-15T17:00:00.250Z');
    expect(iso('2025-07-15T12:00:00', 'America/New_York')).toBe('2025-07-15T16:00:00.000Z');
    expect(iso('2025-07-15T12:00:00', 'Asia/Kolkata')).toBe('2025-07-15T06:30:00.000Z');
  });

  it('takes the first of an hour that came twice, and an hour that never came as if the clock had stayed', () => {
    expect(iso('2025-11-02T01:30:00', 'America/New_York')).toBe('2025-11-02T05:30:00.000Z');
    expect(iso('2025-11-02T02:30:00', 'America/New_York')).toBe('2025-11-02T07:30:00.000Z');
    expect(iso('2025-03-09T02:30:00', 'America/New_York')).toBe('2025-03-09T07:30:00.000Z');
    expect(iso('2025-10-26T02:30:00', 'Europe/Berlin')).toBe('2025-10-26T00:30:00.000Z');
    expect(iso('2025-03-30T02:30:00', 'Europe/Berlin')).toBe('2025-03-30T01:30:00.000Z');
  });

  it('names the setting when there is no such zone', () => {
    expect(() => readTime('2025-05-01T23:30:00', 'Mars/Olympus')).toThrow(
      expect.objectContaining({ code: 'invalid_config' }),
    );
  });
});

describe('readThumb', () => {
  const id = hexIdOf(7);
  it.each([`thumb/${id}.webp`, `thumb/${id}.jpg`])('keeps %s', (thumb) => {
    expect(readThumb(thumb, id)).toBe(thumb);
  });

  it.each([
    `/outputs/users/anon-1/2025/03/04/thumb/${id}.jpg`,
    `http://host:8000/outputs/users/anon-1/2025/03/04/thumb/${id}.jpg?v=3#x`,
  ])('finds the file behind %s', (thumb) => {
    expect(readThumb(thumb, id)).toBe(`thumb/${id}.jpg`);
  });

  it.each([
    null,
    undefined,
    7,
    '',
    `thumb/${hexIdOf(8)}.jpg`,
    `/outputs/thumb/${id}.gif`,
    `xthumb/${id}.jpg`,
    `thumb/${id}.jpg/../../owner.json`,
    `/outputs/thumb/../${id}.jpg`,
  ])('knows nothing of %j', (thumb) => {
    expect(readThumb(thumb, id)).toBeNull();
  });
});

describe('readSeed', () => {
  it.each([
    [42, '42'],
    [0, '0'],
    [-1, '-1'],
    [1e19, '10000000000000000000'],
    ['18446744073709551615', '18446744073709551615'],
    [null, null],
  ])('reads %j', (value, expected) => {
    expect(readSeed(value)).toBe(expected);
  });

  it.each([1.5, 'random', '', '1e5', true, {}, '9'.repeat(41)])('refuses %j', (value) => {
    expect(readSeed(value)).toBeUndefined();
  });
});
