import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordsOf } from '../../../../src/catalog/manifest/ids.ts';
import { OwnerIndex } from '../../../../src/catalog/manifest/owner-index.ts';
import { hexIdOf, idOf } from '../../../support/ids.ts';

function emptyIndex(): OwnerIndex {
  const index = new OwnerIndex({ epoch: '0'.repeat(16), floor: 0, seq: 0 });
  index.finish();
  return index;
}

const words = new Uint32Array(4);

function put(index: OwnerIndex, n: number, time: number, status = 0, kind = 0): void {
  const form = wordsOf(idAt(n), words);
  const facts = {
    offset: n * 1_000,
    length: 900,
    createdAt: time,
    seq: n,
    op: 0,
    kind,
    status,
    favorite: false,
    form,
    sha: n,
    trait: 0,
    bytes: 0,
    thumbBytes: 0,
  };
  index.put(words, facts);
}

const idAt = (n: number) => (n % 3 === 0 ? hexIdOf(n) : idOf(n));

function purge(index: OwnerIndex, n: number): void {
  const form = wordsOf(idAt(n), words);
  index.purge(words, form, { seq: n, id: idAt(n), time: 0, kind: 'generated', status: 'active' });
}

type Op = {
  readonly do: 'put' | 'purge';
  readonly n: number;
  readonly time: number;
  readonly status: number;
};

const op: fc.Arbitrary<Op> = fc.record({
  do: fc.constantFrom('put', 'put', 'put', 'purge'),
  n: fc.nat(60),
  time: fc.nat(5),
  status: fc.nat(1),
});

describe('the index of one owner', () => {
  it('finds, orders and forgets as a plain map does', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 300, size: 'max' }), (ops) => {
        const index = emptyIndex();
        const model = new Map<number, Op>();
        for (const one of ops) {
          if (one.do === 'put') {
            put(index, one.n, one.time, one.status);
            model.set(one.n, one);
          } else {
            purge(index, one.n);
            model.delete(one.n);
          }
        }
        for (let n = 0; n <= 60; n++) expect(index.find(idAt(n)) >= 0).toBe(model.has(n));
        for (const status of [0, 1]) {
          const order = index.order(0, status);
          const found = Array.from({ length: order.length }, (_, place) => index.idOf(order.at(place)));
          const expected = [...model.values()]
            .filter((one) => one.status === status)
            .sort((a, b) => a.time - b.time || (idAt(a.n) < idAt(b.n) ? -1 : 1))
            .map(({ n }) => idAt(n));
          expect(found).toEqual(expected);
        }
        expect(index.columns.count).toBe(model.size);
        expect(index.sortedRows()).toHaveLength(model.size);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps offsets beyond 4 GiB', () => {
    const { columns } = emptyIndex();
    columns.reserve(1);
    columns.setPlace(0, 1_099_511_627_775, 4_000_000_000);
    expect([columns.offset(0), columns.length(0)]).toEqual([1_099_511_627_775, 4_000_000_000]);
  });

  it('costs at most 64 bytes a picture beside its weight, loaded at once or grown one by one', () => {
    const count = 100_000;
    const bytesOf = (index: OwnerIndex) => index.bytes - index.columns.weightBytes;
    const grown = emptyIndex();
    for (let n = 1; n <= count; n++) put(grown, n, n);
    expect(bytesOf(grown) / count).toBeLessThanOrEqual(64);
    const loaded = new OwnerIndex({ epoch: '0'.repeat(16), floor: 0, seq: 0 });
    for (let n = 1; n <= count; n++) put(loaded, n, count - n);
    loaded.finish();
    expect(bytesOf(loaded) / count).toBeLessThanOrEqual(64);
    // and one more, at the worst moment of growth
    for (let n = count + 1; n <= count + count / 8 + 20; n++) {
      put(grown, n, n);
      if (n % 50 === 0) expect(bytesOf(grown) / n).toBeLessThanOrEqual(64);
    }
  });

  it('forgets old tombstones, and says so by its floor', () => {
    const index = emptyIndex();
    for (let n = 1; n <= 10_001; n++) purge(index, n);
    expect(index.tombstones.length).toBeLessThanOrEqual(10_000);
    expect(index.floor).toBe((index.tombstones[0]?.seq ?? 0) - 1);
  });
});
