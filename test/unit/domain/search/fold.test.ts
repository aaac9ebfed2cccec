import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIELD_END, foldText } from '../../../../src/domain/search/fold.ts';
import { TERM_MARK } from '../../../../src/domain/search/text.ts';

describe('foldText', () => {
  it.each([
    ['case', 'A Red FOX', 'a red fox'],
    ['full width', 'ＡＢＣ　１２３', 'abc 123'],
    ['half-width kana', 'ﾈｺ', 'ネコ'],
    ['composed and decomposed Hangul', '고양이'.normalize('NFD'), '고양이'],
    ['composed and decomposed accents', 'cafe\u0301', 'café'],
    ['every form of sigma', 'ΣΊΣΥΦΟΣ', 'σίσυφοσ'],
    ['white space of every kind', ' a\t\nb\u00a0 \u3000c ', 'a b c'],
    ['emphasis with a weight', '(cat:1.2)', 'cat'],
    ['emphasis within emphasis', '((masterpiece)), best', 'masterpiece, best'],
    ['a weight within a weight', '((cat:1.1), dog:0.9)', 'cat, dog'],
    ['square brackets', '[cat:dog:0.5]', 'cat:dog'],
    ['braces of NovelAI', '{{cat}}', 'cat'],
    ['escaped brackets', 'fate \\(series\\)', 'fate series'],
    ['a network', 'cat <lora:ink-wash_v2:0.8>, night', 'cat lora:ink-wash_v2 , night'],
    ['a network without a weight', '<lora:x>', 'lora:x'],
    ['a network with two weights', '<lora:x:0.8:0.6>', 'lora:x'],
    ['a smaller-than sign', 'a < b > c', 'a < b > c'],
    ['a time of day', 'at 12:30, night', 'at 12:30, night'],
    ['a number in brackets that is no weight', '(35mm f:1.8 lens)', '35mm f:1.8 lens'],
    ['half of a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['brackets alone', '(())', ''],
  ])('%s', (_what, text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it('takes its short way only where that is the same', () => {
    const ascii = fc.string({ unit: fc.constantFrom(...'aZ09 .:,-_<>()[]{}\\"\'~!|') });
    fc.assert(
      fc.property(ascii, (text) => {
        // the last word is one that the short way does not take
        expect(foldText(`${text} 猫`)).toBe(`${foldText(text)} 猫`.trim());
      }),
      { numRuns: 1_000 },
    );
  });

  it('never holds a control character, so that marks between fields are safe', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const folded = foldText(`${text}${FIELD_END}${TERM_MARK}${text}`);
        expect(folded).not.toMatch(/\p{Cc}/u);
        expect(folded.isWellFormed()).toBe(true);
        expect(folded).toBe(folded.trim());
      }),
    );
  });

  it('finds a piece of a prompt in that prompt, cut at any blank', () => {
    const word = fc.constantFrom(
      '(cat:1.2)',
      'Night',
      '고양이',
      '雨上がり',
      '<lora:x:0.8>',
      '((a))',
      'b\\)',
      'ＦＯＸ',
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), fc.nat(), fc.nat(), (words, a, b) => {
        const from = a % words.length;
        const piece = words.slice(from, from + 1 + (b % (words.length - from))).join(' ');
        expect(foldText(words.join(' '))).toContain(foldText(piece));
      }),
    );
  });

  it('takes time in proportion to a hostile text', () => {
    for (const part of ['(', ')', '<a:', ':1.', '1)', ':1)', '\\(', '<lora:x:1>', '(a:1.1']) {
      const text = part.repeat(200_000);
      expect(foldText(text).length).toBeLessThanOrEqual(text.length + 2);
    }
  });
});
