import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answerOf, api, until } from '../../api/client.ts';
import type { Family } from '../../api/types.ts';
import { Switch } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import { Failure } from '../../ui/states.tsx';
import { leastRating, withLeastRating } from '../rating-term.ts';
import { toggleValue, withValue } from '../selection.ts';
import { useSelection } from '../selection-url.ts';
import { DateRange } from './date-range.tsx';
import { FacetFilter } from './facet-filter.tsx';
import style from './filters.module.css';

const FACETS = ['tag', 'model', 'lora', 'workflow', 'ratio', 'generator'] as const;
/** As many values of each as anybody looks through; the field above them finds among these. */
const MOST = '500';

/** Everything that pictures can be filtered by, with how many there would be. Each choice shows at once. */
export default function FilterPanel({ family }: { readonly family: Family }) {
  const [selection, select] = useSelection();
  const { data, error, refetch } = useQuery({
    queryKey: ['facets', family, selection],
    queryFn: ({ signal }) =>
      answerOf(api[family].facets.$get({ query: { ...selection, most: MOST } }, until(signal))),
    placeholderData: keepPreviousData,
  });
  const choose = (facet: (typeof FACETS)[number], value: string) =>
    select(
      facet === 'tag' || facet === 'lora'
        ? toggleValue(selection, facet, value)
        : withValue(selection, facet, selection[facet] === value ? undefined : value),
    );
  return (
    <div className={style.panel}>
      <FavoriteAndRating />
      <DateRange />
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined
        ? null
        : FACETS.map((facet) => (
            <FacetFilter
              key={facet}
              facet={facet}
              {...data.facets[facet]}
              chosen={[selection[facet] ?? []].flat()}
              onChoose={(value) => choose(facet, value)}
            />
          ))}
    </div>
  );
}

function FavoriteAndRating() {
  const { t } = useTranslation('find');
  const [selection, select] = useSelection();
  const stars = (count: number) => ({ value: String(count), label: t('stars', { count }) });
  return (
    <div className={style.first}>
      <Switch
        isSelected={selection.favorite === 'true'}
        onChange={(on) => select(withValue(selection, 'favorite', on ? 'true' : undefined))}
      >
        {t('favoritesOnly')}
      </Switch>
      <Select
        label={t('rating')}
        options={[{ value: '0', label: t('anyRating') }, ...[1, 2, 3, 4, 5].map(stars)]}
        value={String(leastRating(selection.q))}
        onChange={(least) => select(withValue(selection, 'q', withLeastRating(selection.q, Number(least))))}
      />
    </div>
  );
}
