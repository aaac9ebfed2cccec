import { FACETS, type Facet, type FacetValues } from '../../domain/search/facets.ts';
import type { Columns } from './columns.ts';
import type { SavedPart } from './saved-part.ts';
import { TraitTable } from './trait-table.ts';
import { type FacetValue, ValueSets } from './value-sets.ts';

/** Place of a facet in `FACETS`. */
export function facetIndex(facet: Facet): number {
  return FACETS.indexOf(facet);
}

const TAG = facetIndex('tag');

export type FacetParts = { readonly [name in 'looks' | 'tags' | 'traits']: SavedPart };

/**
 * What one owner's pictures are counted and filtered by. A picture's row holds the number of its *trait*: its *look*
 * (workflow, model, LoRAs, ratio, generator), its tags, and whether it is a favourite. Values are kept once.
 */
export class FacetTable {
  readonly looks = new ValueSets();
  readonly tags = new ValueSets();
  traits = new TraitTable();

  get bytes(): number {
    return this.looks.bytes + this.tags.bytes + this.traits.bytes;
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

  traitOf(values: FacetValues, favorite: boolean): number {
    return this.traits.traitOf(this.lookOf(values), this.tagsOf(values), favorite);
  }

  /** For a snapshot: parts by name. */
  save(): FacetParts {
    return { looks: this.looks.save(), tags: this.tags.save(), traits: this.traits.save() };
  }

  /** Takes the place of what is here. @throws SnapshotError */
  restore(parts: FacetParts): void {
    this.looks.restore(parts.looks);
    this.tags.restore(parts.tags);
    this.traits.restore(parts.traits);
  }

  /**
   * Forgets what no live row has any more, once that may be as much as what is in use: edits leave traits, looks, tag
   * sets and values behind. A pass over the rows for every doubling.
   * @returns new traits by old ones, where they have changed; the rows have got theirs
   */
  tidy(columns: Columns): Uint32Array | undefined {
    const { traits } = this;
    if (!traits.isCrowded) return undefined;
    const used = new Uint8Array(traits.size);
    const { values } = columns.traits;
    for (let row = 0; row < columns.used; row++) if (columns.isLive(row)) used[values[row] ?? 0] = 1;
    const kept = used.reduce((sum, mark) => sum + mark, 0);
    if (kept * 4 > traits.size * 3) {
      traits.settle();
      return undefined;
    }
    const names = this.keepOnly(used);
    // a row that is not live may hold a trait that is gone: nobody looks at it
    for (let row = 0; row < columns.used; row++) values[row] = names[values[row] ?? 0] ?? 0;
    return names;
  }

  /** @param used a byte a trait */
  private keepOnly(used: Uint8Array): Uint32Array {
    const old = this.traits;
    const looksUsed = new Uint8Array(this.looks.size);
    const tagsUsed = new Uint8Array(this.tags.size);
    for (let trait = 0; trait < old.size; trait++) {
      if (used[trait] !== 1) continue;
      looksUsed[old.looks[trait] ?? 0] = 1;
      tagsUsed[old.tags(trait)] = 1;
    }
    const looks = this.looks.keepOnly(looksUsed);
    const tags = this.tags.keepOnly(tagsUsed);
    const next = new TraitTable();
    const names = new Uint32Array(old.size);
    for (let trait = 0; trait < old.size; trait++) {
      if (used[trait] !== 1) continue;
      const look = looks[old.looks[trait] ?? 0] ?? 0;
      names[trait] = next.traitOf(look, tags[old.tags(trait)] ?? 0, old.isFavorite(trait));
    }
    next.settle();
    this.traits = next;
    return names;
  }
}
