import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem.ts';
import { formatTime } from '../i18n/format.ts';
import { Preferences } from '../shell/preferences.tsx';
import { usePageTitle } from '../ui/page-head.tsx';
import { Empty, Failure } from '../ui/states.tsx';
import style from './shared.module.css';
import { SharedGrid } from './shared-grid.tsx';
import { useShared } from './use-shared.ts';

/** What a stranger sees who has a link. */
export default function SharedPage({ token }: { readonly token: string }) {
  return (
    <>
      {/* for the search engine that finds a link in somebody's forum */}
      <meta name="robots" content="noindex, nofollow" />
      <main className={style.main}>
        <SharedContent token={token} />
      </main>
    </>
  );
}

function SharedContent({ token }: { readonly token: string }) {
  const { t } = useTranslation(['shares', 'common']);
  const { data, error, refetch } = useShared(token);
  const title = data === undefined || data.name === '' ? t('shares:public.untitled') : data.name;
  usePageTitle(title);
  if (isProblem(error, 'gone')) {
    return <Ended title={t('shares:public.endedTitle')} text={t('shares:public.endedText')} />;
  }
  if (isProblem(error, 'not_found')) {
    return <Ended title={t('shares:public.missingTitle')} text={t('shares:public.missingText')} />;
  }
  return (
    <>
      <header className={style.head}>
        <div className={style.words}>
          <h1>{title}</h1>
          {data === undefined ? null : (
            <p className={style.dim}>
              {t('shares:public.picturesAndEnd', {
                count: data.items.length,
                time: formatTime(data.expires_at),
              })}
            </p>
          )}
        </div>
        <Preferences />
      </header>
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <p role="status">{t('common:loading')}</p> : null}
      {data?.items.length === 0 ? (
        <Empty title={t('shares:public.empty')}>
          <p>{t('shares:public.emptyText')}</p>
        </Empty>
      ) : null}
      {data === undefined ? null : <SharedGrid pictures={data.items} />}
      <footer className={style.foot}>{t('shares:public.madeWith')}</footer>
    </>
  );
}

function Ended({ title, text }: { readonly title: string; readonly text: string }) {
  usePageTitle(title);
  return (
    <div className={style.over}>
      <h1>{title}</h1>
      <p>{text}</p>
    </div>
  );
}
