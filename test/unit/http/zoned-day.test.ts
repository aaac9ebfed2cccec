import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createZone, DAY, parseDate } from '../../../src/http/zoned-day.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

const start = (date: string, tz: string) => {
  const parsed = parseDate(date);
  if (parsed === undefined) throw new Error(`${date} is no date`);
  return new Date(createZone(tz).startOf(parsed)).toISOString();
};

const ZONES = [
  'UTC',
  'Asia/Seoul',
  'Asia/Tokyo',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  // clocks went back at 00:01 until 2011
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Pacific/Kwajalein',
  'Africa/Casablanca',
  'Asia/Gaza',
  'America/Havana',
  'Antarctica/Troll',
];

/** What clocks show, one question to the zone at a time. */
function slowCalendar(tz: string): (time: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: tz,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (time) => format.format(time);
}

/** The first minute, and then the first millisecond, at which the calendar shows this date or a later one. */
function slowStart(date: number, tz: string): number {
  const calendar = slowCalendar(tz);
  const wanted = new Date(date).toISOString().slice(0, 10);
  let minute = date - 26 * HOUR;
  while (calendar(minute) < wanted) minute += MINUTE;
  let time = minute;
  while (calendar(time - 1000) >= wanted) time -= 1000;
  while (calendar(time - 1) >= wanted) time -= 1;
  return time;
}

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
    // Clocks went back from 00:01 to 23:01: the 29th had begun, and began again.
    ['2006-10-29', 'America/St_Johns', '2006-10-29T02:30:00.000Z'],
  ])('%s in %s is %s', (date, tz, expected) => {
    expect(start(date, tz)).toBe(expected);
  });

  it('is what the slow way finds, also around the days on which clocks change', { timeout: 60_000 }, () => {
    const days = fc.integer({ min: 0, max: 24_000 });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), days, (tz, day) => {
        const change = nextChange(tz, day * DAY);
        const dates = change === undefined ? [day * DAY] : [-DAY, 0, DAY].map((by) => change + by);
        const zone = createZone(tz);
        for (const date of dates) {
          expect(new Date(zone.startOf(date)), `${tz} ${new Date(date).toISOString()}`).toEqual(
            new Date(slowStart(date, tz)),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(['2026-02-30', '2026-13-01', '26-01-01', '2026-1-1', ''])('%s is no date', (text) => {
    expect(parseDate(text)).toBeUndefined();
  });

  it.each(['0000-01-01', '0001-01-01', '9999-12-31'])('is there for %s too', (date) => {
    expect(start(date, 'Asia/Seoul')).toMatch(/Z$/);
  });

  it('refuses a zone that is not known', () => {
    expect(() => createZone('Mars/Olympus')).toThrow(
      expect.objectContaining({ code: 'invalid_parameter', details: { field: 'tz' } }),
    );
  });
});

/** The UTC day of the zone's next change of clocks, at most a year on; looked for hour by hour where a day differs. */
function nextChange(tz: string, from: number): number | undefined {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: tz,
    timeZoneName: 'longOffset',
    hour: '2-digit',
  });
  const offset = (time: number) => format.format(time).replace(/^\d+ ?/, '');
  for (let day = from; day < from + 366 * DAY; day += DAY) {
    if (offset(day) !== offset(day + DAY)) return day;
  }
  return undefined;
}

describe('the day that holds a time', () => {
  it('holds it, is the one before the next, and meets it without a gap', () => {
    const times = fc.integer({ min: 0, max: 2_100_000_000 });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), times, (tz, seconds) => {
        const zone = createZone(tz);
        const time = seconds * 1000;
        const day = zone.dayOf(time);
        expect(day.start).toBeLessThanOrEqual(time);
        expect(day.end).toBeGreaterThan(time);
        expect(day.start).toBe(zone.startOf(parseDate(day.date) ?? Number.NaN));
        expect(zone.dayOf(day.end).start).toBe(day.end);
        expect(createZone(tz).dayOf(day.end - 1)).toEqual(day);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['2006-10-29T02:30:30.000Z', 'America/St_Johns', '2006-10-29'],
    // the clock shows 23:30 of the 28th again: the 29th goes on
    ['2006-10-29T03:00:00.000Z', 'America/St_Johns', '2006-10-29'],
    ['2011-12-30T09:59:59.999Z', 'Pacific/Apia', '2011-12-29'],
    ['2011-12-30T10:00:00.000Z', 'Pacific/Apia', '2011-12-31'],
    ['2026-11-20T15:00:00.000Z', 'Asia/Seoul', '2026-11-21'],
  ])('%s in %s is in %s', (time, tz, date) => {
    expect(createZone(tz).dayOf(Date.parse(time)).date).toBe(date);
  });

  it('asks the zone at most three times a day when days come in a row', () => {
    const formats: { readonly format: unknown } = Intl.DateTimeFormat.prototype;
    const asked = vi.spyOn(formats, 'format', 'get');
    onTestFinished(() => asked.mockRestore());
    const zone = createZone('America/New_York');
    let time = Date.UTC(2016, 0, 1, 12);
    for (let day = 0; day < 3_650; day += 1) time = zone.dayOf(time).end;
    expect(new Date(time).toISOString()).toMatch(/^2025-12-2/);
    expect(asked.mock.calls.length).toBeGreaterThan(3_650);
    expect(asked.mock.calls.length).toBeLessThan(3 * 3_650);
  });
});
