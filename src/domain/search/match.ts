import type { PictureRecord } from '../record.ts';
import { type Facet, type FacetValues, facetValues } from './facets.ts';
import { foldText } from './fold.ts';
import type { Comparison, Term } from './query.ts';
import type { Selection } from './selection.ts';
import { type SearchText, searchText, TERM_MARK } from './text.ts';

/**
 * What a selection means, by looking at one record: the yardstick for every index. Owner, kind and status are not
 * looked at: the caller has them.
 */
export function isSelected(
  record: PictureRecord,
  selection: Omit<Selection, 'owner' | 'kind' | 'status'>,
): boolean {
  const {
    from = Number.NEGATIVE_INFINITY,
    to = Number.POSITIVE_INFINITY,
    favorite,
    facets = [],
    terms = [],
  } = selection;
  const time = Date.parse(record.created_at);
  if (time < from || time >= to) return false;
  if (favorite !== undefined && record.favorite !== favorite) return false;
  const values = facetValues(record);
  if (!facets.every(({ facet, value }) => values[facet].includes(value))) return false;
  if (terms.length === 0) return true;
  let text: SearchText | undefined;
  const read = () => {
    text ??= searchText(record);
    return text;
  };
  return terms.every((term) => holds(term, time, values, read) !== term.negated);
}

function holds(term: Term, time: number, values: FacetValues, text: () => SearchText): boolean {
  switch (term.by) {
    case 'time':
      return time >= term.from && time < term.to;
    case 'facet':
      return values[term.facet].some((value) => facetHolds(term, value));
    case 'text':
      return text().free.includes(term.text);
    case 'field':
      return termValues(text().terms, term.field).some((value) => value.includes(term.text));
    case 'exact':
      return termValues(text().terms, term.field).includes(term.text);
    case 'number':
      return termValues(text().terms, term.field).some((value) =>
        compares(Number(value), term.is, term.value),
      );
  }
}

/** Whether a facet's value, as the record has it, is meant by the term. */
export function facetHolds(
  term: { readonly facet: Facet; readonly text: string; readonly whole: boolean },
  value: string,
): boolean {
  const folded = foldText(value);
  return term.whole ? folded === term.text : folded.includes(term.text);
}

/** Whether `value` stands in this relation to `bound`. */
export function compares(value: number, is: Comparison, bound: number): boolean {
  if (is === '<') return value < bound;
  if (is === '<=') return value <= bound;
  if (is === '>') return value > bound;
  return is === '>=' ? value >= bound : value === bound;
}

/** The values of one field in `SearchText.terms`. */
function termValues(terms: string, field: string): string[] {
  const start = `${field}=`;
  return terms
    .split(TERM_MARK)
    .filter((term) => term.startsWith(start))
    .map((term) => term.slice(start.length));
}
