import { useTranslation } from 'react-i18next';
import { PageHead } from '../../ui/page-head.tsx';
import { Failure } from '../../ui/states.tsx';
import style from '../admin.module.css';
import { JobHistory } from './job-history.tsx';
import { JobsTable } from './jobs-table.tsx';
import { useJobs } from './use-jobs.ts';

/** What is done by the clock: when, how it ended, and now by hand. */
export default function JobsPage() {
  const { t } = useTranslation(['admin', 'common']);
  const { data, error, refetch } = useJobs();
  return (
    <>
      <PageHead title={t('admin:jobs.title')} about={t('admin:jobs.about')} />
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <p role="status">{t('common:loading')}</p> : null}
      {data === undefined ? null : (
        <>
          <JobsTable jobs={data.jobs} />
          <section className={style.section}>
            <h2>{t('admin:jobs.history')}</h2>
            <JobHistory runs={data.recent} />
          </section>
        </>
      )}
    </>
  );
}
