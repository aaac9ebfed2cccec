import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEntry } from '../../../../src/catalog/entry.ts';
import { wordsOf } from '../../../../src/catalog/manifest/ids.ts';
import { OwnerIndex } from '../../../../src/catalog/manifest/owner-index.ts';
import { Ring } from '../../../../src/catalog/manifest/ring.ts';
import { hexIdOf, idOf } from '../../../support/ids.ts';
import { sampleRecord } from '../../../support/records.ts';

const words = new Uint32Array(4);
const idAt = (n: number) => (n % 3 === 0 ? hexIdOf(n) : idOf(n));

/** Puts the `n`th picture into the index; its row. */
function put(index: OwnerIndex, n: number, createdAt: number, status: number): number {
  const form = wordsOf(idAt(n), words);
  const place = { offset: n * 1_000, length: 900, createdAt, seq: n };
  const looks = { favorite: false, form, sha: n, look: 0, tags: 0 };
  return index.put(words, { ...place, ...looks, op: 0, kind: 0, status });
}

describe('the ring', () => {
  it('holds what was offered and is among the newest, and nothing else', () => {
    const picture = fc.record({ n: fc.nat(40), time: fc.nat(5), status: fc.constantFrom(0, 0, 0, 1) });
    fc.assert(
      fc.property(fc.array(picture, { maxLength: 80 }), fc.integer({ min: 0, max: 6 }), (steps, size) => {
        const index = new OwnerIndex({ epoch: '0'.repeat(16), floor: 0, seq: 0 });
        index.finish();
        const order = index.order(0, 0);
        const ring = new Ring(order, index.columns, size);
        const rows = new Set<number>();
        for (const { n, time, status } of steps) {
          const before = index.find(idAt(n));
          if (before >= 0) ring.drop(before);
          const row = put(index, n, time, status);
          rows.add(row);
          const newest = order.length - size;
          const entry = createEntry(sampleRecord({ id: idAt(n) }), n);
          if (status === 0) expect(ring.offer(row, entry)).toBe(size > 0 && order.placeOf(row) >= newest);
        }
        const held = [...rows].filter((row) => ring.get(row) !== undefined);
        expect(held.length).toBeLessThanOrEqual(size);
        for (const row of held) expect(index.columns.status(row)).toBe(0);
        for (const row of held) ring.drop(row);
        expect(ring.bytes).toBe(0);
      }),
    );
  });
});
