import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockText, readBlockText } from '../../../../../src/catalog/manifest/search/block-text.ts';
import {
  BLOCK_PICTURES,
  createMatcher,
  isEmptySet,
  nextInSet,
  SET_BYTES,
} from '../../../../../src/catalog/manifest/search/match-block.ts';
import { createSegmentBuilder } from '../../../../../src/catalog/manifest/search/segment-builder.ts';
import { mayHold, probeOf } from '../../../../../src/catalog/manifest/search/signature.ts';
import type { TextTerm } from '../../../../../src/catalog/manifest/search/text-term.ts';
import type { PictureRecord } from '../../../../../src/domain/record.ts';
import { foldText } from '../../../../../src/domain/search/fold.ts';
import { isSelected } from '../../../../../src/domain/search/match.ts';
import { searchText } from '../../../../../src/domain/search/text.ts';
import { seededRandom } from '../../../../support/pictures.ts';
import { sampleRecord } from '../../../../support/records.ts';

const PIECES = [
  'cat',
  '고양이',
  '고',
  '屋根の猫',
  'ab',
  'a',
  '👨‍👩‍👧',
  '(cat:1.2)',
  '<lora:ink:0.8>',
  'ΣΑΣ',
  '\u0001',
  '=',
  'é',
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 5 }).map((pieces) => pieces.join(' ')),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 10 }),
);

const record: fc.Arbitrary<PictureRecord> = fc
  .record({
    prompt: text,
    negative_prompt: fc.option(text),
    original_filename: text,
    tags: fc.array(text, { maxLength: 2 }),
    seed: fc.constantFrom('1', '11', '12', null),
    steps: fc.option(fc.integer({ min: 1, max: 30 })),
    cfg: fc.option(fc.double({ min: 0, max: 30, noNaN: true })),
    sampler: fc.constantFrom('euler', 'Euler a', null),
    rating: fc.constantFrom(1, 5, null),
  })
  .map((part) => sampleRecord(part));

const folded = text.map(foldText).filter((one) => one !== '');
const negated = fc.boolean();
const term: fc.Arbitrary<TextTerm> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ by: fc.constant('text' as const), text: folded, negated }) },
  fc.record({
    by: fc.constant('field' as const),
    field: fc.constantFrom('sampler' as const, 'negative' as const, 'scheduler' as const),
    text: folded,
    negated,
  }),
  fc.record({
    by: fc.constant('exact' as const),
    field: fc.constantFrom('seed' as const, 'size' as const),
    text: fc.constantFrom('1', '11', '1024x768'),
    negated,
  }),
  fc.record({
    by: fc.constant('number' as const),
    field: fc.constantFrom('steps' as const, 'cfg' as const, 'rating' as const, 'width' as const),
    is: fc.constantFrom('=' as const, '<' as const, '<=' as const, '>' as const, '>=' as const),
    value: fc.constantFrom(0, 1, 5, 7.5, 20, 1024),
    negated,
  }),
);

interface Blocks {
  readonly words: BlockText;
  readonly terms: BlockText;
  readonly signatures: Uint8Array;
}

function blockOf(records: readonly PictureRecord[]): Blocks {
  const builder = createSegmentBuilder();
  for (const [i, one] of records.entries()) expect(builder.add(searchText(one), i, i)).toBe(true);
  const { head, words, terms } = builder.finish();
  expect([...head.counts]).toEqual([records.length]);
  const [wordsRead, termsRead] = [readBlockText(words, records.length), readBlockText(terms, records.length)];
  if (wordsRead === undefined || termsRead === undefined) throw new Error('a block that cannot be read');
  return { words: wordsRead, terms: termsRead, signatures: head.signatures };
}

function setOf(pictures: readonly number[]): Uint8Array {
  const set = new Uint8Array(SET_BYTES);
  for (const picture of pictures) set[picture >>> 3] = (set[picture >>> 3] ?? 0) | (1 << (picture & 7));
  return set;
}

function picturesIn(set: Uint8Array): number[] {
  const found: number[] = [];
  for (let i = nextInSet(set, 0, 0); i < BLOCK_PICTURES; i = nextInSet(set, 0, i + 1)) found.push(i);
  return found;
}

describe('matching a block', () => {
  it('keeps exactly the pictures that the yardstick selects, of those it is asked about', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 40 }),
        fc.array(term, { minLength: 1, maxLength: 4 }),
        fc.func(fc.boolean()),
        (records, terms, isAsked) => {
          const { words, terms: fields } = blockOf(records);
          const asked = records.map((_, i) => i).filter((i) => i % 7 === 0 || isAsked(i));
          const set = setOf(asked);
          const matcher = createMatcher(terms);
          matcher.words?.keep(words, set, 0);
          matcher.terms?.keep(fields, set, 0);
          const expected = asked.filter((i) => {
            const one = records[i];
            return one !== undefined && isSelected(one, { terms });
          });
          expect(picturesIn(set)).toEqual(expected);
          expect(isEmptySet(set, 0)).toBe(expected.length === 0);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('never rules a block out by its signature when one of its pictures is selected', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.array(term, { minLength: 1, maxLength: 2 }),
        (records, terms) => {
          const { signatures } = blockOf(records);
          const any = records.some((one) => isSelected(one, { terms }));
          if (any) expect(mayHold(signatures, 0, probeOf(terms))).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('never rules out a piece of a block whose texts differ too much for long pieces', () => {
    const random = seededRandom(4);
    const letters = Array.from({ length: 40_000 }, () =>
      String.fromCharCode(97 + Math.floor(random() * 26)),
    ).join('');
    const { signatures } = blockOf([sampleRecord({ prompt: letters })]);
    const says = (piece: string) =>
      mayHold(signatures, 0, probeOf([{ by: 'text', text: piece, negated: false }]));
    for (let at = 0; at + 9 < letters.length; at += 97) expect(says(letters.slice(at, at + 9))).toBe(true);
    // nearly every bit is set: it can rule out little, but it still does
    expect(says('0123456789')).toBe(false);
  });

  it('rules out what is not there', () => {
    const { signatures } = blockOf([sampleRecord({ prompt: 'a cat on a roof', seed: '42' })]);
    const says = (one: TextTerm) => mayHold(signatures, 0, probeOf([one]));
    expect(says({ by: 'text', text: 'zeppelin', negated: false })).toBe(false);
    expect(says({ by: 'text', text: '비행선', negated: false })).toBe(false);
    expect(says({ by: 'exact', field: 'seed', text: '43', negated: false })).toBe(false);
    expect(says({ by: 'exact', field: 'seed', text: '42', negated: false })).toBe(true);
    expect(says({ by: 'text', text: 'zeppelin', negated: true })).toBe(true);
    expect(says({ by: 'text', text: 'zz', negated: false })).toBe(true);
  });
});

describe('the texts of a block', () => {
  it('are refused when their lengths do not fill them', () => {
    const { words } = blockOf([sampleRecord(), sampleRecord({ prompt: '고양이' })]);
    const { bytes } = words;
    expect(readBlockText(bytes, 2)?.starts).toEqual(words.starts);
    expect(readBlockText(bytes.subarray(0, -1), 2)).toBeUndefined();
    expect(readBlockText(Buffer.concat([bytes, Buffer.alloc(1)]), 2)).toBeUndefined();
    expect(readBlockText(bytes, bytes.length)).toBeUndefined();
  });
});
