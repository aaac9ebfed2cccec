import { describe, expect, it } from 'vitest';
import { emptyFacts } from '../../../../src/catalog/manifest/columns.ts';
import { facetIndex } from '../../../../src/catalog/manifest/facet-table.ts';
import { wordsOf } from '../../../../src/catalog/manifest/ids.ts';
import { OwnerIndex } from '../../../../src/catalog/manifest/owner-index.ts';
import { facetValues } from '../../../../src/domain/search/facets.ts';
import { idOf } from '../../../support/ids.ts';
import { sampleRecord } from '../../../support/records.ts';

function newIndex(): OwnerIndex {
  const index = new OwnerIndex({ epoch: '0'.repeat(16), floor: 0, seq: 0 });
  index.finish();
  return index;
}

const words = new Uint32Array(4);

function put(index: OwnerIndex, n: number, tags: readonly string[], model: string): void {
  const values = facetValues(sampleRecord({ tags, model }));
  const form = wordsOf(idOf(n), words);
  const trait = index.facets.traitOf(values, n % 2 === 0);
  index.put(words, { ...emptyFacts(), form, createdAt: n, trait });
}

function tagsOf(index: OwnerIndex, n: number): string[] {
  const { tags, traits } = index.facets;
  const trait = index.columns.traits.get(index.find(idOf(n)));
  expect(traits.isFavorite(trait)).toBe(n % 2 === 0);
  return Array.from(tags.numbersOf(traits.tags(trait)), (number) => tags.values[number] ?? '');
}

describe('the facets of one owner', () => {
  it('do not grow with edits', () => {
    const index = newIndex();
    for (let n = 1; n <= 50; n++) put(index, n, [`first ${n}`], 'flux');
    for (let edit = 1; edit <= 20_000; edit++) put(index, 1 + (edit % 50), [`edit ${edit}`], `model ${edit}`);
    const { looks, tags, traits } = index.facets;
    expect(Math.max(looks.size, tags.size, traits.size)).toBeLessThan(2 * 51 + 300);
    expect(index.order(0, 0).counts.values.reduce((sum, count) => sum + count, 0)).toBe(50);
    for (let n = 1; n <= 50; n++) {
      const trait = index.columns.traits.get(index.find(idOf(n)));
      expect(index.order(0, 0).counts.values[trait]).toBe(1);
    }
    expect(tags.values.length).toBeLessThan(2 * 51 + 300);
    for (let n = 2; n <= 50; n++) expect(tagsOf(index, n)).toEqual([`edit ${19_950 + ((n - 1 + 50) % 50)}`]);
    expect(tagsOf(index, 1)).toEqual(['edit 20000']);
  });

  it('cost a bounded number of bytes when every picture has forty tags of its own', () => {
    const index = newIndex();
    const count = 2_000;
    for (let n = 1; n <= count; n++) {
      const tags = Array.from({ length: 40 }, (_, i) => `tag ${(n * 7 + i * i * 31) % 5_000}`);
      put(index, n, [...new Set(tags)], 'flux');
    }
    expect(index.facets.tags.size).toBeGreaterThan(count - 100);
    const dictionary = index.facets.tags.values.length * (80 + 2 * 8);
    expect((index.facets.bytes - dictionary) / count).toBeLessThan(2 * 40 * 1.3 + 24 + 24);
  });

  it('counts its bytes with the index', () => {
    const index = newIndex();
    put(index, 1, [], 'flux');
    const before = index.bytes;
    put(index, 1, ['x'.repeat(1_000)], 'flux');
    expect(index.bytes - before).toBeGreaterThan(1_000);
  });

  it('keeps tags apart from everything else', () => {
    const index = newIndex();
    put(index, 1, ['flux'], 'flux');
    expect(index.facets.tags.values).toEqual(['flux']);
    expect(index.facets.looks.values).toContain('flux');
    expect(index.facets.looks.numberOf(facetIndex('tag'), 'flux')).toBe(-1);
  });
});
