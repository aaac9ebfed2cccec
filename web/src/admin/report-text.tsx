import { useTranslation } from 'react-i18next';
import type en from '../i18n/en/admin.ts';
import { Facts } from './facts.tsx';
import type { Report } from './types.ts';
import { formatValue, isTelling } from './values.ts';

type Known = keyof (typeof en)['report'];

/** The name of a report's member in the reader's language; the server's own word where there is none. */
export function useMemberName(): (name: string) => string {
  const { t, i18n } = useTranslation('admin');
  return (name) => (i18n.exists(`admin:report.${name}`) ? t(`report.${name as Known}`) : name);
}

/** A report's plain members in one line: `removed 3, bytes 1.2 MB`. */
export function ReportLine({ report }: { readonly report: Report | null }) {
  const nameOf = useMemberName();
  const told = Object.entries(report ?? {}).filter(([, value]) => isTelling(value));
  if (told.length === 0) return '–';
  return told.map(([name, value]) => `${nameOf(name)}: ${formatValue(name, value)}`).join(' · ');
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
  return (
    <Facts
      facts={Object.entries(report)
        .filter(([name, value]) => isTelling(value) && !without.includes(name))
        .map(([name, value]) => [nameOf(name), formatValue(name, value)])}
    />
  );
}
