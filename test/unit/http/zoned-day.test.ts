import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDate, parseDate, startOfDate, zoneCalendar } from '../../../src/http/zoned-day.ts';

const iso = (date: string, tz: string) => {
  const parsed = parseDate(date);
  if (parsed === undefined) throw new Error(`${date} is no date`);
  return new Date(startOfDate(parsed, tz)).toISOString();
};

describe('the start of a day in a zone', () => {
  it.each([
    ['2026-11-21', 'UTC', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21', 'Asia/Seoul', '2026-11-20T15:00:00.000Z'],
    ['2026-11-21', 'America/New_York', '2026-11-21T05:00:00.000Z'],
    // Clocks went forward at midnight: the day began at 01:00.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    // Samoa skipped the 30th: its first millisecond is the 31st's.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('%s in %s is %s', (date, tz, expected) => {
    expect(iso(date, tz)).toBe(expected);
  });

  it('is the first millisecond of that date, whatever the zone does', () => {
    const zones = [
      'UTC',
      'Asia/Tokyo',
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 25_000 }), (tz, days) => {
        const date = new Date(days * 86_400_000);
        const start = startOfDate(date, tz);
        const calendar = zoneCalendar(tz);
        const wanted = date.toISOString().slice(0, 10);
        expect(calendar(start)).toBe(wanted);
        expect(calendar(start - 1) < wanted).toBe(true);
        expect(startOfDate(nextDate(date), tz)).toBeGreaterThan(start);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['2026-02-30', '2026-13-01', '26-01-01', '2026-1-1', ''])('%s is no date', (text) => {
    expect(parseDate(text)).toBeUndefined();
  });
});
