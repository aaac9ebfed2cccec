import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answerOf, api, until } from '../../api/client.ts';
import type { Facets, Family, Selection } from '../../api/types.ts';
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
type Facet = (typeof FACETS)[number];
/** As many values of each as anybody looks through; the field above them finds among these. */
const MOST = '500';

/** Everything that pictures can be filtered by, with how many there would be. Each choice shows at once. */
export default function FilterPanel({ family }: { readonly family: Family }) {
  const [selection] = useSelection();
  const { data, error, refetch } = useFacets(family, selection);
  return (
    <div className={style.panel}>
      <FavoriteAndRating />
      <DateRange />
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined
        ? null
        : FACETS.map((facet) => <OneFacet key={facet} family={family} facet={facet} all={data} />)}
    </div>
  );
}

function useFacets(family: Family, selection: Selection) {
  return useQuery({
    queryKey: ['facets', family, selection],
    queryFn: ({ signal }) =>
      answerOf(api[family].facets.$get({ query: { ...selection, most: MOST } }, until(signal))),
    placeholderData: keepPreviousData,
  });
}

interface OneFacetProps {
  readonly family: Family;
  readonly facet: Facet;
  /** Under everything that is chosen. */
  readonly all: Facets;
}

/** A picture has one model: what another would leave instead is counted without the chosen one. Of tags it has many. */
function OneFacet({ family, facet, all }: OneFacetProps) {
  const [selection, select] = useSelection();
  const isMany = facet === 'tag' || facet === 'lora';
  // the same question as for all of them where it is not chosen, and asked once
  const { data = all } = useFacets(family, isMany ? selection : withValue(selection, facet, undefined));
  return (
    <FacetFilter
      facet={facet}
      {...data.facets[facet]}
      isMany={isMany}
      chosen={[selection[facet] ?? []].flat()}
      onChoose={(value) =>
        select(
          isMany
            ? toggleValue(selection, facet, value)
            : withValue(selection, facet, selection[facet] === value ? undefined : value),
        )
      }
    />
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
