import { useTranslation } from 'react-i18next';
import { formatBytes, formatCount, formatTime } from '../../i18n/format.ts';
import { Meter } from '../../ui/meter.tsx';
import style from '../admin.module.css';
import { DataTable } from '../data-table.tsx';
import type { UserQuota } from '../types.ts';

const KINDS = ['generated', 'input', 'control'] as const;

/** How much a user has, by kind, and of what he may have. */
export function UseTable({ quota }: { readonly quota: UserQuota }) {
  const { t } = useTranslation('admin');
  const { active, trash, last_activity: last, state, max_bytes: maxBytes, max_count: maxCount } = quota;
  const bytes = active.bytes + active.thumb_bytes;
  const rows = [
    ...KINDS.map((kind) => ({ name: t(`kindNames.${kind}`), use: active[kind] })),
    { name: t('status.trash'), use: trash },
  ];
  return (
    <section className={style.section}>
      <h2>{t('user.use')}</h2>
      {last === null ? null : <p className={style.dim}>{t('user.last', { time: formatTime(last) })}</p>}
      <div className={style.meters}>
        {maxBytes === null ? null : (
          <Meter
            label={t('user.space')}
            value={bytes}
            most={maxBytes}
            text={t('quotas.of', { now: formatBytes(bytes), most: formatBytes(maxBytes) })}
            state={state}
          />
        )}
        {maxCount === null ? null : (
          <Meter
            label={t('columns.pictures')}
            value={active.count}
            most={maxCount}
            text={t('quotas.of', { now: formatCount(active.count), most: formatCount(maxCount) })}
            state={state}
          />
        )}
      </div>
      <DataTable
        label={t('user.use')}
        rows={rows}
        keyOf={({ name }) => name}
        columns={[
          { id: 'kind', title: t('user.kind'), cell: ({ name }) => name },
          {
            id: 'count',
            title: t('columns.pictures'),
            isNumber: true,
            cell: ({ use }) => formatCount(use.count),
          },
          {
            id: 'bytes',
            title: t('columns.size'),
            isNumber: true,
            cell: ({ use }) => formatBytes(use.bytes),
          },
          {
            id: 'thumbs',
            title: t('user.thumbs'),
            isNumber: true,
            cell: ({ use }) => formatBytes(use.thumb_bytes),
          },
        ]}
      />
    </section>
  );
}
