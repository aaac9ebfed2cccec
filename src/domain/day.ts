/** A UTC day as it stands in a key: `YYYY/MM/DD`. */
export type Day = string & { readonly __day: unique symbol };

const DAY_MS = 86_400_000;
const DAY = /^(\d{4})\/(\d{2})\/(\d{2})$/;

let lastNumber = Number.NaN;
let lastDay = '' as Day;

/** The UTC day of a time in ms. The last answer is kept: pages ask for the same day over and over. */
export function dayOf(time: number): Day {
  const number = Math.floor(time / DAY_MS);
  if (number !== lastNumber) {
    lastDay = new Date(number * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '/') as Day;
    lastNumber = number;
  }
  return lastDay;
}

/** True for a real calendar day (no 2026/02/30). */
export function isDay(text: string): text is Day {
  return (
    DAY.test(text) && Number.isFinite(startOfDay(text as Day)) && dayOf(startOfDay(text as Day)) === text
  );
}

/** First millisecond of the day; NaN when `day` is not one. */
export function startOfDay(day: Day): number {
  return Date.parse(`${day.replaceAll('/', '-')}T00:00:00.000Z`);
}
