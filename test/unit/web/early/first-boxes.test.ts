import { describe, expect, it } from 'vitest';
import type { Item } from '../../../../web/src/api/types.ts';
import { firstBoxes } from '../../../../web/src/early/first-boxes.ts';
import { chunksOf } from '../../../../web/src/grid/chunks.ts';
import { createLayoutMaker } from '../../../../web/src/grid/layout.ts';
import { sizesFor } from '../../../../web/src/grid/sizes.ts';

const dayOf = (time: string) => time.slice(0, 10);

/** As much of an item as the layout looks at. */
function item(id: number, date: string): Item {
  const meta = { width: 64 + ((id * 37) % 100), height: 64 };
  // a whole record would say nothing more here
  return { id: `${id}`, created_at: `${date}T12:00:00.000Z`, thumb_url: `/t/${id}`, meta } as Item;
}

function library(days: readonly { readonly date: string; readonly count: number }[]): Item[] {
  let id = 0;
  return days.flatMap(({ date, count }) => Array.from({ length: count }, () => item(id++, date)));
}

/** As the server answers: the newest hundred, and whether that is all. */
function pageOf(all: readonly Item[]) {
  return { items: all.slice(0, 100), isLast: all.length <= 100 };
}

/** What the grid makes of them, which knows every day and everything in it. */
function gridBoxes(
  days: readonly { readonly date: string; readonly count: number }[],
  all: readonly Item[],
  width: number,
) {
  let from = 0;
  const chunks = chunksOf(days).map((chunk) => {
    const items = all.slice(from, from + chunk.count);
    from += chunk.count;
    return { ...chunk, items };
  });
  const layout = createLayoutMaker().make(chunks, sizesFor(width));
  return new Map(
    chunks.flatMap(({ items }, chunk) =>
      items.map((one, at) => [one.id, layout.boxOf({ chunk, at })] as const),
    ),
  );
}

describe('the first boxes', () => {
  it.each([
    [[{ date: '2026-11-21', count: 7 }]],
    [
      [
        { date: '2026-11-21', count: 3 },
        { date: '2026-11-20', count: 20 },
        { date: '2026-11-18', count: 400 },
      ],
    ],
    [[{ date: '2026-11-21', count: 250 }]],
    [
      [
        { date: '2026-11-21', count: 99 },
        { date: '2026-11-20', count: 50 },
      ],
    ],
  ])('are where the grid has them: %j', (days) => {
    const all = library(days);
    for (const width of [358, 1408, 2500]) {
      const boxes = firstBoxes(pageOf(all), dayOf, width, 800);
      const expected = gridBoxes(days, all, width);
      expect(boxes.length).toBeGreaterThan(0);
      for (const { item: one, box } of boxes) expect(box).toEqual(expected.get(one.id));
    }
  });

  it('are those of every day where the page is the whole list', () => {
    const days = [
      { date: '2026-11-22', count: 2 },
      { date: '2026-11-21', count: 12 },
    ];
    const all = library(days);
    const expected = gridBoxes(days, all, 1408);
    const boxes = firstBoxes(pageOf(all), dayOf, 1408, 5000);
    expect(new Map(boxes.map(({ item: { id }, box }) => [id, box]))).toEqual(expected);
  });

  it('are none where there is nothing', () => {
    expect(firstBoxes(pageOf([]), dayOf, 1000, 800)).toEqual([]);
  });

  it('do not reach below what is seen', () => {
    const all = library([{ date: '2026-11-21', count: 90 }]);
    for (const { box } of firstBoxes(pageOf(all), dayOf, 800, 300)) expect(box.top).toBeLessThan(300);
  });
});
