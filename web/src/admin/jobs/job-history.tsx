import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatTime } from '../../i18n/format.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../data-table.tsx';
import { ReportLine } from '../report-text.tsx';
import type { JobRun } from '../types.ts';
import { formatDuration } from '../values.ts';
import { Ended } from './jobs-table.tsx';

/** Rows at first, and more each time they are asked for. */
const STEP = 30;

/** The last runs of all jobs, the newest first. */
export function JobHistory({ runs }: { readonly runs: readonly JobRun[] }) {
  const { t } = useTranslation('admin');
  const [shown, show] = useState(STEP);
  if (runs.length === 0) return <p>{t('jobs.noHistory')}</p>;
  const rows = runs.toSorted((a, b) => (a.at < b.at ? 1 : -1)).slice(0, shown);
  return (
    <>
      <DataTable
        label={t('jobs.history')}
        rows={rows}
        keyOf={({ job, at }, index) => `${job} ${at} ${index}`}
        columns={[
          {
            id: 'at',
            title: t('columns.when'),
            cell: ({ at }) => <time dateTime={at}>{formatTime(at)}</time>,
          },
          { id: 'job', title: t('jobs.columns.name'), cell: ({ job }) => <code>{job}</code> },
          { id: 'ok', title: t('jobs.columns.outcome'), cell: ({ ok }) => <Ended ok={ok} /> },
          { id: 'ms', title: t('report.ms'), isNumber: true, cell: ({ ms }) => formatDuration(ms) },
          {
            id: 'result',
            title: t('jobs.columns.result'),
            cell: ({ result }) => <ReportLine report={result} />,
          },
        ]}
      />
      {runs.length > shown ? (
        <Button onPress={() => show(shown + STEP)}>
          {t('list.showMore', { count: runs.length - shown })}
        </Button>
      ) : null}
    </>
  );
}
