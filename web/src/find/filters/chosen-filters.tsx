import i18next from 'i18next';
import { X } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { Tag, TagGroup, TagList } from 'react-aria-components/TagGroup';
import { useTranslation } from 'react-i18next';
import type { Sequence } from '../../grid/sequence.ts';
import { formatCount } from '../../i18n/format.ts';
import { Button } from '../../ui/button.tsx';
import { isEverything } from '../selection.ts';
import { useSelection } from '../selection-url.ts';
import { type Chip, chipsOf, withoutChip, withoutChips } from './chips.ts';
import style from './filters.module.css';

/** What is chosen, each to be taken away; how many pictures that leaves is read aloud (the list shows it itself). */
export function ChosenFilters({ sequence }: { readonly sequence: Pick<Sequence, 'total' | 'isReady'> }) {
  const { t } = useTranslation('find');
  const [selection, select] = useSelection();
  const label = useChipLabel();
  const isChosen = !isEverything(selection);
  const chips = chipsOf(selection).map((chip) => ({ ...chip, id: `${chip.name}=${chip.value}` }));
  const { total, isReady } = sequence;
  const found = total === 0 ? t('nothingFound') : t('found', { count: total, total: formatCount(total) });
  return (
    <div className={chips.length === 0 ? undefined : style.chosen}>
      <p role="status" className="visually-hidden">
        {isChosen && isReady ? found : ''}
      </p>
      {chips.length === 0 ? null : (
        <>
          <TagGroup
            className={style.chips ?? ''}
            onRemove={(keys) => select(chips.filter(({ id }) => keys.has(id)).reduce(withoutChip, selection))}
          >
            <Label className="visually-hidden">{t('chosen')}</Label>
            <TagList items={chips} className={style.chipList ?? ''}>
              {(chip) => (
                <Tag textValue={label(chip)} className={style.chip ?? ''}>
                  {label(chip)}
                  <AriaButton slot="remove" className={style.remove ?? ''}>
                    <X size={14} aria-hidden />
                  </AriaButton>
                </Tag>
              )}
            </TagList>
          </TagGroup>
          <Button kind="quiet" onPress={() => select(withoutChips(selection))}>
            {t('clearAll')}
          </Button>
        </>
      )}
    </div>
  );
}

function useChipLabel(): (chip: Chip) => string {
  const { t } = useTranslation('find');
  return ({ name, value }) => {
    switch (name) {
      case 'from':
        return t('since', { date: shortDay(value) });
      case 'to':
        return t('until', { date: shortDay(value) });
      case 'favorite':
        return value === 'true' ? t('favoritesOnly') : t('notFavorites');
      case 'rating':
        return `${t('rating')}: ${t('stars', { count: Number(value) })}`;
      default:
        return `${t(`facetOne.${name}`)}: ${value}`;
    }
  };
}

function shortDay(date: string): string {
  const format = new Intl.DateTimeFormat(i18next.language, { dateStyle: 'medium', timeZone: 'UTC' });
  return format.format(new Date(date));
}
