import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_PICTURES } from '../../../../../src/catalog/manifest/search/match-block.ts';
import {
  decodeHead,
  encodeHead,
  readPrefix,
  SEGMENT_BLOCKS,
  sumPlace,
} from '../../../../../src/catalog/manifest/search/segment.ts';
import {
  type BuiltSegment,
  createSegmentBuilder,
} from '../../../../../src/catalog/manifest/search/segment-builder.ts';

function build(count: number, text = 'cat'): BuiltSegment & { readonly taken: number } {
  const builder = createSegmentBuilder();
  let taken = 0;
  while (
    taken < count &&
    builder.add({ free: `${text} ${taken}`, terms: '\u0002seed=1\u0002' }, taken + 7, 1_000 + taken)
  ) {
    taken += 1;
  }
  return { ...builder.finish(), taken };
}

describe("a segment's head", () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), (count) => {
        const { head, words, terms } = build(count);
        const bytes = encodeHead(head);
        expect(decodeHead(bytes)).toEqual(head);
        expect(readPrefix(bytes)).toMatchObject({
          pictures: count,
          headLength: bytes.length,
          wordsLength: words.length,
          termsLength: terms.length,
        });
        const last = sumPlace(head.counts.length, count, count - 1);
        expect(bytes.readUInt32LE(last)).toBe(1_000 + count - 1);
      }),
      { numRuns: 20 },
    );
  });

  it('is refused with any one byte changed, and in any part', () => {
    const bytes = encodeHead(build(300).head);
    for (let i = 0; i < bytes.length; i += 13) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 0x10;
      expect(decodeHead(changed)).toBeUndefined();
      expect(decodeHead(bytes.subarray(0, i))).toBeUndefined();
    }
  });
});

describe('a segment that is being made', () => {
  it('has blocks of 256, and is full at sixteen of them', () => {
    const { head, taken } = build(10_000);
    expect(taken).toBe(SEGMENT_BLOCKS * BLOCK_PICTURES);
    expect(head.counts).toEqual(new Uint16Array(SEGMENT_BLOCKS).fill(BLOCK_PICTURES));
  });

  it('ends a block early when its texts are very long', () => {
    const { head, words } = build(40, '猫'.repeat(30_000));
    expect(head.counts.length).toBeGreaterThan(3);
    expect(head.counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(words.length).toBeGreaterThan(40 * 90_000);
  });
});
