import { FACETS, type Facet } from '../../domain/search/facets.ts';
import { rankValues } from '../../domain/search/rank.ts';
import type { FacetCounts, Facets } from '../../domain/search/selection.ts';
import type { OwnerIndex } from './owner-index.ts';
import { countCodes } from './selected-rows.ts';
import type { ValueSets } from './value-sets.ts';

/** So many values are ranked whole; of more, only those that can be among the first. */
const FEW = 1_000;

/**
 * Counts of every facet's values among some rows, at most `most` each: one pass over the rows for the looks and one
 * for the tags, then one over the looks and tag sets.
 */
export function countFacets(index: OwnerIndex, rows: Uint32Array, most: number): Facets {
  const { columns, facets } = index;
  const counted = {
    looks: valueCounts(facets.looks, countCodes(rows, columns.looks.values, facets.looks.size)),
    tags: valueCounts(facets.tags, countCodes(rows, columns.tagSets.values, facets.tags.size)),
  };
  const rank = (facet: Facet) => {
    const { sets, counts } = facet === 'tag' ? counted.tags : counted.looks;
    return ranked(sets, counts, FACETS.indexOf(facet), most);
  };
  return {
    tag: rank('tag'),
    workflow: rank('workflow'),
    model: rank('model'),
    lora: rank('lora'),
    ratio: rank('ratio'),
    generator: rank('generator'),
  };
}

interface Counted {
  readonly sets: ValueSets;
  /** By value number. */
  readonly counts: Uint32Array;
}

function valueCounts(sets: ValueSets, bySet: Uint32Array): Counted {
  return { sets, counts: sets.countValues(bySet) };
}

function ranked(sets: ValueSets, counts: Uint32Array, facet: number, most: number): FacetCounts {
  const { values, facets } = sets;
  const numbers: number[] = [];
  for (let number = 0; number < counts.length; number++) {
    if (facets[number] === facet && (counts[number] ?? 0) > 0) numbers.push(number);
  }
  const least = numbers.length <= Math.max(FEW, most) ? 1 : leastOf(counts, numbers, most);
  const kept = numbers.filter((number) => (counts[number] ?? 0) >= least);
  const byValue = new Map(kept.map((number) => [values[number] ?? '', counts[number] ?? 0]));
  return { values: rankValues(byValue, most).values, distinct: numbers.length };
}

/** The count of the one that comes last among the `most` most frequent: below it, none is asked for. */
function leastOf(counts: Uint32Array, numbers: readonly number[], most: number): number {
  const sorted = Uint32Array.from(numbers, (number) => counts[number] ?? 0).sort();
  return sorted[sorted.length - Math.max(1, most)] ?? 1;
}
