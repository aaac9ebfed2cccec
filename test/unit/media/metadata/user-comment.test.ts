import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUserComment } from '../../../../src/media/metadata/user-comment.ts';
import { codings } from '../../../support/metadata/exif.ts';

const TEXTS = [
  '성 안의 고양이, 밤\nSteps: 20, Seed: 1',
  '猫と桜\nSteps: 20',
  'plain English prompt',
  '😀 emoji, Steps: 3',
  '{"a":1}',
];

describe('decodeUserComment', () => {
  it.each(TEXTS)('reads %j in every coding and TIFF order', (text) => {
    for (const [coding, encode] of Object.entries(codings)) {
      for (const littleEndian of [true, false]) {
        // Without any ASCII nothing tells UTF-16 without a code from other bytes.
        expect([coding, littleEndian, decodeUserComment(encode(text), littleEndian)]).toEqual([
          coding,
          littleEndian,
          text,
        ]);
      }
    }
  });

  it('believes the TIFF order when nothing else tells', () => {
    const data = Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from([0x4e, 0x4e])]);
    expect(decodeUserComment(data, true)).toBe('\u4e4e');
    const empty = codings.utf16be('');
    expect(decodeUserComment(empty, true)).toBe('');
  });

  it('finds ASCII at the end of a long Korean text', () => {
    const text = `${'성'.repeat(20_000)}\nSteps: 20`;
    expect(decodeUserComment(codings.utf16le(text), false)).toBe(text);
    expect(decodeUserComment(codings.utf16be(text), true)).toBe(text);
  });

  it('reads latin-1 where it is no UTF-8, and keeps padding NULs away from the coding', () => {
    expect(decodeUserComment(Buffer.from('ASCII\0\0\0caf\xe9', 'latin1'), true)).toBe('café');
    expect(decodeUserComment(Buffer.from('prompt text\0\0\0'), true)).toBe('prompt text\0\0\0');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.boolean(),
        (data, order) => void decodeUserComment(data, order),
      ),
    );
  });
});
