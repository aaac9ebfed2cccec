import { useTranslation } from 'react-i18next';
import type en from '../i18n/en/admin.ts';
import { Facts } from './facts.tsx';
import { useServerWords } from './server-words.ts';
import type { Report } from './types.ts';
import { formatValue, isTelling } from './values.ts';

type Known = keyof (typeof en)['report'];
type Value = keyof (typeof en)['reportValues'];
type Policy = keyof (typeof en)['policies'];

/** Members whose values are words of the server's own, and not somebody's. */
const WORDED = new Set(['kind', 'status', 'role', 'what']);

/** The name of a report's member in the reader's language; the server's own word where there is none. */
export function useMemberName(): (name: string) => string {
  const { t, i18n } = useTranslation('admin');
  return (name) => (i18n.exists(`admin:report.${name}`) ? t(`report.${name as Known}`) : name);
}

/** Says the value of a report's member in the reader's language, as far as it has words for it. */
export function useValueText(): (name: string, value: unknown) => string {
  const { t, i18n } = useTranslation('admin');
  const nameOf = useMemberName();
  const serverWords = useServerWords();
  const wordOf = (name: string, word: string) => {
    if (name === 'next') return serverWords(word);
    if (name === 'policy' && i18n.exists(`admin:policies.${word}`)) return t(`policies.${word as Policy}`);
    const isKnown = WORDED.has(name) || word === 'true' || word === 'false';
    return isKnown && i18n.exists(`admin:reportValues.${word}`)
      ? t(`reportValues.${word as Value}`)
      : undefined;
  };
  return (name, value) => formatValue(name, value, { name: nameOf, value: wordOf });
}

/** A report's plain members in one line: `removed 3, bytes 1.2 MB`. */
export function ReportLine({ report }: { readonly report: Report | null }) {
  const nameOf = useMemberName();
  const textOf = useValueText();
  const told = Object.entries(report ?? {}).filter(([, value]) => isTelling(value));
  if (told.length === 0) return '–';
  return told.map(([name, value]) => `${nameOf(name)}: ${textOf(name, value)}`).join(' · ');
}

/** A report's plain members, each in a line of its own. @param without members that are shown otherwise */
export function ReportFacts({
  report,
  without = [],
}: {
  readonly report: Report;
  readonly without?: readonly string[];
}) {
  const nameOf = useMemberName();
  const textOf = useValueText();
  return (
    <Facts
      facts={Object.entries(report)
        .filter(([name, value]) => isTelling(value) && !without.includes(name))
        .map(([name, value]) => [nameOf(name), textOf(name, value)])}
    />
  );
}
