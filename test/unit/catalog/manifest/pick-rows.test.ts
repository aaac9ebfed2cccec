import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Columns, emptyFacts } from '../../../../src/catalog/manifest/columns.ts';
import { wordsOf } from '../../../../src/catalog/manifest/ids.ts';
import { pickRows } from '../../../../src/catalog/manifest/pick-rows.ts';
import { countSelected, nextPassing, type Selected } from '../../../../src/catalog/manifest/selected-rows.ts';
import { SortedRows } from '../../../../src/catalog/manifest/sorted-rows.ts';
import { idOf } from '../../../support/ids.ts';

const words = new Uint32Array(4);

/** Rows a millisecond after one another, row `n` of trait `traits[n]`; trait 1 passes. */
function selectedOf(traits: readonly number[], filtered: boolean, gap?: readonly [number, number]): Selected {
  const columns = new Columns();
  for (const [n, trait] of traits.entries()) {
    const form = wordsOf(idOf(n), words);
    columns.add(words, { ...emptyFacts(), form, createdAt: n, trait });
  }
  const { length } = traits;
  const [low, high] = gap ?? [length, length];
  const ranges = [
    { low: 0, high: Math.min(low, length) },
    { low: Math.min(high, length), high: length },
  ];
  return {
    rows: new SortedRows(columns, Uint32Array.from(traits.keys())),
    ranges: ranges.filter((range) => range.low < range.high),
    passes: filtered ? Uint8Array.of(0, 1) : undefined,
    traits: columns.traits.values,
    counts: undefined,
  };
}

function expectedRows({ ranges, passes }: Selected, traits: readonly number[]): number[] {
  const within = (n: number) => ranges.some(({ low, high }) => n >= low && n < high);
  return [...traits.keys()].filter((n) => within(n) && (passes === undefined || traits[n] === 1));
}

const trait = fc.constantFrom(0, 0, 0, 1);
const gap = fc.tuple(fc.nat(30), fc.nat(30)).map(([low, more]) => [low, low + more] as const);

describe('the rows of a page', () => {
  it('are a slice of what is selected, in both orders, by number and by cursor', () => {
    fc.assert(
      fc.property(
        fc.array(trait, { maxLength: 60 }),
        fc.boolean(),
        fc.option(gap, { nil: undefined }),
        fc.constantFrom('newest' as const, 'oldest' as const),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        (traits, filtered, hole, order, size, number) => {
          const selected = selectedOf(traits, filtered, hole);
          const all = expectedRows(selected, traits);
          if (order === 'newest') all.reverse();
          const total = countSelected(selected);
          expect(total).toBe(all.length);
          const skip = (number - 1) * size;
          const page = { rows: all.slice(skip, skip + size), more: all.length > skip + size };
          expect(pickRows(selected, total, { order, size, at: { page: number } })).toEqual(page);
          const after = { time: number * 4, id: idOf(number * 4) };
          const rest = all.filter((row) => (order === 'newest' ? row < after.time : row > after.time));
          expect(pickRows(selected, total, { order, size, at: { after } })).toEqual({
            rows: rest.slice(0, size),
            more: rest.length > size,
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are found behind many blocks of others', () => {
    const traits = Array.from({ length: 20_000 }, (_, n) => (n % 5_001 === 0 ? 1 : 0));
    const selected = selectedOf(traits, true);
    const pages = [1, 2, 3, 4, 5].map((page) =>
      pickRows(selected, 4, { order: 'newest', size: 1, at: { page } }),
    );
    expect(pages.map(({ rows }) => rows[0])).toEqual([15_003, 10_002, 5_001, 0, undefined]);
    expect(pages.map(({ more }) => more)).toEqual([true, true, true, false, false]);
    expect(nextPassing(selected, 1, 20_000)).toBe(5_001);
    expect(nextPassing(selected, 15_004, 20_000)).toBe(20_000);
  });
});
