import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answerOf, api, until } from '../../api/client.ts';
import { TextField } from '../../ui/field.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failure } from '../../ui/states.tsx';
import { pageIn, useAddress } from '../address.ts';
import style from '../admin.module.css';
import { Pager } from '../pager.tsx';
import { useTyped } from '../use-typed.ts';
import { AuditTable } from './audit-table.tsx';

const SIZE = 50;

/** What was done by those who may touch other people's pictures. */
export default function AuditPage() {
  const { t } = useTranslation(['admin', 'common']);
  const [params, change] = useAddress();
  const user = (params.get('user') ?? '').trim().toLowerCase();
  const page = pageIn(params);
  const [text, setText] = useTyped(params.get('user') ?? '', (next) =>
    change({ user: next, page: undefined }, 'typing'),
  );
  const { data, error, isPlaceholderData, refetch } = useAudit(user, page);
  return (
    <>
      <PageHead title={t('admin:audit.title')} about={t('admin:audit.about')} />
      <div className={style.fields}>
        <div className={style.wide}>
          <TextField
            label={t('admin:audit.user')}
            help={t('admin:audit.userHelp')}
            value={text}
            onChange={setText}
            autoComplete="off"
          />
        </div>
      </div>
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <p role="status">{t('common:loading')}</p> : null}
      {data === undefined ? null : (
        <div className={style.results} aria-busy={isPlaceholderData}>
          {data.total === 0 ? <p>{t('admin:audit.empty')}</p> : <AuditTable entries={data.entries} />}
          <Pager page={page} last={data.total_pages} onPage={(next) => change({ page: String(next) })} />
        </div>
      )}
    </>
  );
}

function useAudit(user: string, page: number) {
  const query = { page: String(page), size: String(SIZE), ...(user === '' ? {} : { user_id: user }) };
  return useQuery({
    queryKey: ['admin', 'audit', query],
    queryFn: ({ signal }) => answerOf(api.admin.audit.$get({ query }, until(signal))),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}
