import { FACETS, type Facet } from '../../domain/search/facets.ts';
import { rankValues } from '../../domain/search/rank.ts';
import type { FacetCounts, Facets } from '../../domain/search/selection.ts';
import type { OwnerIndex } from './owner-index.ts';
import { type Selected, traitsOf } from './selected-rows.ts';
import type { ValueSets } from './value-sets.ts';

/** So many values are ranked whole; of more, only those that can be among the first. */
const FEW = 1_000;

/**
 * Counts of every facet's values among the selected rows, at most `most` each, and how many rows that are: from how
 * often each trait occurs, which is known but for a range of times.
 */
export function countFacets(
  index: OwnerIndex,
  selected: Selected,
  most: number,
): { readonly total: number; readonly facets: Facets } {
  const { looks, tags, traits } = index.facets;
  const byTrait = traitsOf(selected, traits.size);
  const byLook = new Uint32Array(looks.size);
  const byTags = new Uint32Array(tags.size);
  const { passes } = selected;
  let total = 0;
  for (let trait = 0; trait < byTrait.length; trait++) {
    const count = byTrait[trait] ?? 0;
    if (count === 0 || (passes !== undefined && passes[trait] !== 1)) continue;
    const look = traits.looks[trait] ?? 0;
    const set = (traits.marks[trait] ?? 0) >>> 1;
    byLook[look] = (byLook[look] ?? 0) + count;
    byTags[set] = (byTags[set] ?? 0) + count;
    total += count;
  }
  return {
    total,
    facets: rankAll(
      { sets: looks, counts: looks.countValues(byLook) },
      { sets: tags, counts: tags.countValues(byTags) },
      most,
    ),
  };
}

function rankAll(looks: Counted, tags: Counted, most: number): Facets {
  const rank = (facet: Facet) => {
    const { sets, counts } = facet === 'tag' ? tags : looks;
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
