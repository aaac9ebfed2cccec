import { describe, expect, it } from 'vitest';
import { tellsOf, thumbFacts } from '../../../src/services/thumb-facts.ts';
import { idOf } from '../../support/ids.ts';

const bytes = Buffer.from('123456789');

describe('what a record says of its thumbnail', () => {
  it('is its name, length and CRC-32', () => {
    // the check value of CRC-32/ISO-HDLC
    expect(thumbFacts(idOf(1), 'webp', bytes)).toEqual({
      thumb: `thumb/${idOf(1)}.webp`,
      thumb_bytes: 9,
      thumb_crc32: 'cbf43926',
    });
  });

  it('holds for these bytes only, as far as it says anything', () => {
    const facts = thumbFacts(idOf(1), 'webp', bytes);
    const other = Buffer.from('123456780');
    expect(tellsOf(facts, bytes)).toBe(true);
    expect(tellsOf(facts, other)).toBe(false);
    const { thumb_crc32: _, ...older } = facts;
    expect(tellsOf(older, other)).toBe(true);
    expect(tellsOf(older, bytes.subarray(1))).toBe(false);
    expect(tellsOf({ ...older, thumb_bytes: 0 }, bytes.subarray(1))).toBe(true);
  });
});
