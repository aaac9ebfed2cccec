import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Columns } from '../../../../../src/catalog/manifest/columns.ts';
import { ULID_FORM } from '../../../../../src/catalog/manifest/ids.ts';
import { SortedSet } from '../../../../../src/catalog/manifest/search/sorted-set.ts';

/** Rows whose times are given, ids in the order of the rows. */
function columnsOf(times: readonly number[]): Columns {
  const columns = new Columns();
  for (const [i, createdAt] of times.entries()) {
    const facts = {
      offset: 0,
      length: 0,
      kind: 0,
      status: 0,
      favorite: false,
      op: 0,
      sha: 0,
      trait: 0,
      bytes: 0,
      thumbBytes: 0,
    };
    columns.add(Uint32Array.of(0, 0, 0, i), { ...facts, createdAt, seq: i + 1, form: ULID_FORM });
  }
  return columns;
}

describe('a sorted set of rows', () => {
  it('holds what was added once, in order, whatever the pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }),
        fc.array(fc.array(fc.nat(59), { maxLength: 30 }), { maxLength: 8 }),
        fc.constantFrom('newest' as const, 'oldest' as const),
        (times, batches, order) => {
          const columns = columnsOf(times);
          const set = new SortedSet(columns, order);
          const all = new Set<number>();
          for (const batch of batches) {
            const rows = batch.filter((row) => row < times.length);
            set.add(rows);
            for (const row of rows) all.add(row);
          }
          const sign = order === 'newest' ? -1 : 1;
          const expected = [...all].sort((a, b) => sign * columns.compare(a, b));
          expect([...set.slice(0, set.length)]).toEqual(expected);
          set.keep((row) => row % 2 === 0);
          expect([...set.slice(0, 100)]).toEqual(expected.filter((row) => row % 2 === 0));
        },
      ),
    );
  });
});
