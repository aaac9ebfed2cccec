import type { FacetCounts } from './selection.ts';

/** The `most` values that occur most often; equal counts by value, so that an answer is always the same. */
export function rankValues(counts: ReadonlyMap<string, number>, most: number): FacetCounts {
  const ranked = [...counts]
    .filter(([, count]) => count > 0)
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return { values: ranked.slice(0, most), distinct: ranked.length };
}
