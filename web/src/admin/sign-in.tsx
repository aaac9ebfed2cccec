import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem.ts';
import { useProblemText } from '../i18n/problem-text.ts';
import { Preferences } from '../shell/preferences.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { usePageTitle } from '../ui/page-head.tsx';
import { Notice } from '../ui/states.tsx';
import style from './admin.module.css';
import { signIn } from './session.ts';

/** Asks for the admin token; it is shown to the server once and not kept. */
export function SignIn({ hasEnded }: { readonly hasEnded: boolean }) {
  const { t } = useTranslation(['admin', 'common']);
  const client = useQueryClient();
  const [token, setToken] = useState('');
  const attempt = useMutation({ mutationFn: () => signIn(client, token.trim()) });
  const mistake = useMistake();
  usePageTitle(t('admin:signIn.title'));
  return (
    <main id="content" className={style.signIn}>
      <div className={style.signInTop}>
        <h1>{t('admin:signIn.title')}</h1>
        <Preferences />
      </div>
      {hasEnded ? <Notice>{t('admin:signIn.ended')}</Notice> : null}
      <p className={style.dim}>{t('admin:signIn.about')}</p>
      <Form
        className={style.form ?? ''}
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== '') attempt.mutate();
        }}
      >
        <TextField
          label={t('admin:signIn.token')}
          type="password"
          autoComplete="current-password"
          autoFocus
          value={token}
          onChange={(text) => {
            setToken(text);
            attempt.reset();
          }}
          error={attempt.error === null ? undefined : mistake(attempt.error)}
        />
        <div className={style.buttons}>
          <Button kind="primary" type="submit" isPending={attempt.isPending} isDisabled={token.trim() === ''}>
            {t('admin:signIn.action')}
          </Button>
          <ButtonLink kind="quiet" href="/">
            {t('common:toGallery')}
          </ButtonLink>
        </div>
      </Form>
    </main>
  );
}

function useMistake(): (error: unknown) => string {
  const { t } = useTranslation('admin');
  const problemText = useProblemText();
  return (error) => {
    if (isProblem(error, 'unauthorized')) return t('signIn.wrong');
    if (!isProblem(error, 'rate_limited')) return problemText(error);
    return t('signIn.tooMany', { count: Math.max(1, Math.ceil((error.details.retryAfter ?? 60) / 60)) });
  };
}
