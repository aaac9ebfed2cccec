import { useTranslation } from 'react-i18next';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { DataTable } from '../data-table.tsx';
import type { QuotaRow } from '../types.ts';
import { UserLink } from '../user-link.tsx';

/** What each has and may have. */
export function QuotasTable({ rows }: { readonly rows: readonly QuotaRow[] }) {
  const { t } = useTranslation('admin');
  if (rows.length === 0) return <p>{t('users.nobody')}</p>;
  return (
    <DataTable
      label={t('quotas.title')}
      rows={rows}
      keyOf={({ user_id: user }) => user}
      columns={[
        { id: 'user', title: t('columns.user'), cell: (row) => <UserLink user={row.user_id} /> },
        { id: 'used', title: t('quotas.used'), cell: (row) => <Used row={row} /> },
        {
          id: 'bytes',
          title: t('columns.size'),
          isNumber: true,
          cell: (row) => amount(formatBytes(row.bytes + row.thumb_bytes), row.max_bytes, formatBytes),
        },
        {
          id: 'count',
          title: t('columns.pictures'),
          isNumber: true,
          cell: ({ count, max_count: most }) => amount(formatCount(count), most, formatCount),
        },
        {
          id: 'trash',
          title: t('quotas.trash'),
          isNumber: true,
          cell: (row) =>
            amount(formatBytes(row.trash_bytes + row.trash_thumb_bytes), row.trash_max_bytes, formatBytes),
        },
        {
          id: 'policy',
          title: t('quotas.policy'),
          cell: ({ policy, max_bytes: bytes, max_count: count }) =>
            bytes === null && count === null ? '–' : t(`policies.${policy}`),
        },
      ]}
    />
  );

  function amount(now: string, most: number | null, format: (amount: number) => string): string {
    return most === null ? now : t('quotas.of', { now, most: format(most) });
  }
}

function Used({ row: { used, state } }: { readonly row: QuotaRow }) {
  const { t, i18n } = useTranslation('admin');
  if (used === null) return t('quotas.noLimit');
  const text = new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(used);
  return <Meter label={t(`quotas.states.${state}`)} value={used} text={text} state={state} />;
}
