import { useTranslation } from 'react-i18next';
import type en from '../i18n/en/admin.ts';
import { formatBytes, formatTime } from '../i18n/format.ts';
import { formatDuration } from './values.ts';

type Key = keyof {
  readonly [K in keyof (typeof en)['serverWords'] as K extends `${infer Name}_${'one' | 'other'}`
    ? Name
    : K]: true;
};
type Values = Readonly<Record<string, string | number>>;

/** What the server says in sentences (services/health.ts, maintenance/why.ts), and how its numbers are read. */
const SENTENCES: readonly (readonly [RegExp, Key, ((part: string) => Values)?])[] = [
  [/^(\d+) MiB free$/, 'free', mebibytes],
  [/^(\d+) MiB free: uploads are refused\.$/, 'refused', mebibytes],
  [/^The free space cannot be read\.$/, 'unreadable'],
  [/^The volume is not mounted, or is another one\.$/, 'unmounted'],
  [/^No hard links: files are copied\.$/, 'noLinks'],
  [/^Durable writes fail again and again\.$/, 'writesFail'],
  [/^(\d+) pictures are waiting\.$/, 'waiting', (count) => ({ count: Number(count) })],
  [/^watching: (\d+) folders$/, 'watching', (count) => ({ count: Number(count) })],
  [/^polling: (\d+) folders$/, 'polling', (count) => ({ count: Number(count) })],
  [/^not yet run$/, 'notYet'],
  [/^(\d+) s ago$/, 'ago', (seconds) => ({ time: formatDuration(Number(seconds) * 1_000) })],
  [/^none: it is active$/, 'active'],
  [/^none: the retention policy keeps it/, 'kept'],
  [/^purge-trash leaves it until the running job/, 'inUse'],
  [/^purge-trash removes it at its next run$/, 'nextRun'],
  [/^purge-trash removes it at its first run after (\S+)$/, 'firstRun', (at) => ({ time: formatTime(at) })],
  [/^purge-trash finishes what it began at (\S+)$/, 'begun', (at) => ({ time: formatTime(at) })],
];

/** The key under which we say a sentence of the server, and its numbers; undefined for one that we do not know. */
export function sentenceOf(said: string): { readonly key: Key; readonly values: Values } | undefined {
  for (const [pattern, key, read] of SENTENCES) {
    const found = pattern.exec(said);
    if (found !== null) return { key, values: read?.(found[1] ?? '') ?? {} };
  }
  return undefined;
}

/** Says a sentence of the server in the reader's language; undefined for one that we do not know. */
export function useServerWords(): (said: string) => string | undefined {
  const { t } = useTranslation('admin');
  return (said) => {
    const sentence = sentenceOf(said);
    return sentence === undefined ? undefined : t(`serverWords.${sentence.key}`, { ...sentence.values });
  };
}

function mebibytes(count: string): Values {
  return { bytes: formatBytes(Number(count) * 1024 * 1024) };
}
