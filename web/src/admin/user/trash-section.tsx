import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import style from '../admin.module.css';
import { PurgePanel } from '../purge/purge-panel.tsx';

const WHAT = ['due', 'all'] as const;
/** Less than a tenth of a second: everything that is in the trash by now. */
const AT_ONCE_DAYS = 0.000001;

/** Removes what is in one user's trash, for good. */
export function TrashSection({ user }: { readonly user: string }) {
  const { t } = useTranslation('admin');
  const [what, setWhat] = useState<(typeof WHAT)[number]>('due');
  const [asked, ask] = useState(0);
  return (
    <section className={style.section}>
      <h2>{t('user.purge')}</h2>
      <p className={style.dim}>{t('user.purgeAbout')}</p>
      <div className={style.fields}>
        <Select
          label={t('user.purgeWhat')}
          options={WHAT.map((value) => ({ value, label: t(`user.purgeOf.${value}`) }))}
          value={what}
          onChange={(next) => {
            setWhat(next);
            ask(0);
          }}
        />
        <Button onPress={() => ask(asked + 1)}>{t('purge.preview')}</Button>
      </div>
      {asked === 0 ? null : (
        <PurgePanel
          key={asked}
          level={3}
          request={{ user, days: what === 'all' ? AT_ONCE_DAYS : undefined }}
        />
      )}
    </section>
  );
}
