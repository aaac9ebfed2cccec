import { useTranslation } from 'react-i18next';
import { formatTime } from '../../i18n/format.ts';
import style from '../admin.module.css';
import { DataTable } from '../data-table.tsx';
import { ReportLine } from '../report-text.tsx';
import type { AuditEntry } from '../types.ts';
import { UserLink } from '../user-link.tsx';
import { actionKey, actorKey } from './audit-words.ts';

/** Who did what to whose pictures, the newest first. */
export function AuditTable({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const { t } = useTranslation('admin');
  return (
    <DataTable
      label={t('audit.title')}
      rows={entries}
      keyOf={(entry, index) => `${index} ${entry.at} ${entry.action}`}
      columns={[
        {
          id: 'at',
          title: t('columns.when'),
          cell: ({ at }) => <time dateTime={at}>{formatTime(at)}</time>,
        },
        {
          id: 'actor',
          title: t('audit.who'),
          cell: ({ actor }) => <span className={style.word}>{who(actor)}</span>,
        },
        { id: 'action', title: t('audit.what'), cell: ({ action }) => what(action) },
        {
          id: 'user',
          title: t('columns.user'),
          cell: ({ user_id: user }) => (user === null ? t('audit.everybody') : <UserLink user={user} />),
        },
        { id: 'detail', title: t('audit.detail'), cell: ({ detail }) => <ReportLine report={detail} /> },
      ]}
    />
  );

  function who(actor: string): string {
    const key = actorKey(actor);
    return key === undefined ? actor : t(`actors.${key}`);
  }

  function what(action: string): string {
    const key = actionKey(action);
    return key === undefined ? action : t(`actions.${key}`);
  }
}
