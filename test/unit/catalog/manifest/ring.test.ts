import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEntry } from '../../../../src/catalog/entry.ts';
import { wordsOf } from '../../../../src/catalog/manifest/ids.ts';
import { entryOf } from '../../../../src/catalog/manifest/line-entry.ts';
import { OwnerIndex } from '../../../../src/catalog/manifest/owner-index.ts';
import { createReadBuffers } from '../../../../src/catalog/manifest/read-buffers.ts';
import { Ring } from '../../../../src/catalog/manifest/ring.ts';
import { encodeRecord } from '../../../../src/domain/record-codec.ts';
import { hexIdOf, idOf } from '../../../support/ids.ts';
import { sampleRecord } from '../../../support/records.ts';

const words = new Uint32Array(4);
const idAt = (n: number) => (n % 3 === 0 ? hexIdOf(n) : idOf(n));

/** Puts the `n`th picture into the index; its row. */
function put(index: OwnerIndex, n: number, createdAt: number, status: number): number {
  const form = wordsOf(idAt(n), words);
  const place = { offset: n * 1_000, length: 900, createdAt, seq: n };
  const looks = { favorite: false, form, sha: n, trait: 0, bytes: 0, thumbBytes: 0 };
  return index.put(words, { ...place, ...looks, op: 0, kind: 0, status });
}

describe('the ring', () => {
  it('gives what it keeps bytes of its own', () => {
    const index = new OwnerIndex({ epoch: '0'.repeat(16), floor: 0, seq: 0 });
    index.finish();
    const ring = new Ring(index.order(0, 0), index.columns, 1);
    const record = sampleRecord({ id: idOf(1) });
    const json = encodeRecord(record);
    const loan = createReadBuffers().lend(json.length);
    loan.holders = 1;
    loan.bytes.set(json);
    const facts = { seq: 1, createdAt: 0, kind: 0, status: 0 };
    const entry = entryOf(record.owner, record.id, loan.bytes.subarray(0, json.length), facts, loan);
    const row = put(index, 1, 0, 0);
    expect(ring.offer(row, entry)).toBe(true);
    loan.bytes.fill(0);
    entry.release();
    expect(ring.get(row)?.record()).toEqual(record);
  });

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
