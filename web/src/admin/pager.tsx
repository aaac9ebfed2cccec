import { useTranslation } from 'react-i18next';
import { formatCount } from '../i18n/format.ts';
import { Button } from '../ui/button.tsx';
import style from './admin.module.css';

interface PagerProps {
  readonly page: number;
  readonly last: number;
  readonly onPage: (page: number) => void;
}

/** Leads through the pages of a list; not there while there is only one. */
export function Pager({ page, last, onPage }: PagerProps) {
  const { t } = useTranslation('admin');
  if (last < 2 && page === 1) return null;
  return (
    <nav className={style.pager} aria-label={t('list.pages')}>
      <Button isDisabled={page <= 1} onPress={() => onPage(Math.min(page - 1, Math.max(1, last)))}>
        {t('list.before')}
      </Button>
      <span role="status">{t('list.pageOf', { page: formatCount(page), last: formatCount(last) })}</span>
      <Button isDisabled={page >= last} onPress={() => onPage(page + 1)}>
        {t('list.after')}
      </Button>
    </nav>
  );
}
