import i18next from 'i18next';
import { formatBytes, formatCount, formatTime } from '../i18n/format.ts';

/** How long something took, for people: `1.2 s`, `3 min`. @param ms */
export function formatDuration(ms: number): string {
  const [unit, length] = ms < 60_000 ? (['second', 1_000] as const) : (['minute', 60_000] as const);
  return new Intl.NumberFormat(i18next.language, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: ms < 10_000 ? 2 : 0,
  }).format(ms / length);
}

const TIME = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** How the reader's language says what a report says in words of its own; undefined where it has none for it. */
export interface ReportWords {
  /** @param word `true`, `generated`, … */
  value(name: string, word: string): string | undefined;
  name(name: string): string;
}

const WORDLESS: ReportWords = { value: () => undefined, name: (name) => name };

/** A member of a report as people read it; the server names amounts of bytes `bytes` or `…_bytes`. */
export function formatValue(name: string, value: unknown, words = WORDLESS): string {
  if (typeof value === 'number') {
    if (name === 'ms') return formatDuration(value);
    return /(^|_)bytes$/i.test(name) ? formatBytes(value) : formatCount(value);
  }
  if (typeof value === 'string') {
    return TIME.test(value) ? formatTime(value) : (words.value(name, value) ?? value);
  }
  if (typeof value === 'boolean') return words.value(name, String(value)) ?? String(value);
  if (Array.isArray(value)) return value.map((one) => formatValue(name, one, words)).join(', ');
  if (typeof value !== 'object' || value === null) return '–';
  const members = Object.entries(value).map(
    ([member, of]) => `${words.name(member)} ${formatValue(member, of, words)}`,
  );
  return members.length === 0 ? '–' : members.join(', ');
}

/** Whether there is something to say of a member: neither nothing nor an empty list. */
export function isTelling(value: unknown): boolean {
  return !(
    value === null ||
    value === undefined ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  );
}
