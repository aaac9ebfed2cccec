import { useTranslation } from 'react-i18next';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { Failure, Notice } from '../../ui/states.tsx';
import { pageIn, useAddress } from '../address.ts';
import style from '../admin.module.css';
import { Pager } from '../pager.tsx';
import type { Users } from '../types.ts';
import { useTyped } from '../use-typed.ts';
import { sortFrom } from './sort.ts';
import { useUsers } from './use-users.ts';
import { UserSearch } from './user-search.tsx';
import { UsersTable } from './users-table.tsx';

/** Who has how much, and when they were here. */
export function UsersPage() {
  const { t } = useTranslation('admin');
  const [params, change] = useAddress();
  const sort = sortFrom(params.get('sort'));
  const page = pageIn(params);
  const q = params.get('q') ?? '';
  const [text, setText] = useTyped(q, (next) => change({ q: next, page: undefined }, 'typing'));
  const { data, error, isPlaceholderData, refetch } = useUsers({ q, sort, page });
  return (
    <>
      <PageHead title={t('users.title')} about={data === undefined ? undefined : <Sums users={data} />}>
        <UserSearch value={text} onChange={setText} />
      </PageHead>
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined || data.pending === 0 ? null : (
        <Notice>{t('users.pending', { count: data.pending, number: formatCount(data.pending) })}</Notice>
      )}
      <div className={style.results} aria-busy={isPlaceholderData}>
        <UsersTable
          users={data?.users}
          sort={sort}
          onSort={(next) => change({ sort: next, page: undefined })}
        />
      </div>
      {data === undefined ? null : (
        <Pager page={page} last={data.total_pages} onPage={(next) => change({ page: String(next) })} />
      )}
    </>
  );
}

function Sums({ users: { total, sums } }: { readonly users: Users }) {
  const { t } = useTranslation('admin');
  const { active, trash } = sums;
  const text = t('users.sums', {
    count: total,
    users: formatCount(total),
    pictures: formatCount(active.count),
    bytes: formatBytes(active.bytes + active.thumb_bytes),
    trash: formatBytes(trash.bytes + trash.thumb_bytes),
  });
  return <p role="status">{text}</p>;
}
