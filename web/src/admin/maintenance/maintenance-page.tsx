import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextField } from '../../ui/field.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import style from '../admin.module.css';
import { ReindexCard } from './reindex-card.tsx';
import { ThumbnailsCard } from './thumbnails-card.tsx';
import { VerifyCard } from './verify-card.tsx';

/** What keeps disk and catalog whole, by hand. */
export default function MaintenancePage() {
  const { t } = useTranslation('admin');
  const [user, setUser] = useState('');
  const owner = user.trim().toLowerCase();
  return (
    <>
      <PageHead title={t('maintenance.title')} about={t('maintenance.about')} />
      <div className={style.fields}>
        <div className={style.wide}>
          <TextField
            label={t('purge.user')}
            help={t('purge.userHelp')}
            value={user}
            onChange={setUser}
            autoComplete="off"
          />
        </div>
      </div>
      <VerifyCard user={owner} />
      <ThumbnailsCard user={owner} />
      <ReindexCard user={owner} />
    </>
  );
}
