import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareIds,
  HEX_FORM,
  idText,
  readId,
  ULID_FORM,
  wordsOf,
} from '../../../../src/catalog/manifest/ids.ts';
import { asId } from '../../../support/ids.ts';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const chars = (alphabet: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length });
const ulid = fc.tuple(chars('01234567', 1), chars(CROCKFORD, 25)).map(([a, b]) => asId(a + b));
const hex = chars('0123456789abcdef', 32).map(asId);
const anyId = fc.oneof(ulid, hex);

describe('ids as four words', () => {
  it('come back as the same text', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        const words = new Uint32Array(4);
        const form = wordsOf(id, words);
        expect(form).toBe(id.length === 26 ? ULID_FORM : HEX_FORM);
        expect(idText(words, 0, form)).toBe(id);
      }),
      { numRuns: 500 },
    );
  });

  it('order as the texts do, also one form against the other', () => {
    fc.assert(
      fc.property(anyId, anyId, (a, b) => {
        const left = new Uint32Array(4);
        const right = new Uint32Array(4);
        const order = compareIds(left, 0, wordsOf(a, left), right, 0, wordsOf(b, right));
        expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['8zzzzzzzzzzzzzzzzzzzzzzzzz', 26],
    ['01jtest0000000000000000i01', 26],
    ['01JTEST0000000000000000001', 26],
    ['0123456789abcdef0123456789abcdeg', 32],
    ['0123456789ABCDEF0123456789abcdef', 32],
  ])('%s is none', (text, length) => {
    expect(readId(Buffer.from(text), 0, length, new Uint32Array(4))).toBe(false);
  });
});
