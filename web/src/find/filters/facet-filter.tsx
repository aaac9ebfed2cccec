import { Check, ChevronDown, Circle, CircleDot } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Disclosure, DisclosurePanel } from 'react-aria-components/Disclosure';
import { Heading } from 'react-aria-components/Heading';
import { ListBox, ListBoxItem, type ListBoxProps } from 'react-aria-components/ListBox';
import { useTranslation } from 'react-i18next';
import type { Facets } from '../../api/types.ts';
import { formatCount } from '../../i18n/format.ts';
import { TextField } from '../../ui/field.tsx';
import style from './filters.module.css';

type Values = Facets['facets']['tag'];
type Chosen = Parameters<NonNullable<ListBoxProps<object>['onSelectionChange']>>[0];

interface FacetFilterProps extends Values {
  readonly facet: keyof Facets['facets'];
  /** Whether several can be chosen together; else another takes the place of the chosen one. */
  readonly isMany: boolean;
  readonly chosen: readonly string[];
  readonly onChoose: (value: string) => void;
}

/** Shown at once; more are found by their name. */
const SHOWN = 12;

/** The values of one facet, the most frequent first, with how many pictures each would leave. */
export function FacetFilter({ facet, isMany, values, distinct, chosen, onChoose }: FacetFilterProps) {
  const { t } = useTranslation('find');
  const [part, setPart] = useState('');
  const shown = shownOf(values, chosen, part);
  const isLong = values.length > SHOWN || part !== '';
  const hidden = distinct - shown.length;
  if (distinct === 0 && chosen.length === 0) return null;
  return (
    <Disclosure className={style.facet ?? ''} defaultExpanded={facet === 'tag' || chosen.length > 0}>
      <Heading level={3} className={style.facetHead ?? ''}>
        <Button slot="trigger" className={style.facetButton ?? ''}>
          {t(`facets.${facet}`)}
          <span className={style.dim}>{formatCount(distinct)}</span>
          <ChevronDown size={16} className={style.chevron} aria-hidden />
        </Button>
      </Heading>
      <DisclosurePanel className={style.facetPanel ?? ''}>
        {isLong ? <TextField label={t('narrow')} value={part} onChange={setPart} type="search" /> : null}
        <ListBox
          aria-label={t(`facets.${facet}`)}
          className={style.values ?? ''}
          selectionMode={isMany ? 'multiple' : 'single'}
          // it closes the filters, and leaves what was chosen
          escapeKeyBehavior="none"
          selectedKeys={chosen}
          items={shown.map((value) => ({ ...value, id: value.value }))}
          onSelectionChange={(keys) => {
            const changed = changedOf(shown, new Set(chosen), keys);
            if (changed !== undefined) onChoose(changed);
          }}
          renderEmptyState={() => <p className={style.dim}>{t('noValues')}</p>}
        >
          {({ value, count }) => (
            <ListBoxItem className={style.value ?? ''} textValue={value}>
              {({ isSelected }) => (
                <>
                  <span className={style.tick}>
                    <Tick isMany={isMany} isSelected={isSelected} />
                  </span>
                  <span className={style.valueName}>{value}</span>
                  <span className={style.dim}>{formatCount(count)}</span>
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
        {isLong && hidden > 0 && part === '' ? (
          <p className={style.dim}>{t('moreValues', { count: hidden })}</p>
        ) : null}
      </DisclosurePanel>
    </Disclosure>
  );
}

/** What was added, else what was taken away: where one takes the place of another, both are changed. */
function changedOf(shown: Values['values'], before: ReadonlySet<string>, now: Chosen): string | undefined {
  const isNow = (value: string) => now === 'all' || now.has(value);
  const added = shown.find(({ value }) => isNow(value) && !before.has(value));
  return (added ?? shown.find(({ value }) => !isNow(value) && before.has(value)))?.value;
}

/** Several can be ticked; of those with a dot, one. */
function Tick({ isMany, isSelected }: { readonly isMany: boolean; readonly isSelected: boolean }) {
  if (!isMany) return isSelected ? <CircleDot size={16} aria-hidden /> : <Circle size={16} aria-hidden />;
  return isSelected ? <Check size={16} aria-hidden /> : null;
}

/** Chosen ones always: also those that no picture has any more. */
function shownOf(values: Values['values'], chosen: readonly string[], part: string): Values['values'] {
  const wanted = part.normalize('NFKC').toLowerCase();
  const fits = values.filter(({ value }) => value.normalize('NFKC').toLowerCase().includes(wanted));
  const shown = fits.slice(0, SHOWN);
  const missing = chosen.filter((value) => !shown.some((one) => one.value === value));
  const counts = new Map(values.map(({ value, count }) => [value, count]));
  return [...missing.map((value) => ({ value, count: counts.get(value) ?? 0 })), ...shown];
}
