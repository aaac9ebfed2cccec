import { ArrowDown, ArrowUp } from 'lucide-react';
import type { SortDescriptor } from 'react-aria-components/Table';
import { Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components/Table';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatCount, formatFromNow, formatTime } from '../../i18n/format.ts';
import { classes } from '../../ui/classes.ts';
import { userAddress } from '../address.ts';
import style from '../admin.module.css';
import type { User, UserSort } from '../types.ts';
import { columnOf, SORTS, type SortColumn } from './sort.ts';

interface UsersTableProps {
  /** Undefined while they are on their way. */
  readonly users: readonly User[] | undefined;
  readonly sort: UserSort;
  readonly onSort: (sort: UserSort) => void;
}

/** A row is a link to its user. Sorting is the server's: the table is one page of many. */
export function UsersTable({ users, sort, onSort }: UsersTableProps) {
  const { t } = useTranslation(['admin', 'common']);
  const { column, isDescending } = columnOf(sort);
  const largest = Math.max(1, ...(users ?? []).map(bytesOf));
  const change = (next: SortDescriptor) => {
    const wanted = SORTS.find((one) => one === next.column);
    if (wanted !== undefined) onSort(nextSort(wanted, sort));
  };
  return (
    <Table
      aria-label={t('admin:users.title')}
      className={classes(style.table, style.cards, style.sortable)}
      sortDescriptor={{ column, direction: isDescending ? 'descending' : 'ascending' }}
      onSortChange={change}
    >
      <TableHeader>
        {SORTS.map((id) => (
          <Column key={id} id={id} allowsSorting isRowHeader={id === 'name'} className={numberIf(id)}>
            {({ sortDirection }) => (
              <span className={style.columnName}>
                {t(`admin:users.columns.${id}`)}
                {sortDirection === undefined ? null : sortDirection === 'descending' ? (
                  <ArrowDown size={16} aria-hidden />
                ) : (
                  <ArrowUp size={16} aria-hidden />
                )}
              </span>
            )}
          </Column>
        ))}
      </TableHeader>
      <TableBody
        renderEmptyState={() => (users === undefined ? t('common:loading') : t('admin:users.nobody'))}
      >
        {(users ?? []).map((user) => (
          <UserRow key={user.user_id} user={user} largest={largest} />
        ))}
      </TableBody>
    </Table>
  );
}

/** Amounts and times begin with the most; names with A. The same column again turns it round. */
function nextSort(column: SortColumn, before: UserSort): UserSort {
  const now = columnOf(before);
  if (now.column !== column) return column === 'name' ? 'name' : `-${column}`;
  return now.isDescending ? column : `-${column}`;
}

function numberIf(column: SortColumn): string {
  return column === 'count' || column === 'trash' ? (style.number ?? '') : '';
}

/** All of it, as the server sorts: with thumbnails and trash. */
function bytesOf({ active, trash }: User): number {
  return [active, trash].reduce((sum, use) => sum + (use?.bytes ?? 0) + (use?.thumb_bytes ?? 0), 0);
}

function UserRow({ user, largest }: { readonly user: User; readonly largest: number }) {
  const { t } = useTranslation('admin');
  const { user_id: name, kind, active, trash, last_activity: last } = user;
  const label = (column: SortColumn) => ({ 'data-label': t(`users.columns.${column}`) });
  return (
    <Row id={name} href={userAddress(name)} textValue={name} className={style.row ?? ''}>
      <Cell textValue={name}>
        <span className={style.name}>{name}</span> <span className={style.tag}>{t(`kinds.${kind}`)}</span>
      </Cell>
      <Cell className={style.number ?? ''} {...label('count')}>
        {active === null ? t('users.notYet') : formatCount(active.count)}
      </Cell>
      <Cell {...label('bytes')}>
        {active === null ? t('users.notYet') : <UseBar bytes={bytesOf(user)} largest={largest} />}
      </Cell>
      <Cell className={style.number ?? ''} {...label('trash')}>
        {trash === null || trash.count === 0 ? '–' : formatBytes(trash.bytes + trash.thumb_bytes)}
      </Cell>
      <Cell {...label('activity')}>
        {last === null ? (
          '–'
        ) : (
          <time dateTime={last} title={formatTime(last)}>
            {formatFromNow(last, Date.now())}
          </time>
        )}
      </Cell>
    </Row>
  );
}

/** How much against whoever has the most on this page; the number stands beside it. */
function UseBar({ bytes, largest }: { readonly bytes: number; readonly largest: number }) {
  return (
    <span className={style.use}>
      <span>{formatBytes(bytes)}</span>
      <span className={style.useTrack} aria-hidden>
        <span style={{ width: `${(100 * bytes) / largest}%` }} />
      </span>
    </span>
  );
}
