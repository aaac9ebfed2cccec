import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differencesOf, piecesOf } from '../../../../../web/src/viewer/recipe/difference.ts';

const textOf = (pieces: readonly { text: string }[]) => pieces.map(({ text }) => text).join('');

describe('differencesOf', () => {
  it('tells equal fields from others, and leaves out what neither has', () => {
    const rows = differencesOf({ prompt: 'cat', seed: '1', cfg: 7 }, { prompt: 'cat', seed: '2', steps: 30 });
    expect(rows.map(({ field, isEqual }) => [field, isEqual])).toEqual([
      ['prompt', true],
      ['seed', false],
      ['steps', false],
      ['cfg', false],
    ]);
    expect(rows.find(({ field }) => field === 'steps')?.left).toEqual([]);
  });
});

describe('piecesOf', () => {
  it('marks the words that the other text does not have', () => {
    const { left, right } = piecesOf('a red cat, night', 'a blue cat, night');
    expect(left).toEqual([
      { text: 'a ', isOwn: false },
      { text: 'red', isOwn: true },
      { text: ' cat, night', isOwn: false },
    ]);
    expect(right.filter(({ isOwn }) => isOwn)).toEqual([{ text: 'blue', isOwn: true }]);
  });

  it('compares letters where a language has no blanks', () => {
    const { left } = piecesOf('白い猫', '黒い猫');
    expect(left).toEqual([
      { text: '白', isOwn: true },
      { text: 'い猫', isOwn: false },
    ]);
  });

  it('keeps both texts whole, and what is shared is the same', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (a, b) => {
        const { left, right } = piecesOf(a, b);
        expect(textOf(left)).toBe(a);
        expect(textOf(right)).toBe(b);
        const shared = (pieces: typeof left) => textOf(pieces.filter(({ isOwn }) => !isOwn));
        expect(shared(left)).toBe(shared(right));
      }),
    );
  });

  it('takes texts of any length', () => {
    const long = 'word '.repeat(20_000);
    expect(piecesOf(long, `${long}x`).left).toEqual([{ text: long, isOwn: true }]);
  });
});
