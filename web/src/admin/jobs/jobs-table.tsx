import { useTranslation } from 'react-i18next';
import { formatFromNow, formatTime } from '../../i18n/format.ts';
import style from '../admin.module.css';
import { DataTable } from '../data-table.tsx';
import { ReportLine } from '../report-text.tsx';
import type { Job } from '../types.ts';
import { jobNameKey } from './job-names.ts';
import { RunJob } from './run-job.tsx';

export function JobsTable({ jobs }: { readonly jobs: readonly Job[] }) {
  const { t } = useTranslation('admin');
  return (
    <DataTable
      label={t('jobs.title')}
      rows={jobs}
      keyOf={({ name }) => name}
      columns={[
        { id: 'name', title: t('jobs.columns.name'), cell: (job) => <JobName name={job.name} /> },
        {
          id: 'cron',
          title: t('jobs.columns.cron'),
          cell: ({ cron }) => (cron === 'off' ? t('jobs.off') : <code>{cron}</code>),
        },
        { id: 'last', title: t('jobs.columns.last'), cell: (job) => <LastRun job={job} /> },
        {
          id: 'next',
          title: t('jobs.columns.next'),
          cell: ({ next }) => (next === null ? '–' : <When time={next} />),
        },
        { id: 'run', title: t('jobs.columns.run'), cell: (job) => <RunJob job={job} /> },
      ]}
    />
  );
}

function JobName({ name }: { readonly name: string }) {
  const { t } = useTranslation('admin');
  const key = jobNameKey(name);
  return (
    <>
      <code>{name}</code>
      {key === undefined ? null : <div className={style.dim}>{t(`jobNames.${key}`)}</div>}
    </>
  );
}

function LastRun({ job: { running, last } }: { readonly job: Job }) {
  const { t } = useTranslation('admin');
  if (running) return <span className={style.tag}>{t('jobs.running')}</span>;
  if (last === null) return t('jobs.never');
  return (
    <>
      <Ended ok={last.ok} /> <When time={last.at} />
      <div className={style.dim}>
        <ReportLine report={last.result} />
      </div>
    </>
  );
}

export function Ended({ ok }: { readonly ok: boolean }) {
  const { t } = useTranslation('admin');
  return (
    <span className={style.tag} data-tone={ok ? 'good' : 'bad'}>
      {ok ? t('jobs.ok') : t('jobs.failed')}
    </span>
  );
}

function When({ time }: { readonly time: string }) {
  return (
    <time dateTime={time} title={formatTime(time)}>
      {formatFromNow(time, Date.now())}
    </time>
  );
}
