import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortRows } from '../../../../src/catalog/manifest/sort-rows.ts';

function sorted(rows: Uint32Array): Uint32Array {
  for (const _ of sortRows(rows, (a, b) => a - b));
  return rows;
}

/** Distinct numbers: in any order, or sorted but for some that were moved. */
const anyRows = fc.uniqueArray(fc.nat(), { maxLength: 400, size: 'max' });
const nearlySorted = fc
  .tuple(anyRows, fc.array(fc.tuple(fc.nat(400), fc.nat(400)), { maxLength: 20 }))
  .map(([rows, moves]) => {
    const list = [...rows].sort((a, b) => a - b);
    for (const [from, to] of moves) list.splice(to, 0, ...list.splice(from, 1));
    return list;
  });

describe('sorting rows', () => {
  it('gives what the language’s own sort gives', () => {
    fc.assert(
      fc.property(fc.oneof(anyRows, nearlySorted), (rows) => {
        expect([...sorted(Uint32Array.from(rows))]).toEqual([...rows].sort((a, b) => a - b));
      }),
      { numRuns: 600 },
    );
  });

  it('costs one comparison a row where nothing is to be done, and little more where a few rows are wrong', () => {
    const count = 100_000;
    const rows = Uint32Array.from({ length: count }, (_, i) => i * 2);
    let compared = 0;
    const compare = (a: number, b: number) => {
      compared += 1;
      return a - b;
    };
    for (const _ of sortRows(rows, compare));
    expect(compared).toBeLessThan(count);
    for (let i = 0; i < 100; i++) rows[i * 997] = 1 + 2 * ((i * 71_993) % count);
    compared = 0;
    for (const _ of sortRows(rows, compare));
    expect(compared).toBeLessThan(3 * count);
    expect(rows.every((row, i) => i === 0 || row > (rows[i - 1] ?? 0))).toBe(true);
  });

  it('lets others have their turn', () => {
    const rows = Uint32Array.from({ length: 200_000 }, (_, i) => (i * 7_919) % 200_003);
    const turns = [...sortRows(rows, (a, b) => a - b)].length;
    expect(turns).toBeGreaterThan(30);
  });
});
