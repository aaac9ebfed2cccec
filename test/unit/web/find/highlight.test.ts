import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highlight } from '../../../../web/src/find/highlight.ts';

/** The text with what was found in brackets. */
const marked = (text: string, query: string | undefined, field?: Parameters<typeof highlight>[2]) =>
  highlight(text, query, field)
    .map((piece) => (piece.isFound ? `⟦${piece.text}⟧` : piece.text))
    .join('');

describe('highlight', () => {
  it.each([
    ['A Black cat', 'black', 'A ⟦Black⟧ cat'],
    ['창가의 고양이가 잔다', '고양이', '창가의 ⟦고양이⟧가 잔다'],
    ['夜の東京タワー', '東京', '夜の⟦東京⟧タワー'],
    ['ﾄﾞﾗｺﾞﾝが飛ぶ', 'ドラゴン', '⟦ﾄﾞﾗｺﾞﾝ⟧が飛ぶ'],
    ['ＣＡＴ', 'cat', '⟦ＣＡＴ⟧'],
    ['고양이', '고양이'.normalize('NFD'), '⟦고양이⟧'],
    ['masterpiece, (black cat:1.2), night', '"black cat"', 'masterpiece, (⟦black cat⟧:1.2), night'],
    ['black  \n cat', '"black cat"', '⟦black  \n cat⟧'],
    ['ﬁre', 'fire', '⟦ﬁre⟧'],
  ])('%s ⊃ %s', (text, query, expected) => {
    expect(marked(text, query)).toBe(expected);
  });

  it('marks every word of the search, and joins what overlaps', () => {
    expect(marked('black cats and cat', 'cat black')).toBe('⟦black⟧ ⟦cat⟧s and ⟦cat⟧');
    expect(marked('abcd', 'abc bcd')).toBe('⟦abcd⟧');
  });

  it('marks nothing of what must not be there, or of numbers and days', () => {
    expect(marked('cat 30', '-cat steps:30 after:2026-01-01')).toBe('cat 30');
    expect(marked('cat', undefined)).toBe('cat');
    expect(marked('cat', '')).toBe('cat');
  });

  it('keeps words of a field to its texts', () => {
    expect(marked('sdxl base', 'model:sdxl', 'model')).toBe('⟦sdxl⟧ base');
    expect(marked('sdxl base', 'model:sdxl')).toBe('sdxl base');
    expect(marked('blurry cat', 'cat', 'negative')).toBe('blurry cat');
    expect(marked('blurry cat', 'negative:"blurry cat"', 'negative')).toBe('⟦blurry cat⟧');
    expect(marked('a nier:automata b', 'nier:automata')).toBe('a ⟦nier:automata⟧ b');
  });

  it('marks while a phrase is still being typed', () => {
    expect(marked('the black cat', '"black c')).toBe('the ⟦black c⟧at');
  });

  it('loses nothing of a text, whatever the search is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (text, query) => {
        expect(
          highlight(text, query)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
