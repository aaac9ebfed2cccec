import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Failure } from '../../ui/states.tsx';
import style from '../admin.module.css';
import { UserLink } from '../user-link.tsx';
import { WorkView } from '../work-view.tsx';
import { TransferDialog } from './transfer-dialog.tsx';
import { type Transferred, useTransfer, useTransferPlan } from './use-transfer.ts';

/** Gives everything of one user to another. */
export function TransferSection({ user }: { readonly user: string }) {
  const { t } = useTranslation('admin');
  const [to, setTo] = useState('');
  const plan = useTransferPlan(user);
  const work = useTransfer(user);
  const target = to.trim().toLowerCase();
  return (
    <section className={style.section}>
      <h2>{t('transfer.title')}</h2>
      <p className={style.dim}>{t('transfer.about')}</p>
      <form
        className={style.fields}
        onSubmit={(event) => {
          event.preventDefault();
          if (target !== '') plan.mutate(target);
        }}
      >
        <div className={style.wide}>
          <TextField label={t('transfer.to')} value={to} onChange={setTo} autoComplete="off" />
        </div>
        <Button type="submit" isPending={plan.isPending} isDisabled={target === '' || work.isRunning}>
          {t('purge.preview')}
        </Button>
      </form>
      {plan.error === null ? null : <Failure error={plan.error} />}
      <WorkView label={t('transfer.working')} work={work} />
      {work.result === undefined ? null : <Outcome result={work.result} />}
      <TransferDialog
        plan={plan.data}
        onClose={plan.reset}
        onConfirm={(end) => {
          plan.reset();
          work.begin(end);
        }}
      />
    </section>
  );
}

function Outcome({ result: { moved, bytes, left, to } }: { readonly result: Transferred }) {
  const { t } = useTranslation('admin');
  return (
    <div role="status">
      <p>
        {t('transfer.done', { count: moved, number: formatCount(moved), bytes: formatBytes(bytes) })}{' '}
        <UserLink user={to} />
      </p>
      {left === 0 ? null : <p>{t('transfer.left', { count: left })}</p>}
    </div>
  );
}
