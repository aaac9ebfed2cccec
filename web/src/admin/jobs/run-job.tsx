import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from '../../i18n/problem-text.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Failure } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import style from '../admin.module.css';
import { ReportFacts } from '../report-text.tsx';
import type { Job } from '../types.ts';
import { CAN_PREVIEW, useJobPreview, useRunJob } from './use-jobs.ts';

/** Runs a job now. One that removes something says first what it would be. */
export function RunJob({ job: { name, running } }: { readonly job: Job }) {
  const { t } = useTranslation('admin');
  const problemText = useProblemText();
  const [isAsking, setAsking] = useState(false);
  const work = useRunJob(name);
  const run = () => {
    setAsking(false);
    work.mutate(undefined, {
      onSuccess: ({ ok }) => toast({ text: t(ok ? 'jobs.toastOk' : 'jobs.toastFailed', { name }) }),
      onError: (error) => toast({ text: `${name}: ${problemText(error)}` }),
    });
  };
  const words = t(running || work.isPending ? 'jobs.running' : 'jobs.run');
  return (
    <>
      <Button
        aria-label={`${words}: ${name}`}
        isDisabled={running && !work.isPending}
        isPending={work.isPending}
        onPress={() => (CAN_PREVIEW.includes(name) ? setAsking(true) : run())}
      >
        {words}
      </Button>
      <JobConfirm name={name} isOpen={isAsking} onConfirm={run} onClose={() => setAsking(false)} />
    </>
  );
}

interface JobConfirmProps {
  readonly name: string;
  readonly isOpen: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

function JobConfirm({ name, isOpen, onConfirm, onClose }: JobConfirmProps) {
  const { t } = useTranslation(['admin', 'common']);
  const { data, error, refetch } = useJobPreview(name, isOpen);
  return (
    <ConfirmDialog
      title={t('admin:jobs.confirmTitle', { name })}
      action={t('admin:jobs.run')}
      danger
      // nothing is removed that was not shown before, also not when it cannot be shown
      isBusy={data === undefined || error !== null}
      isOpen={isOpen}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined ? (
        <p role="status">{error === null ? t('common:loading') : ''}</p>
      ) : (
        <div className={style.form}>
          <p>{t('admin:jobs.confirmText')}</p>
          <ReportFacts report={data.result ?? {}} />
        </div>
      )}
    </ConfirmDialog>
  );
}
