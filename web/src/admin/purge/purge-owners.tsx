import { useTranslation } from 'react-i18next';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import style from '../admin.module.css';
import { type Column, DataTable } from '../data-table.tsx';
import type { PurgePlan } from '../types.ts';
import { UserLink } from '../user-link.tsx';

type Row = PurgePlan['owners'][number];

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
          { id: 'user', title: t('columns.user'), cell: (row) => <UserLink user={row.user_id} /> },
          amount('count', t('columns.pictures'), ({ count }) => formatCount(count)),
          amount('bytes', t('columns.size'), ({ bytes }) => formatBytes(bytes)),
          // with a number of days that was asked for nothing is said of it
          ...(rows.some(({ early = 0 }) => early > 0)
            ? [amount('early', t('purge.early'), ({ early = 0 }) => formatCount(early))]
            : []),
        ]}
      />
      {owners.length > rows.length ? (
        <p className={style.dim}>{t('list.more', { count: owners.length - rows.length })}</p>
      ) : null}
    </>
  );
}

function amount(id: string, title: string, cell: (row: Row) => string): Column<Row> {
  return { id, title, isNumber: true, cell };
}
