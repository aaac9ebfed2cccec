import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/field.tsx';
import style from '../admin.module.css';
import { following } from '../follow-work.ts';
import type { Report } from '../types.ts';
import { useWork } from '../use-work.ts';
import { WorkView } from '../work-view.tsx';
import { whoseBody } from './whose.ts';
import { WorkReport } from './work-report.tsx';

/** Makes missing and broken thumbnails again; before that it can count them. */
export function ThumbnailsCard({ user }: { readonly user: string }) {
  const { t } = useTranslation('admin');
  const [all, setAll] = useState(false);
  const work = useWork<Report>('thumbnails');
  const begin = (isTrial: boolean) =>
    work.start((signal) =>
      api.admin.thumbnails.$post({ json: { ...whoseBody(user), all, dry_run: isTrial } }, following(signal)),
    );
  return (
    <section className={style.section}>
      <h2>{t('thumbnails.title')}</h2>
      <p>{t('thumbnails.about')}</p>
      <div className={style.buttons}>
        <Checkbox isSelected={all} onChange={setAll}>
          {t('thumbnails.all')}
        </Checkbox>
      </div>
      <div className={style.buttons}>
        <Button isDisabled={work.isRunning} onPress={() => begin(true)}>
          {t('thumbnails.count')}
        </Button>
        <Button isDisabled={work.isRunning} onPress={() => begin(false)}>
          {t('thumbnails.action')}
        </Button>
      </div>
      <WorkView label={t('thumbnails.working')} work={work} />
      {work.result === undefined ? null : <WorkReport report={work.result} sound={undefined} />}
    </section>
  );
}
