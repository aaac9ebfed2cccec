import { isDay } from './day.ts';

const ISO = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** A time as records keep it: ISO 8601, ms, UTC. */
export function isoOf(time: number): string {
  return new Date(time).toISOString();
}

/** ms since the epoch of an ISO 8601 time that names its zone; undefined for anything else, and before 1970. */
export function parseTime(text: string): number | undefined {
  const match = ISO.exec(text);
  // Date.parse rolls 30 February over into March: the date is checked on its own
  if (match === null || !isDay(`${match[1]}/${match[2]}/${match[3]}`)) return undefined;
  const time = Date.parse(text);
  return Number.isFinite(time) && time >= 0 ? time : undefined;
}
