import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SnapshotError } from '../../../../src/catalog/manifest/saved-part.ts';
import { type FacetValue, ValueSets } from '../../../../src/catalog/manifest/value-sets.ts';

const value: fc.Arbitrary<FacetValue> = fc.record({
  facet: fc.nat(2),
  value: fc.constantFrom('a', 'b', 'c', '고양이', ''),
});
const set = fc.uniqueArray(value, { maxLength: 6, selector: (one) => textOf(one) });
const sets = fc.array(set, { maxLength: 60 });

function textOf({ facet, value }: FacetValue): string {
  return `${facet} ${value}`;
}

function textsOf(table: ValueSets, code: number): string[] {
  return Array.from(table.numbersOf(code), (number) =>
    textOf({ facet: table.facets[number] ?? 9, value: table.values[number] ?? '?' }),
  ).sort();
}

/** `n` sets that have no value in common. */
function many(table: ValueSets, n: number, from = 0): number[] {
  return Array.from({ length: n }, (_, i) =>
    table.codeOf([
      { facet: 0, value: `v${from + i}` },
      { facet: 1, value: `w${from + i}` },
    ]),
  );
}

describe('sets of values', () => {
  it('have one code for the same values in any order, and another for others', () => {
    fc.assert(
      fc.property(sets, (all) => {
        const table = new ValueSets();
        const codes = all.map((one) => table.codeOf(one));
        const byText = new Map<string, number>();
        for (const [i, one] of all.entries()) {
          const texts = one.map(textOf).sort();
          expect(textsOf(table, codes[i] ?? -1)).toEqual(texts);
          const text = texts.join();
          expect(byText.get(text) ?? codes[i]).toBe(codes[i]);
          byText.set(text, codes[i] ?? -1);
          expect(table.codeOf([...one].reverse())).toBe(codes[i]);
        }
        expect(new Set(codes).size).toBe(byText.size);
        expect(table.codeOf([])).toBe(0);
      }),
    );
  });

  it('know which of them hold a value, and how often each value occurs', () => {
    fc.assert(
      fc.property(sets, value, (all, wanted) => {
        const table = new ValueSets();
        const codes = all.map((one) => table.codeOf(one));
        const marked = new Uint8Array(table.values.length);
        const number = table.numberOf(wanted.facet, wanted.value);
        if (number >= 0) marked[number] = 1;
        const found = table.setsWith(marked);
        const holds = (one: readonly FacetValue[]) => one.some((other) => textOf(other) === textOf(wanted));
        expect(codes.map((code) => found[code] === 1)).toEqual(all.map(holds));
        const times = new Uint32Array(table.size);
        for (const code of codes) times[code] = (times[code] ?? 0) + 1;
        if (number >= 0) expect(table.countValues(times)[number]).toBe(all.filter(holds).length);
      }),
    );
  });

  it('forget those that are not used, and their values with them', () => {
    const table = new ValueSets();
    const codes = many(table, 400);
    const used = new Uint8Array(table.size);
    for (const code of codes.slice(0, 100)) used[code] = 1;
    const before = table.bytes;
    const renamed = table.keepOnly(used);
    expect(table.size).toBe(101);
    expect(table.bytes).toBeLessThan(before);
    expect(table.values).toHaveLength(200);
    for (const [i, code] of codes.slice(0, 100).entries()) {
      expect(textsOf(table, renamed[code] ?? -1)).toEqual([`0 v${i}`, `1 w${i}`]);
    }
  });

  it('come back from a snapshot with their codes', () => {
    fc.assert(
      fc.property(sets, sets, (all, later) => {
        const [table, again] = [new ValueSets(), new ValueSets()];
        for (const one of all) table.codeOf(one);
        again.restore(table.save());
        for (const one of [...all, ...later]) expect(again.codeOf(one)).toBe(table.codeOf(one));
        expect(again.size).toBe(table.size);
      }),
    );
  });

  it('do not come back from one that says what cannot be', () => {
    const table = new ValueSets();
    many(table, 3);
    const { facts, arrays } = table.save();
    const members = { array: Uint16Array.from([0, 1, 2, 9, 4, 5]), used: 6 };
    for (const bad of [
      { facts: { ...facts, values: ['a', 1] }, arrays },
      {
        facts: { ...facts, values: ['a', 'a', 'a', 'a', 'a', 'a'] },
        arrays: { ...arrays, facets: { array: new Uint8Array(6), used: 6 } },
      },
      { facts: { ...facts, count: 99 }, arrays },
      { facts, arrays: { ...arrays, members } },
      { facts, arrays: {} },
    ]) {
      expect(() => new ValueSets().restore(bad)).toThrow(SnapshotError);
    }
  });
});
