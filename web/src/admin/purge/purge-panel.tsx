import { useState } from 'react';
import { Heading } from 'react-aria-components/Heading';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/states.tsx';
import style from '../admin.module.css';
import type { PurgePlan } from '../types.ts';
import { WorkView } from '../work-view.tsx';
import { Objections } from './objections.tsx';
import { PurgeConfirm } from './purge-confirm.tsx';
import { PurgeOwners } from './purge-owners.tsx';
import { type Purged, type PurgeRequest, usePurge, usePurgePlan } from './use-purge.ts';

interface PurgePanelProps {
  readonly request: PurgeRequest;
  /** Of its heading. */
  readonly level?: 2 | 3;
}

/** What a purge would remove, and the purge itself. */
export function PurgePanel({ request, level = 2 }: PurgePanelProps) {
  const { t } = useTranslation(['admin', 'common']);
  const { data: plan, error, isFetching, refetch } = usePurgePlan(request);
  const purge = usePurge();
  const [isAsking, setAsking] = useState(false);
  if (error !== null) return <Failure error={error} onRetry={() => void refetch()} />;
  if (plan === undefined) return <p role="status">{t('common:loading')}</p>;
  return (
    <section className={style.section} aria-busy={isFetching}>
      <Heading level={level}>{t('admin:purge.planTitle')}</Heading>
      {purge.result === undefined ? (
        <PlanText plan={plan} user={request.user} />
      ) : (
        <Outcome result={purge.result} />
      )}
      <WorkView label={t('admin:purge.working')} work={purge} />
      {purge.result !== undefined || plan.count === 0 ? null : (
        <>
          <Objections objections={plan.objections} />
          <PurgeOwners plan={plan} />
        </>
      )}
      {purge.result === undefined ? (
        <div className={style.buttons}>
          {plan.count === 0 ? null : (
            <Button kind="danger" isDisabled={purge.isRunning} onPress={() => setAsking(true)}>
              {t('admin:purge.action', { count: plan.count, number: formatCount(plan.count) })}
            </Button>
          )}
          <Button isDisabled={purge.isRunning} isPending={isFetching} onPress={() => void refetch()}>
            {t('admin:purge.again')}
          </Button>
        </div>
      ) : null}
      <PurgeConfirm
        plan={plan}
        request={request}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={(hasSeen) => {
          setAsking(false);
          purge.begin(request, plan.askedAt, hasSeen);
        }}
      />
    </section>
  );
}

function PlanText({ plan, user }: { readonly plan: PurgePlan; readonly user: string }) {
  const { t } = useTranslation('admin');
  const { count, bytes, owners, total, referenced } = plan;
  // a slip of the pen must not look like an empty trash
  if (total === 0 && user !== '') return <p role="status">{t('purge.nobody', { user })}</p>;
  if (count === 0) return <p role="status">{t('purge.nothing')}</p>;
  return (
    <>
      <p role="status">
        {t('purge.plan', {
          count,
          number: formatCount(count),
          bytes: formatBytes(bytes),
          owners: formatCount(owners.length),
          total: formatCount(total),
        })}
      </p>
      {referenced === 0 ? null : <p>{t('purge.referenced', { count: referenced })}</p>}
    </>
  );
}

function Outcome({ result: { deleted, bytes, skipped, failed } }: { readonly result: Purged }) {
  const { t } = useTranslation('admin');
  return (
    <div role="status">
      <p>{t('purge.done', { count: deleted, number: formatCount(deleted), bytes: formatBytes(bytes) })}</p>
      {skipped === 0 ? null : <p>{t('purge.skipped', { count: skipped })}</p>}
      {failed === 0 ? null : <p>{t('purge.failed', { count: failed })}</p>}
    </div>
  );
}
