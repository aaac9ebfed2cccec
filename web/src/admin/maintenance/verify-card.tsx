import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import style from '../admin.module.css';
import { following } from '../follow-work.ts';
import type { Report } from '../types.ts';
import { useWork } from '../use-work.ts';
import { WorkView } from '../work-view.tsx';
import { whoseBody } from './whose.ts';
import { WorkReport } from './work-report.tsx';

/** Reads everything again and says what is damaged. */
export function VerifyCard({ user }: { readonly user: string }) {
  const { t } = useTranslation('admin');
  const work = useWork<Report>('verify');
  const begin = () =>
    work.start((signal) => api.admin.verify.$post({ json: whoseBody(user) }, following(signal)));
  return (
    <section className={style.section}>
      <h2>{t('verify.title')}</h2>
      <p>{t('verify.about')}</p>
      <div className={style.buttons}>
        <Button isDisabled={work.isRunning} onPress={begin}>
          {t('verify.action')}
        </Button>
      </div>
      <WorkView label={t('verify.working')} work={work} />
      {work.result === undefined ? null : <WorkReport report={work.result} sound={t('verify.sound')} />}
    </section>
  );
}
