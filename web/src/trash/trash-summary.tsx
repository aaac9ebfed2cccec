import { useTranslation } from 'react-i18next';
import type { Usage } from '../api/types.ts';
import { formatBytes, formatCount, formatFromNow } from '../i18n/format.ts';
import { useUsage } from '../settings/use-usage.ts';
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
    const holds = t('holds', { count, number: formatCount(count), used });
    return max_bytes === null
      ? `${holds} ${t('apart')}`
      : `${holds} ${t('limit', { most: formatBytes(max_bytes) })}`;
  }

  function howLong({ retention_days, next_purge_at }: Usage['trash']): string {
    const kept = retention_days === null ? t('keptForEver') : t('kept', { count: retention_days });
    if (next_purge_at === null) return kept;
    return `${kept} ${t('next', { when: formatFromNow(next_purge_at, Date.now()) })}`;
  }
}
