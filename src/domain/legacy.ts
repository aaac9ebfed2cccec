import { isDay } from './day.ts';
import { KirokuError } from './errors.ts';
import { THUMB_EXTS } from './format.ts';
import type { PictureId } from './id.ts';
import { parseTime } from './time.ts';

const DAY_MS = 86_400_000;
/** The last millisecond whose ISO form has a year of four digits. */
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const LOOSE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * ms since the epoch of a time as Python's `isoformat` and its relatives write it: `T` or a blank, up to nine
 * decimals (cut to ms), `Z`, an offset, or no zone at all. Without a zone it is a wall clock's time in `legacyTz`; of an hour
 * that happened twice the first is meant, and an hour that never was is read as if the clock had not been changed.
 * @param legacyTz IANA zone
 * @returns undefined when the text is no such time, or outside 1970…9999
 * @throws KirokuError `invalid_config` when the zone does not exist
 */
export function readTime(text: string, legacyTz: string): number | undefined {
  const time = parseTime(text) ?? looseTime(text, legacyTz);
  return time !== undefined && time >= 0 && time <= LAST_TIME ? time : undefined;
}

function looseTime(text: string, legacyTz: string): number | undefined {
  const match = LOOSE_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = match;
  if (!isDay(`${year}/${month}/${day}`)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const clock =
    Date.parse(`${year}-${month}-${day}T00:00:00Z`) +
    ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 +
    ms;
  return zone === undefined ? wallClock(clock, legacyTz) : clock - offsetOf(zone);
}

/** Offset of `Z`, `+09`, `+0900` or `+09:00` in ms. */
function offsetOf(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || '0');
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** The instant at which clocks in `zone` show what `clock` would show in UTC. */
function wallClock(clock: number, zone: string): number {
  const before = clock - zoneOffset(clock - DAY_MS, zone);
  const after = clock - zoneOffset(clock + DAY_MS, zone);
  const candidates = [Math.min(before, after), Math.max(before, after)];
  return candidates.find((instant) => instant + zoneOffset(instant, zone) === clock) ?? before;
}

let lastZone = '';
let lastFormat: Intl.DateTimeFormat | undefined;

/** A formatter costs more than all the rest; a tree has one zone, so the last one is kept. */
function formatOf(zone: string): Intl.DateTimeFormat {
  if (lastFormat !== undefined && lastZone === zone) return lastFormat;
  try {
    const numeric = 'numeric';
    lastFormat = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
  } catch (error) {
    throw new KirokuError('invalid_config', 'LEGACY_TZ: no such time zone.', {
      cause: error,
      details: { field: 'LEGACY_TZ' },
    });
  }
  lastZone = zone;
  return lastFormat;
}

/** How far clocks in `zone` are ahead of UTC at an instant, in ms. */
function zoneOffset(instant: number, zone: string): number {
  const whole = Math.floor(instant / 1000) * 1000;
  const parts = new Map(
    formatOf(zone)
      .formatToParts(whole)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const field = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const shown = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  );
  return shown - whole;
}

/**
 * A thumbnail's place as we keep it, `thumb/{id}.webp` or `.jpg`. The earlier system kept the URL path instead
 * (`/outputs/users/…/thumb/{id}.jpg`); what matches neither, or names another picture, is null: it can be made again.
 */
export function readThumb(value: unknown, id: PictureId): string | null {
  if (typeof value !== 'string') return null;
  const path = value.split(/[?#]/, 1)[0] ?? '';
  for (const ext of THUMB_EXTS) {
    const thumb = `thumb/${id}.${ext}`;
    if (path === thumb || path.endsWith(`/${thumb}`)) return thumb;
  }
  return null;
}

/**
 * A seed as a decimal text of at most 40 digits; null for null; undefined for what is none. Numbers of JSON come exact to
 * 2^53 only.
 */
export function readSeed(value: unknown): string | null | undefined {
  if (value === null) return null;
  const text = typeof value === 'number' && Number.isInteger(value) ? BigInt(value).toString() : value;
  return typeof text === 'string' && /^-?\d{1,40}$/.test(text) ? text : undefined;
}
