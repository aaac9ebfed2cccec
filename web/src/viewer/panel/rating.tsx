import { Star } from 'lucide-react';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';
import { useTranslation } from 'react-i18next';
import type { Actions } from '../../actions/actions.ts';
import type { Item } from '../../api/types.ts';
import style from './panel.module.css';

const STARS = [1, 2, 3, 4, 5] as const;

/** One to five stars; the same star again takes them away. */
export function Rating({ item, actions }: { readonly item: Item; readonly actions: Actions }) {
  const { t } = useTranslation('viewer');
  const rating = item.meta.rating ?? 0;
  return (
    <div className={style.section}>
      <h3>{t('rating')}</h3>
      <ToggleButtonGroup
        className={style.stars ?? ''}
        aria-label={t('rating')}
        selectionMode="single"
        selectedKeys={rating === 0 ? [] : [String(rating)]}
        onSelectionChange={(keys) => {
          const [chosen] = keys;
          void actions.rate([item], chosen === undefined ? null : Number(chosen));
        }}
      >
        {STARS.map((count) => (
          <ToggleButton
            key={count}
            id={String(count)}
            className={style.star ?? ''}
            aria-label={t('stars', { count })}
          >
            <Star size={22} fill={count <= rating ? 'currentColor' : 'none'} aria-hidden />
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}
