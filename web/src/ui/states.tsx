import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from '../i18n/problem-text.ts';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import style from './ui.module.css';

/** What stands where there is nothing yet, and what to do about it. */
export function Empty({
  icon,
  title,
  children,
}: {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className={style.empty}>
      {icon}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Something did not work: what, and how to go on. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useTranslation('common');
  const problemText = useProblemText();
  return (
    <div role="alert" className={classes(style.notice, style.noticeError)}>
      <p className={style.noticeText}>{problemText(error)}</p>
      {onRetry === undefined ? null : <Button onPress={onRetry}>{t('retry')}</Button>}
    </div>
  );
}

/** A remark above a page's content. */
export function Notice({
  children,
  actions,
}: {
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className={style.notice}>
      <div className={style.noticeText}>{children}</div>
      {actions}
    </div>
  );
}
