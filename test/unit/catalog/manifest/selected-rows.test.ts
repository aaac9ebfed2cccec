import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyFacts } from '../../../../src/catalog/manifest/columns.ts';
import { countFacets } from '../../../../src/catalog/manifest/facet-counts.ts';
import { compileFilter, needsText } from '../../../../src/catalog/manifest/filter.ts';
import { wordsOf } from '../../../../src/catalog/manifest/ids.ts';
import { OwnerIndex } from '../../../../src/catalog/manifest/owner-index.ts';
import { pickRows } from '../../../../src/catalog/manifest/pick-rows.ts';
import { countSelected, type Selected, selectRows } from '../../../../src/catalog/manifest/selected-rows.ts';
import { countDays } from '../../../../src/catalog/manifest/timeline.ts';
import type { Order } from '../../../../src/domain/page.ts';
import type { PictureRecord } from '../../../../src/domain/record.ts';
import { FACETS, facetValues } from '../../../../src/domain/search/facets.ts';
import { isSelected } from '../../../../src/domain/search/match.ts';
import type { Term } from '../../../../src/domain/search/query.ts';
import { rankValues } from '../../../../src/domain/search/rank.ts';
import type { Selection } from '../../../../src/domain/search/selection.ts';
import { asOwner, idOf } from '../../../support/ids.ts';
import { sampleRecord } from '../../../support/records.ts';

const OWNER = asOwner('bob_the-member');
const ALL: Selection = { owner: OWNER, kind: 'generated', status: 'active' };
const words = new Uint32Array(4);

/** Pictures a second after one another, of these records. */
function indexOf(records: readonly Partial<PictureRecord>[]): { index: OwnerIndex; all: PictureRecord[] } {
  const index = new OwnerIndex({ epoch: '0'.repeat(16), floor: 0, seq: 1 });
  const all = records.map((over, n) =>
    sampleRecord({ id: idOf(n), created_at: new Date(n * 1_000).toISOString(), ...over }),
  );
  for (const record of all) {
    const form = wordsOf(record.id, words);
    const values = facetValues(record);
    const { favorite } = record;
    const createdAt = Date.parse(record.created_at);
    const trait = index.facets.traitOf(values, favorite);
    index.put(words, { ...emptyFacts(), form, createdAt, favorite, trait });
  }
  index.finish();
  return { index, all };
}

/** All of them, by one page. */
function idsOf(index: OwnerIndex, selected: Selected, order: Order): string[] {
  const { rows, more } = pickRows(selected, countSelected(selected), { order, size: 1_000, at: { page: 1 } });
  expect(more).toBe(false);
  return rows.map((row) => index.idOf(row));
}

const word = fc.constantFrom('cat', 'Cat', '고양이', 'ﾈｺ', '');
const record = fc.record({
  tags: fc.uniqueArray(word, { maxLength: 3 }),
  favorite: fc.boolean(),
  model: fc.option(word),
  workflow_id: fc.option(word),
  loras: fc.array(fc.record({ name: word }), { maxLength: 2 }),
});
const term: fc.Arbitrary<Term> = fc.oneof(
  fc.record({
    by: fc.constant('facet' as const),
    negated: fc.boolean(),
    facet: fc.constantFrom(...FACETS),
    text: fc.constantFrom('cat', 'ca', '고', 'ネコ'),
    whole: fc.boolean(),
  }),
  fc
    .record({
      by: fc.constant('time' as const),
      negated: fc.boolean(),
      from: fc.integer({ min: -5, max: 45 }),
      to: fc.integer({ min: -5, max: 45 }),
    })
    .map((one) => ({
      ...one,
      from: one.from < 0 ? Number.NEGATIVE_INFINITY : one.from * 1_000,
      to: one.to > 40 ? Number.POSITIVE_INFINITY : one.to * 1_000,
    })),
);
const selection: fc.Arbitrary<Selection> = fc
  .record(
    {
      from: fc.integer({ min: 0, max: 40_000 }),
      to: fc.integer({ min: 0, max: 40_000 }),
      favorite: fc.boolean(),
      facets: fc.array(fc.record({ facet: fc.constantFrom(...FACETS), value: word }), { maxLength: 2 }),
      terms: fc.array(term, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  )
  .map((given) => ({ ...ALL, ...given }));

describe('the rows that columns select', () => {
  it('are those that isSelected takes, and so says the filter of each row', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), selection, (records, asked) => {
        const { index, all } = indexOf(records);
        const expected = all.filter((one) => isSelected(one, asked)).map(({ id }) => id);
        const selected = selectRows(index, asked);
        expect(idsOf(index, selected, 'oldest')).toEqual(expected);
        expect(idsOf(index, selected, 'newest')).toEqual([...expected].reverse());
        expect(countSelected(selected)).toBe(expected.length);
        expect(countFacets(index, selected, 3).total).toBe(expected.length);
        const filter = compileFilter(index, asked);
        const { from: _from, to: _to, ...timeless } = asked;
        for (const one of all) expect(filter.test(index.find(one.id))).toBe(isSelected(one, timeless));
        if (filter.never) expect(expected).toEqual([]);
        if (filter.none) expect(filter.test(0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('are tested by what they are by then, though traits were given other numbers since', () => {
    const { index, all } = indexOf([{ tags: ['kept'] }, { tags: ['other'] }]);
    const filter = compileFilter(index, { ...ALL, facets: [{ facet: 'tag', value: 'kept' }] });
    const changing = index.find(all[1]?.id ?? idOf(1));
    const before = index.facets.traits;
    for (let n = 0; n < 1_000; n++) {
      const values = facetValues(sampleRecord({ tags: [n % 2 === 0 ? `edit ${n}` : 'kept', `edit ${n}`] }));
      const form = wordsOf(idOf(1), words);
      index.put(words, {
        ...emptyFacts(),
        form,
        createdAt: 1_000,
        trait: index.facets.traitOf(values, false),
      });
      expect(filter.test(changing)).toBe(n % 2 === 1);
      expect(filter.test(index.find(idOf(0)))).toBe(true);
    }
    expect(index.facets.traits).not.toBe(before);
  });

  it('are not decided by columns where a term looks into texts', () => {
    const text: Term = { by: 'text', text: 'cat', negated: false };
    expect(needsText({ terms: [text] })).toBe(true);
    expect(needsText({ terms: [{ by: 'time', from: 0, to: 1, negated: false }] })).toBe(false);
    expect(needsText({})).toBe(false);
  });
});

describe('counts of rows', () => {
  it('rank thousands of values as the plain way does', () => {
    const records = Array.from({ length: 3_000 }, (_, n) => ({
      tags: [`t${n % 1_700}`, `u${n}`, ...(n % 5 === 0 ? ['five'] : [])],
    }));
    const { index, all } = indexOf(records);
    const selected = selectRows(index, ALL);
    const counts = new Map<string, number>();
    for (const { tags } of all) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    for (const most of [0, 1, 10, 1_500, 10_000]) {
      expect(countFacets(index, selected, most).facets.tag).toEqual(rankValues(counts, most));
    }
  });

  it('put a day whose end is not behind its time down as one picture', () => {
    const { index } = indexOf([{}, {}, {}]);
    const day = (time: number) => ({ date: String(time), start: time, end: time });
    expect(countDays(index.columns, selectRows(index, ALL), day)).toEqual([
      { date: '0', count: 1 },
      { date: '1000', count: 1 },
      { date: '2000', count: 1 },
    ]);
  });
});
