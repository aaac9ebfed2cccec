import { describe, expect, it } from 'vitest';
import { createEntry } from '../../../../src/catalog/entry.ts';
import { entryOf } from '../../../../src/catalog/manifest/line-entry.ts';
import { createReadBuffers } from '../../../../src/catalog/manifest/read-buffers.ts';
import { Warm } from '../../../../src/catalog/manifest/warm.ts';
import { encodeRecord } from '../../../../src/domain/record-codec.ts';
import { idOf } from '../../../support/ids.ts';
import { sampleRecord } from '../../../support/records.ts';

const recordOf = (n: number) => sampleRecord({ id: idOf(n) });

/** As it comes when it was read with others. */
function lent(n: number) {
  const record = recordOf(n);
  const json = encodeRecord(record);
  const loan = createReadBuffers().lend(json.length);
  loan.holders = 1;
  loan.bytes.set(json);
  const facts = { seq: 5, createdAt: Date.parse(record.created_at), kind: 0, status: 0 };
  return entryOf(record.owner, record.id, loan.bytes.subarray(0, json.length), facts, loan);
}

describe('entries kept warm', () => {
  it('are those that were read alone, and those of many that were asked for twice', () => {
    const warm = new Warm();
    const alone = createEntry(recordOf(1), 5);
    warm.offer(1, alone);
    expect(warm.get(1, 5)).toBe(alone);
    warm.offer(2, lent(2));
    expect(warm.get(2, 5)).toBeUndefined();
    const again = lent(2);
    warm.offer(2, again);
    expect(warm.get(2, 5)).toBe(again);
    expect(again.isShared).toBe(false);
    again.release();
    expect(warm.get(2, 5)?.record()).toEqual(recordOf(2));
  });

  it('are given for the version they are of only', () => {
    const warm = new Warm();
    warm.offer(1, createEntry(recordOf(1), 5));
    expect(warm.get(1, 6)).toBeUndefined();
    warm.offer(1, createEntry(recordOf(1), 6));
    expect(warm.get(1, 5)).toBeUndefined();
    expect(warm.get(1, 6)?.seq).toBe(6);
  });

  it('are bounded, and their bytes counted', () => {
    const warm = new Warm();
    expect(warm.bytes).toBe(0);
    for (let n = 0; n < 300; n++) warm.offer(n, createEntry(recordOf(n), 5));
    const full = warm.bytes;
    expect(warm.get(0, 5)).toBeUndefined();
    expect(warm.get(299, 5)).toBeDefined();
    for (let n = 300; n < 600; n++) warm.offer(n, createEntry(recordOf(n), 5));
    expect(warm.bytes).toBe(full);
  });
});
