import { KirokuError } from '../domain/errors.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const HOUR = 3_600_000;
/** No zone was ever further than this from UTC. */
const WIDEST = 26 * HOUR;

/** A bare calendar date such as `2026-11-21`; undefined when the text is not one. */
export function parseDate(text: string): Date | undefined {
  if (!DATE.test(text)) return undefined;
  const date = new Date(`${text}T00:00:00.000Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? undefined : date;
}

/** The zone's calendar, as `YYYY-MM-DD`. @throws KirokuError `invalid_parameter` for an unknown IANA zone */
export function zoneCalendar(tz: string): (time: number) => string {
  try {
    const format = new Intl.DateTimeFormat('en-CA', {
      timeZone: tz,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    return (time) => format.format(time);
  } catch (cause) {
    throw new KirokuError('invalid_parameter', 'tz: not a time zone that is known here.', {
      cause,
      details: { field: 'tz' },
    });
  }
}

/**
 * The first millisecond (since the epoch) of a date in a zone. Found by bisection, as a day may begin at 01:00 where
 * clocks change at midnight, or not exist at all; then it is the first millisecond of the next one.
 */
export function startOfDate(date: Date, tz: string): number {
  const wanted = date.toISOString().slice(0, 10);
  const calendar = zoneCalendar(tz);
  let before = date.getTime() - WIDEST;
  let at = date.getTime() + WIDEST;
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (calendar(middle) >= wanted) at = middle;
    else before = middle;
  }
  return at;
}

/** The date after this one. */
export function nextDate(date: Date): Date {
  return new Date(date.getTime() + 24 * HOUR);
}
