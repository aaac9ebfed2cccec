import { describe, expect, it } from 'vitest';
import { CHUNK, chunksOf } from '../../../../web/src/grid/chunks.ts';
import { pageWith, planOf } from '../../../../web/src/grid/plan.ts';

describe('a page that holds a run of pictures', () => {
  it('exists for every chunk, wherever it begins', () => {
    const misses: string[] = [];
    for (let count = 1; count <= CHUNK; count += 1) {
      for (let start = 0; start < 2_000; start += 1) {
        const { size, page, skip } = pageWith(start, count);
        const isThere = (page - 1) * size + skip === start && skip + count <= size && size <= 200;
        if (!isThere) misses.push(`${count} from ${start}`);
      }
    }
    expect(misses).toEqual([]);
  });

  it('begins with the first ones where there are more than a chunk', () => {
    expect(pageWith(0, 150)).toEqual({ size: 150, page: 1, skip: 0 });
  });
});

describe('what is asked for', () => {
  const days = [
    { date: '2026-03-04', count: 30 },
    { date: '2026-03-03', count: 40 },
    { date: '2026-03-02', count: 250 },
    { date: '2026-03-01', count: 60 },
  ];
  const chunks = chunksOf(days);

  it('takes small days together, and a large one in pages of its own', () => {
    const asks = planOf(chunks, [...chunks.keys()]);
    const brief = asks.map(({ firstDate, lastDate, size, page }) => [firstDate, lastDate, size, page]);
    expect(brief).toEqual([
      ['2026-03-03', '2026-03-04', 70, 1],
      ['2026-03-02', '2026-03-02', 100, 1],
      ['2026-03-02', '2026-03-02', 100, 2],
      ['2026-03-02', '2026-03-02', 50, 5],
      ['2026-03-01', '2026-03-01', 60, 1],
    ]);
    expect(asks[3]).toMatchObject({ skip: 0, total: 250, from: 4, to: 5 });
  });

  it('leaves out what is not wanted', () => {
    expect(planOf(chunks, [0, 5]).map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [5, 6],
    ]);
  });
});
