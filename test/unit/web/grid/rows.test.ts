import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RowSizes, rowsOf } from '../../../../web/src/grid/rows.ts';

const SIZES: RowSizes = { width: 1400, target: 200, gap: 4 };
const aspects = fc
  .array(fc.double({ min: 0.4, max: 3.5, noNaN: true }), { minLength: 1, maxLength: 150 })
  .map((list) => Float64Array.from(list));

/** Widths of all rows, gaps included. */
function widths(list: Float64Array, isLast: boolean): number[] {
  const { starts, heights } = rowsOf(list, SIZES, isLast);
  return Array.from(heights, (height, row) => {
    const own = list.slice(starts[row], starts[row + 1]);
    return own.reduce((sum, aspect) => sum + aspect * height, 0) + (own.length - 1) * SIZES.gap;
  });
}

describe('rows', () => {
  it('hold every picture once, in order, in rows that follow each other', () => {
    fc.assert(
      fc.property(aspects, fc.boolean(), (list, isLast) => {
        const { starts, tops, heights } = rowsOf(list, SIZES, isLast);
        expect(starts[0]).toBe(0);
        expect(starts.at(-1)).toBe(list.length);
        for (const [row, height] of heights.entries()) {
          expect(starts[row + 1]).toBeGreaterThan(starts[row] ?? -1);
          expect(tops[row + 1]).toBeCloseTo((tops[row] ?? 0) + height + SIZES.gap, 6);
        }
      }),
    );
  });

  it('are never wider than the page', () => {
    fc.assert(
      fc.property(aspects, fc.boolean(), (list, isLast) => {
        for (const width of widths(list, isLast)) expect(width).toBeLessThanOrEqual(SIZES.width + 1e-6);
      }),
    );
  });

  it('fill the width and have nearly one height where pictures are as usual', () => {
    const usual = fc
      .array(fc.constantFrom(1, 1.5, 2 / 3, 16 / 9, 0.75), { minLength: 60, maxLength: 100 })
      .map((list) => Float64Array.from(list));
    fc.assert(
      fc.property(usual, (list) => {
        for (const width of widths(list, false)) expect(width).toBeCloseTo(SIZES.width, 6);
        for (const height of rowsOf(list, SIZES, false).heights) {
          expect(height).toBeGreaterThan(SIZES.target * 0.75);
          expect(height).toBeLessThan(SIZES.target * 1.35);
        }
      }),
    );
  });

  it('leave the last of a day short rather than blow it up', () => {
    const { heights } = rowsOf(Float64Array.of(1, 1), SIZES, true);
    expect([...heights]).toEqual([200]);
    expect(widths(Float64Array.of(1, 1), true)[0]).toBe(404);
  });
});
