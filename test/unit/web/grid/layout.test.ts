import { describe, expect, it } from 'vitest';
import { anchorAt, heightOf } from '../../../../web/src/grid/anchor.ts';
import { type Chunk, chunksOf } from '../../../../web/src/grid/chunks.ts';
import { createLayoutMaker, type GridSizes } from '../../../../web/src/grid/layout.ts';
import { moved, touched } from '../../../../web/src/grid/moves.ts';
import { dayOfPictures } from './pictures.ts';

const SIZES: GridSizes = { width: 1020, target: 200, gap: 4, heading: 44, dayGap: 12 };
const DAYS = [
  { date: '2026-03-02', count: 30 },
  { date: '2026-03-01', count: 230 },
];
const filled = (chunks: readonly Chunk[], which: (at: number) => boolean): Chunk[] => {
  const left = new Map(DAYS.map(({ date, count }) => [date, dayOfPictures(date, count)]));
  return chunks.map((chunk, at) => {
    const items = left.get(chunk.date)?.splice(0, chunk.count) ?? [];
    return which(at) ? { ...chunk, items } : chunk;
  });
};
const all = filled(chunksOf(DAYS), () => true);

describe('the layout', () => {
  it('puts days under each other, each with its heading and a gap below', () => {
    const layout = createLayoutMaker().make(all, SIZES);
    expect(layout.topOf(0)).toBe(0);
    expect(layout.contentOf(0)).toBe(44);
    // 30 squares: six rows of five
    expect(layout.heightOf(0)).toBeCloseTo(6 * ((1020 - 16) / 5 + 4), 6);
    expect(layout.topOf(1)).toBeCloseTo(44 + layout.heightOf(0) + 12, 6);
    expect(layout.contentOf(2)).toBe(layout.topOf(2));
    expect(layout.height).toBeCloseTo(layout.contentOf(3) + layout.heightOf(3) + 12, 6);
    expect(layout.chunkAt(layout.topOf(2) - 1)).toBe(1);
    expect(layout.chunkAt(layout.topOf(2) + 1)).toBe(2);
  });

  it('knows where each picture is', () => {
    const layout = createLayoutMaker().make(all, SIZES);
    const box = layout.boxOf({ chunk: 0, at: 6 });
    const side = (1020 - 16) / 5;
    expect(box.left).toBeCloseTo(side + 4, 6);
    expect(box.top).toBeCloseTo(44 + side + 4, 6);
    expect(box.width).toBeCloseTo(side, 6);
  });

  it('guesses what is not loaded well enough that the page is right within a few in a hundred', () => {
    const guessed = createLayoutMaker().make(chunksOf(DAYS), SIZES);
    const real = createLayoutMaker().make(all, SIZES);
    expect(Math.abs(guessed.height / real.height - 1)).toBeLessThan(0.05);
  });
});

describe('an anchor', () => {
  it('keeps the picture in its place when what is above it turns out higher', () => {
    const maker = createLayoutMaker();
    const before = filled(chunksOf(DAYS), (at) => at === 2);
    const first = maker.make(before, SIZES);
    const y = first.contentOf(2) + 250;
    const anchor = anchorAt(before, first, y);
    const second = maker.make(all, { ...SIZES, heading: 80 });
    if (anchor === undefined) throw new Error('no anchor');
    const moved = heightOf(anchor, all, second);
    expect(moved - second.contentOf(2)).toBeCloseTo(250, 6);
  });

  it('survives that its picture is deleted: what came into its place stands there', () => {
    const layout = createLayoutMaker().make(all, SIZES);
    const anchor = anchorAt(all, layout, layout.boxOf({ chunk: 0, at: 10 }).top + 5);
    if (anchor === undefined) throw new Error('no anchor');
    expect(anchor).toMatchObject({ date: '2026-03-02', at: 10 });
    const left = all.map((chunk, at) =>
      at === 0 && chunk.items !== undefined
        ? { ...chunk, count: 29, items: chunk.items.toSpliced(10, 1) }
        : chunk,
    );
    const after = createLayoutMaker().make(left, SIZES);
    expect(heightOf(anchor, left, after)).toBeCloseTo(after.boxOf({ chunk: 0, at: 10 }).top + 5, 6);
  });

  it('means the same place where nothing is loaded', () => {
    const chunks = chunksOf(DAYS);
    const layout = createLayoutMaker().make(chunks, SIZES);
    for (const y of [0, 100, 900, 3_000, layout.height - 1]) {
      const anchor = anchorAt(chunks, layout, y);
      if (anchor === undefined) throw new Error('no anchor');
      expect(heightOf(anchor, chunks, layout)).toBeCloseTo(y, 6);
    }
  });
});

describe('keys', () => {
  const layout = createLayoutMaker().make(all, SIZES);
  const go = (chunk: number, at: number, direction: Parameters<typeof moved>[3]) =>
    moved(all, layout, { chunk, at }, direction, 800);

  it('go to the nearest picture of the row above or below, over days', () => {
    expect(go(0, 7, 'down')).toEqual({ chunk: 0, at: 12 });
    expect(go(0, 7, 'up')).toEqual({ chunk: 0, at: 2 });
    expect(go(0, 28, 'down')).toEqual({ chunk: 1, at: 3 });
    expect(go(1, 3, 'up')).toEqual({ chunk: 0, at: 28 });
  });

  it('stop at the ends', () => {
    expect(go(0, 2, 'up')).toEqual({ chunk: 0, at: 2 });
    const last = { chunk: 3, at: 29 };
    expect(moved(all, layout, last, 'down', 800)).toEqual(last);
  });

  it('go by pages', () => {
    expect(go(0, 2, 'pageDown')).toEqual({ chunk: 0, at: 17 });
  });
});

it('a rectangle touches what lies in it', () => {
  const layout = createLayoutMaker().make(all, SIZES);
  const area = { left: 100, right: 300, top: 60, bottom: 300 };
  expect(touched(layout, area).map(({ at }) => at)).toEqual([0, 1, 5, 6]);
});
