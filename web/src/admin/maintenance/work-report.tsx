import { useTranslation } from 'react-i18next';
import style from '../admin.module.css';
import { type Column, DataTable } from '../data-table.tsx';
import { ReportFacts, useMemberName, useValueText } from '../report-text.tsx';
import type { Report } from '../types.ts';

/** Rows shown; the sums are over all, and the operator's command lists every one. */
const MOST = 200;

interface WorkReportProps {
  readonly report: Report;
  /** What is said where nothing was found; undefined where the sums say it. */
  readonly sound: string | undefined;
}

/** What a piece of work did, and what it met. */
export function WorkReport({ report, sound }: WorkReportProps) {
  const { t } = useTranslation('admin');
  const found = Array.isArray(report['found']) ? report['found'].filter(isRow) : [];
  return (
    <div role="status" className={style.form}>
      <h3>{t(report['dry_run'] === true ? 'work.trialResult' : 'work.result')}</h3>
      {found.length === 0 && sound !== undefined ? <p>{sound}</p> : null}
      <ReportFacts report={report} without={['found', 'dry_run', 'from', 'next']} />
      {found.length === 0 ? null : <FoundTable found={found.slice(0, MOST)} />}
      {found.length <= MOST ? null : (
        <p className={style.dim}>{t('list.more', { count: found.length - MOST })}</p>
      )}
    </div>
  );
}

function FoundTable({ found }: { readonly found: readonly Report[] }) {
  const { t } = useTranslation('admin');
  const nameOf = useMemberName();
  const textOf = useValueText();
  const names = [...new Set(found.flatMap((row) => Object.keys(row)))];
  const columns: Column<Report>[] = names.map((name) => ({
    id: name,
    title: nameOf(name),
    cell: (row) => textOf(name, row[name]),
  }));
  return (
    <DataTable
      label={t('work.found')}
      columns={columns}
      rows={found}
      keyOf={(row, index) => `${index} ${JSON.stringify(row)}`}
    />
  );
}

function isRow(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
