import { useTranslation } from 'react-i18next';
import type { Usage } from '../api/types.ts';
import { formatBytes, formatCount } from '../i18n/format.ts';
import { useUsage } from '../settings/use-usage.ts';
import { purgeNoteOf } from './purge-note.ts';
import style from './trash.module.css';

/** How much lies in the trash, when it goes, and that nobody has to empty it. */
export function TrashSummary() {
  const { t } = useTranslation('trash');
  const { data } = useUsage();
  if (data === undefined) return <p>{t('about')}</p>;
  return (
    <>
      <p className={style.sum}>{sumText(data.trash)}</p>
      <p>{howLong(data.trash)}</p>
      {data.trash.over_bytes > 0 ? (
        <p>
          <strong>{t('over', { over: formatBytes(data.trash.over_bytes) })}</strong>
        </p>
      ) : null}
    </>
  );

  function sumText({ count, bytes, thumb_bytes, max_bytes }: Usage['trash']): string {
    const used = formatBytes(bytes + thumb_bytes);
    const first = t('holds', { count, number: formatCount(count), used });
    const second = max_bytes === null ? t('apart') : t('limit', { most: formatBytes(max_bytes) });
    return t('sentences', { first, second });
  }

  function howLong({ retention_days, next_purge_at }: Usage['trash']): string {
    const first = retention_days === null ? t('keptForEver') : t('kept', { count: retention_days });
    const next = purgeNoteOf(next_purge_at, Date.now());
    if (next.text === 'never') return first;
    const second = next.text === 'today' ? t('nextToday') : t('nextInDays', { count: next.count });
    return t('sentences', { first, second });
  }
}
