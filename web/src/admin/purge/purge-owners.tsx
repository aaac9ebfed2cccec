import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { userAddress } from '../address.ts';
import style from '../admin.module.css';
import { DataTable } from '../data-table.tsx';
import type { PurgePlan } from '../types.ts';

/** Rows at first sight; the sums are over all. */
const MOST = 100;

/** Whose pictures a purge would remove, the most first. */
export function PurgeOwners({ plan: { owners } }: { readonly plan: PurgePlan }) {
  const { t } = useTranslation('admin');
  const rows = owners.toSorted((a, b) => b.count - a.count).slice(0, MOST);
  return (
    <>
      <DataTable
        label={t('purge.owners')}
        rows={rows}
        keyOf={({ user_id: user }) => user}
        columns={[
          {
            id: 'user',
            title: t('columns.user'),
            cell: ({ user_id: user }) => (
              <Link href={userAddress(user)} className={style.name}>
                {user}
              </Link>
            ),
          },
          {
            id: 'count',
            title: t('columns.pictures'),
            isNumber: true,
            cell: ({ count }) => formatCount(count),
          },
          {
            id: 'bytes',
            title: t('columns.size'),
            isNumber: true,
            cell: ({ bytes }) => formatBytes(bytes),
          },
          {
            id: 'early',
            title: t('purge.early'),
            isNumber: true,
            cell: ({ early = 0 }) => formatCount(early),
          },
        ]}
      />
      {owners.length > rows.length ? (
        <p className={style.dim}>{t('list.more', { count: owners.length - rows.length })}</p>
      ) : null}
    </>
  );
}
