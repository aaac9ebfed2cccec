import type { Facet } from '../../domain/search/facets.ts';
import { facetHolds } from '../../domain/search/match.ts';
import type { Term } from '../../domain/search/query.ts';
import type { Selection } from '../../domain/search/selection.ts';
import { facetIndex } from './facet-table.ts';
import type { OwnerIndex } from './owner-index.ts';
import type { ValueSets } from './value-sets.ts';

/** What columns decide of a selection, of the index as it is now; `test` follows what is committed later. */
export interface RowFilter {
  /** There is nothing to test: every row passes. */
  readonly none: boolean;
  /** No row can pass. */
  readonly never: boolean;
  /** 1 for each trait that passes; undefined when all of them do. */
  readonly passes: Uint8Array | undefined;
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
 * `needsText` tells. Facets are decided once a value, then once a look or tag set, then once a trait: a row costs a
 * look into a table of bytes, whatever is asked.
 */
export function compileFilter(index: OwnerIndex, selection: Selection): RowFilter {
  const { columns, facets } = index;
  const times = (selection.terms ?? []).filter((term) => term.by === 'time');
  const passes = passingTraits(index, selection);
  let table = facets.traits;
  let latest = passes;
  const passesNow = (trait: number): boolean => {
    // traits were given other numbers, or this one is newer
    if (table !== facets.traits || trait >= (latest?.length ?? 0)) {
      table = facets.traits;
      latest = passingTraits(index, selection);
    }
    return latest?.[trait] === 1;
  };
  return {
    none: passes === undefined && times.length === 0,
    never: passes?.includes(1) === false,
    passes,
    times,
    test(row) {
      if (passes !== undefined && !passesNow(columns.traits.get(row))) return false;
      return times.length === 0 || timesHold(times, columns.createdAt(row));
    },
  };
}

function passingTraits({ facets }: OwnerIndex, selection: Selection): Uint8Array | undefined {
  const { favorite } = selection;
  const looks = passesOf(facets.looks, conditionsOf(selection, false));
  const tags = passesOf(facets.tags, conditionsOf(selection, true));
  if (looks === undefined && tags === undefined && favorite === undefined) return undefined;
  const { traits } = facets;
  const { looks: lookOf, marks, size } = traits;
  const passes = new Uint8Array(size).fill(1);
  const wanted = favorite === true ? 1 : 0;
  for (let trait = 0; trait < size; trait++) {
    const mark = marks[trait] ?? 0;
    if (favorite !== undefined && (mark & 1) !== wanted) passes[trait] = 0;
    else if (looks !== undefined && looks[lookOf[trait] ?? 0] !== 1) passes[trait] = 0;
    else if (tags !== undefined && tags[mark >>> 1] !== 1) passes[trait] = 0;
  }
  return passes;
}

function timesHold(times: readonly TimeTerm[], time: number): boolean {
  return times.every(({ from, to, negated }) => (time >= from && time < to) !== negated);
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
