import type { Facet } from '../../domain/search/facets.ts';
import { facetHolds } from '../../domain/search/match.ts';
import type { Term } from '../../domain/search/query.ts';
import type { Selection } from '../../domain/search/selection.ts';
import { FAVORITE } from './columns.ts';
import { facetIndex } from './facet-table.ts';
import type { OwnerIndex } from './owner-index.ts';
import type { ValueSets } from './value-sets.ts';

/** A byte for each code of a column: 1 where the rows with this code pass. */
export interface CodeTest {
  readonly codes: Uint8Array | Uint16Array | Uint32Array;
  readonly passes: Uint8Array;
}

/** What columns decide of a selection. Good for the index as it is now: a commit may give codes another meaning. */
export interface RowFilter {
  /** There is nothing to test: every row passes. */
  readonly none: boolean;
  /** No row can pass. */
  readonly never: boolean;
  /** All of them must pass, and `times` too. */
  readonly tests: readonly CodeTest[];
  readonly times: readonly TimeTerm[];
  test(row: number): boolean;
}

type FacetTerm = Extract<Term, { by: 'facet' }>;
export type TimeTerm = Extract<Term, { by: 'time' }>;

/** True when a term looks into texts or numbers, which columns do not have. */
export function needsText({ terms = [] }: Pick<Selection, 'terms'>): boolean {
  return terms.some(({ by }) => by !== 'facet' && by !== 'time');
}

/**
 * Favourite, facets, and the terms over facets and times; not owner, kind, status, `from` and `to`, nor the terms that
 * `needsText` tells. Facets are decided once a value and then once a code: a row costs a look into a table of bytes.
 */
export function compileFilter(index: OwnerIndex, selection: Selection): RowFilter {
  const { columns, facets } = index;
  const { favorite, terms = [] } = selection;
  const times = terms.filter((term) => term.by === 'time');
  const tests: CodeTest[] = [];
  if (favorite !== undefined) tests.push({ codes: columns.flagBytes, passes: favoritePasses(favorite) });
  const looks = passesOf(facets.looks, conditionsOf(selection, false));
  if (looks !== undefined) tests.push({ codes: columns.looks.values, passes: looks });
  const tags = passesOf(facets.tags, conditionsOf(selection, true));
  if (tags !== undefined) tests.push({ codes: columns.tagSets.values, passes: tags });
  return {
    none: tests.length === 0 && times.length === 0,
    never: tests.some(({ passes }) => !passes.includes(1)),
    tests,
    times,
    test(row) {
      for (const { codes, passes } of tests) if (passes[codes[row] ?? 0] !== 1) return false;
      return times.length === 0 || timesHold(times, columns.createdAt(row));
    },
  };
}

function timesHold(times: readonly TimeTerm[], time: number): boolean {
  return times.every(({ from, to, negated }) => (time >= from && time < to) !== negated);
}

function favoritePasses(favorite: boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, flags) => (((flags & FAVORITE) !== 0) === favorite ? 1 : 0));
}

/** One thing that must (or, `negated`, must not) be true of one of a picture's values. */
interface Condition {
  readonly facet: number;
  readonly negated: boolean;
  /** Marks the values, by number, that make it true. */
  mark(sets: ValueSets): Uint8Array;
}

/** The conditions on tags, or on all other facets. */
function conditionsOf({ facets = [], terms = [] }: Selection, ofTags: boolean): Condition[] {
  const isOf = ({ facet }: { readonly facet: Facet }) => (facet === 'tag') === ofTags;
  return [
    ...facets.filter(isOf).map(valueCondition),
    ...terms
      .filter((term) => term.by === 'facet')
      .filter(isOf)
      .map(termCondition),
  ];
}

function valueCondition({
  facet: name,
  value,
}: {
  readonly facet: Facet;
  readonly value: string;
}): Condition {
  const facet = facetIndex(name);
  return {
    facet,
    negated: false,
    mark(sets) {
      const marked = new Uint8Array(sets.values.length);
      const number = sets.numberOf(facet, value);
      if (number >= 0) marked[number] = 1;
      return marked;
    },
  };
}

function termCondition(term: FacetTerm): Condition {
  const facet = facetIndex(term.facet);
  return {
    facet,
    negated: term.negated,
    mark: ({ values, facets }) =>
      Uint8Array.from(values, (value, number) =>
        facets[number] === facet && facetHolds(term, value) ? 1 : 0,
      ),
  };
}

/** Which codes pass all conditions; undefined without any. */
function passesOf(sets: ValueSets, conditions: readonly Condition[]): Uint8Array | undefined {
  if (conditions.length === 0) return undefined;
  const passes = new Uint8Array(sets.size).fill(1);
  for (const condition of conditions) {
    const found = sets.setsWith(condition.mark(sets));
    const wanted = condition.negated ? 0 : 1;
    for (let code = 0; code < passes.length; code++) if (found[code] !== wanted) passes[code] = 0;
  }
  return passes;
}
