import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { TextField } from '../../ui/field.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import style from '../admin.module.css';
import { PurgePanel } from './purge-panel.tsx';
import type { PurgeRequest } from './use-purge.ts';

/** Removing what lies in the trash, for good: first what it would be, then a word for it. */
export default function PurgePage() {
  const { t } = useTranslation('admin');
  const [user, setUser] = useState('');
  const [days, setDays] = useState('');
  const [request, ask] = useState<PurgeRequest>();
  const mistake = daysOf(days) === 'wrong' ? t('purge.daysWrong') : undefined;
  return (
    <>
      <PageHead title={t('purge.title')} about={t('purge.about')} />
      <form
        className={classes(style.fields, style.fieldsWithHelp)}
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = daysOf(days);
          if (wanted !== 'wrong') ask({ user: user.trim().toLowerCase(), days: wanted });
        }}
      >
        <div className={style.wide}>
          <TextField
            label={t('purge.user')}
            help={t('purge.userHelp')}
            value={user}
            onChange={setUser}
            autoComplete="off"
          />
        </div>
        <TextField
          label={t('purge.days')}
          help={t('purge.daysHelp')}
          value={days}
          onChange={setDays}
          inputMode="decimal"
          error={mistake}
        />
        <Button kind="primary" type="submit">
          {t('purge.preview')}
        </Button>
      </form>
      {request === undefined ? null : <PurgePanel key={JSON.stringify(request)} request={request} />}
    </>
  );
}

function daysOf(text: string): number | undefined | 'wrong' {
  if (text.trim() === '') return undefined;
  const days = Number(text.trim().replace(',', '.'));
  return Number.isFinite(days) && days > 0 && days < 1_000_000 ? days : 'wrong';
}
