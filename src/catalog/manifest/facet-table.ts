import { FACETS, type Facet, type FacetValues } from '../../domain/search/facets.ts';
import type { Columns } from './columns.ts';
import type { SavedPart } from './saved-part.ts';
import { type FacetValue, ValueSets } from './value-sets.ts';

/** Place of a facet in `FACETS`. */
export function facetIndex(facet: Facet): number {
  return FACETS.indexOf(facet);
}

const TAG = facetIndex('tag');

/**
 * What one owner's pictures are counted and filtered by. A picture's row holds two codes: of its *look* (workflow,
 * model, LoRAs, ratio, generator: few pictures have one that no other has) and of its tags. Values are kept once.
 */
export class FacetTable {
  readonly looks = new ValueSets();
  readonly tags = new ValueSets();

  get bytes(): number {
    return this.looks.bytes + this.tags.bytes;
  }

  /** Code of everything but the tags. */
  lookOf(values: FacetValues): number {
    const all: FacetValue[] = [];
    for (const [facet, name] of FACETS.entries()) {
      if (facet !== TAG) for (const value of values[name]) all.push({ facet, value });
    }
    return this.looks.codeOf(all);
  }

  /** Code of the tags. */
  tagsOf({ tag }: FacetValues): number {
    return this.tags.codeOf(tag.map((value) => ({ facet: TAG, value })));
  }

  /** For a snapshot: two parts, by name. */
  save(): { readonly looks: SavedPart; readonly tags: SavedPart } {
    return { looks: this.looks.save(), tags: this.tags.save() };
  }

  /** Takes the place of what is here. @throws SnapshotError */
  restore(parts: { readonly looks: SavedPart; readonly tags: SavedPart }): void {
    this.looks.restore(parts.looks);
    this.tags.restore(parts.tags);
  }

  /**
   * Forgets what no live row has any more, once that may be as much as what is in use: edits leave looks and tag sets
   * behind. What is left may get other codes; the rows get them too. A pass over the rows for every doubling.
   */
  tidy(columns: Columns): void {
    if (this.looks.isCrowded) tidySets(this.looks, columns, columns.looks.values);
    if (this.tags.isCrowded) tidySets(this.tags, columns, columns.tagSets.values);
  }
}

function tidySets(sets: ValueSets, columns: Columns, codes: Uint16Array | Uint32Array): void {
  const used = new Uint8Array(sets.size);
  for (let row = 0; row < columns.used; row++) if (columns.isLive(row)) used[codes[row] ?? 0] = 1;
  const renamed = sets.keepOnly(used);
  if (renamed === undefined) return;
  // a row that is not live may hold a code that is gone: nobody looks at it
  for (let row = 0; row < columns.used; row++) codes[row] = renamed[codes[row] ?? 0] ?? 0;
}
