import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { formatCount } from '../../i18n/format.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import style from '../admin.module.css';
import { following } from '../follow-work.ts';
import type { Report } from '../types.ts';
import { useWork } from '../use-work.ts';
import { WorkView } from '../work-view.tsx';
import { whoseBody } from './whose.ts';
import { WorkReport } from './work-report.tsx';

const DEPTHS = ['changes', 'names', 'sidecars'] as const;
type Depth = (typeof DEPTHS)[number];

/** Brings catalog and disk into agreement; first it says what that would change. */
export function ReindexCard({ user }: { readonly user: string }) {
  const { t } = useTranslation('admin');
  const [depth, setDepth] = useState<Depth>('changes');
  const [afresh, setAfresh] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const work = useWork<Report>('reindex');
  const begin = (isTrial: boolean) => {
    const how = { ...whoseBody(user), depth, ...(depth === 'sidecars' ? {} : { afresh }) };
    work.start((signal) =>
      api.admin.reindex.$post({ json: { ...how, dry_run: isTrial } }, following(signal)),
    );
  };
  return (
    <section className={style.section}>
      <h2>{t('reindex.title')}</h2>
      <p>{t('reindex.about')}</p>
      <div className={style.fields}>
        <Select
          label={t('reindex.depth')}
          options={DEPTHS.map((value) => ({ value, label: t(`reindex.depths.${value}`) }))}
          value={depth}
          onChange={setDepth}
        />
        <Checkbox isSelected={afresh} isDisabled={depth === 'sidecars'} onChange={setAfresh}>
          {t('reindex.afresh')}
        </Checkbox>
      </div>
      <div className={style.buttons}>
        <Button isDisabled={work.isRunning} onPress={() => begin(true)}>
          {t('reindex.trial')}
        </Button>
        <Button isDisabled={work.isRunning} onPress={() => setAsking(true)}>
          {t('reindex.action')}
        </Button>
      </div>
      <WorkView label={t('reindex.working')} work={work} />
      {work.result === undefined ? null : <WorkReport report={work.result} sound={t('reindex.sound')} />}
      <ConfirmDialog
        title={t('reindex.confirmTitle')}
        action={t('reindex.action')}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          begin(false);
        }}
      >
        <p>{user === '' ? t('reindex.confirmAll') : t('reindex.confirmUser', { user })}</p>
        <TrialText report={work.result} />
      </ConfirmDialog>
    </section>
  );
}

/** What the trial before said, or that there was none. */
function TrialText({ report }: { readonly report: Report | undefined }) {
  const { t } = useTranslation('admin');
  if (report?.['dry_run'] !== true) return <p>{t('reindex.noTrial')}</p>;
  const { adopted, corrected } = report;
  return (
    <p>
      {t('reindex.trialSaid', {
        adopted: formatCount(Number(adopted ?? 0)),
        corrected: formatCount(Number(corrected ?? 0)),
      })}
    </p>
  );
}
