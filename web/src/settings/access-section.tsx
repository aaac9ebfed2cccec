import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api, until } from '../api/client.ts';
import { formatTime } from '../i18n/format.ts';
import { Button } from '../ui/button.tsx';
import { Failure } from '../ui/states.tsx';
import { actionTextKey, actorTextKey } from './access-words.ts';
import { Section } from './section.tsx';
import style from './settings.module.css';

type AccessLog = InferResponseType<(typeof api)['access-log']['$get'], 200>;
type Entry = AccessLog['entries'][number];

const SIZE = 20;

/** Who else touched these pictures, or looked at them. */
export function AccessSection() {
  const { t } = useTranslation(['settings', 'common']);
  const [page, setPage] = useState(1);
  const { data, error, refetch } = useQuery({
    queryKey: ['access-log', page],
    queryFn: ({ signal }) =>
      answerOf(api['access-log'].$get({ query: { page: String(page), size: String(SIZE) } }, until(signal))),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  return (
    <Section title={t('settings:access')}>
      <p className={style.dim}>{t('settings:accessText')}</p>
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <p role="status">{t('common:loading')}</p> : null}
      {data?.total === 0 ? <p>{t('settings:accessEmpty')}</p> : null}
      {data === undefined || data.total === 0 ? null : <AccessTable entries={data.entries} />}
      {data === undefined || data.total_pages < 2 ? null : (
        <Pages page={page} last={data.total_pages} onPage={setPage} />
      )}
    </Section>
  );
}

function AccessTable({ entries }: { readonly entries: readonly Entry[] }) {
  const { t } = useTranslation('settings');
  return (
    <table className={style.table}>
      <caption className="visually-hidden">{t('access')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('accessWhen')}</th>
          <th scope="col">{t('accessWho')}</th>
          <th scope="col">{t('accessWhat')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={JSON.stringify(entry)}>
            <td>
              <time dateTime={entry.at}>{formatTime(entry.at)}</time>
            </td>
            <td>{who(entry)}</td>
            <td>{what(entry)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );

  function who({ actor }: Entry): string {
    const key = actorTextKey(actor);
    return key === undefined ? actor : t(`actors.${key}`);
  }

  function what({ action }: Entry): string {
    const key = actionTextKey(action);
    return key === undefined ? action : t(`actions.${key}`);
  }
}

function Pages({
  page,
  last,
  onPage,
}: {
  readonly page: number;
  readonly last: number;
  readonly onPage: (page: number) => void;
}) {
  const { t } = useTranslation('settings');
  return (
    <div className={style.buttons}>
      <Button isDisabled={page <= 1} onPress={() => onPage(page - 1)}>
        {t('newer')}
      </Button>
      <span role="status">{t('pageOf', { page, last })}</span>
      <Button isDisabled={page >= last} onPress={() => onPage(page + 1)}>
        {t('older')}
      </Button>
    </div>
  );
}
