import i18next from 'i18next';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Bytes as people read them, decimal as in every quota setting: `1.2 GB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(i18next.language, {
    style: 'unit',
    unit: UNITS[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}

export function formatCount(count: number): string {
  return new Intl.NumberFormat(i18next.language).format(count);
}

/** Making a format costs fifty times as much as using it, and lists use one for every row. */
const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${i18next.language} ${name}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(i18next.language, options);
  formats.set(key, format);
  return format;
}

/** @param date `YYYY-MM-DD`, or any time that Date reads */
export function formatDay(date: string): string {
  // a bare date is that day wherever the reader is
  const isBare = date.length === 10;
  const format = isBare
    ? dateFormat('bare day', { dateStyle: 'full', timeZone: 'UTC' })
    : dateFormat('day', { dateStyle: 'full' });
  return format.format(new Date(date));
}

/** @param date any day of the month, `YYYY-MM…` */
export function formatMonth(date: string): string {
  const format = dateFormat('month', { year: 'numeric', month: 'long', timeZone: 'UTC' });
  return format.format(new Date(`${date.slice(0, 7)}-01`));
}

export function formatTime(date: string): string {
  return dateFormat('time', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(date));
}

/** In how long, or how long ago: `in 3 days`. @param now ms */
export function formatFromNow(date: string, now: number): string {
  const seconds = (Date.parse(date) - now) / 1000;
  const format = new Intl.RelativeTimeFormat(i18next.language, { numeric: 'auto' });
  const steps = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const;
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  }
  return format.format(Math.round(seconds), 'second');
}
