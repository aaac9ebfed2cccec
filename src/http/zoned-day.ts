import type { CalendarDay } from '../catalog/catalog.ts';
import { KirokuError } from '../domain/errors.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
export const DAY = 86_400_000;
/** No zone was ever further than this from UTC, nor its offset two days away from where it is asked. */
const WIDEST = 2 * DAY;
/** Outside of these dates no zone is asked: years of other than four digits are written in other ways. */
const FIRST = Date.UTC(1000, 0, 1);
const LAST = Date.UTC(9999, 0, 1);

/** A calendar date such as `2026-11-21` as the UTC midnight it is written like (ms); undefined for what is no date. */
export function parseDate(text: string): number | undefined {
  if (!DATE.test(text)) return undefined;
  const date = new Date(`${text}T00:00:00.000Z`);
  return Number.isNaN(date.getTime()) || dateText(date.getTime()) !== text ? undefined : date.getTime();
}

function dateText(date: number): string {
  return new Date(date).toISOString().slice(0, 10);
}

/** The calendar of a time zone. Dates are given as by `parseDate`. */
export interface Zone {
  /**
   * The first millisecond (since the epoch) at which clocks show this date or a later one: 01:00 where they jump over
   * midnight, the start of the next day for a date that the zone left out.
   */
  startOf(date: number): number;
  /** The day that holds this time (ms): from its date's start to that of the next date. */
  dayOf(time: number): CalendarDay;
}

/**
 * Remembers what it found: to be used for one question and dropped.
 * @throws KirokuError `invalid_parameter` for an unknown IANA zone
 */
export function createZone(tz: string): Zone {
  const local = localClock(tz);
  const starts = new Map<number, number>();
  const startOf = (date: number): number => {
    let start = starts.get(date);
    if (start === undefined) {
      start = date < FIRST || date > LAST ? date : findStart(local, date);
      starts.set(date, start);
    }
    return start;
  };
  /** How far clocks were ahead at the last start that was found: a first guess, then put right. */
  let ahead = 0;
  return {
    startOf,
    dayOf(time) {
      let date = Math.floor((time + ahead) / DAY) * DAY;
      while (time >= startOf(date + DAY)) date += DAY;
      while (time < startOf(date)) date -= DAY;
      ahead = date - startOf(date);
      return { date: dateText(date), start: startOf(date), end: startOf(date + DAY) };
    },
  };
}

/** What clocks show at a time, as the time (ms) at which clocks in UTC show the same. */
type LocalClock = (time: number) => number;

function localClock(tz: string): LocalClock {
  // every list that names no zone: a format takes longer to make than the rest of its query to read
  if (tz === 'UTC') return (time) => time;
  const format = formatOf(tz);
  if (format.resolvedOptions().timeZone === 'UTC') return (time) => time;
  const offsets = new Map<number, number>();
  return (time) => {
    // offsets change at whole seconds
    const second = Math.floor(time / 1000) * 1000;
    let offset = offsets.get(second);
    if (offset === undefined) {
      offset = shownAs(format, second) - second;
      offsets.set(second, offset);
    }
    return time + offset;
  };
}

function formatOf(tz: string): Intl.DateTimeFormat {
  const two = '2-digit';
  const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two } as const;
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone: tz, hourCycle: 'h23', ...fields });
  } catch (cause) {
    throw new KirokuError('invalid_parameter', 'tz: not a time zone that is known here.', {
      cause,
      details: { field: 'tz' },
    });
  }
}

const SHOWN = /^(\d{4})-(\d\d)-(\d\d), (\d\d):(\d\d):(\d\d)$/;

function shownAs(format: Intl.DateTimeFormat, time: number): number {
  const shown = SHOWN.exec(format.format(time));
  if (shown === null) return time;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = shown.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The date's start is its midnight under the offset of the days before or after: whichever proves to be one, the earlier
 * first, as clocks that go back just after midnight show the day before once more. Where neither is (a zone that changed
 * twice within days), by bisection. Two questions to the zone a day where nothing changes and days are asked in a row.
 */
function findStart(local: LocalClock, date: number): number {
  const before = local(date - WIDEST) + WIDEST - date;
  const after = local(date + WIDEST) - WIDEST - date;
  if (before === after && local(date - before - 1) === date - 1) return date - before;
  for (const offset of before > after ? [before, after] : [after, before]) {
    const start = date - offset;
    if (local(start) >= date && local(start - 1) < date) return start;
  }
  return bisect(local, date);
}

function bisect(local: LocalClock, date: number): number {
  let before = date - WIDEST;
  let at = date + WIDEST;
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (local(middle) >= date) at = middle;
    else before = middle;
  }
  return at;
}
