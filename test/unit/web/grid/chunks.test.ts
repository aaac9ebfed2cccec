import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../../../web/src/api/types.ts';
import {
  type Chunk,
  chunksOf,
  countedDown,
  forgotten,
  inserted,
  isBefore,
  merged,
  placeOf,
  spanOf,
  startsOf,
  without,
} from '../../../../web/src/grid/chunks.ts';
import { dayOfPictures, picture } from './pictures.ts';

const DAY = '2026-03-02';
const DAYS = [
  { date: '2026-03-03', count: 5 },
  { date: DAY, count: 250 },
  { date: '2026-03-01', count: 7 },
];

/** A day of which these chunks are loaded. */
function loaded(count: number, which: readonly number[]): Chunk[] {
  const items = dayOfPictures(DAY, count);
  const starts = startsOf(chunksOf([{ date: DAY, count }]));
  return chunksOf([{ date: DAY, count }]).map((chunk, at) => {
    const start = starts[at] ?? 0;
    return which.includes(at) ? { ...chunk, items: items.slice(start, start + chunk.count) } : chunk;
  });
}
const counts = (chunks: readonly Chunk[]) => chunks.map(({ count }) => count);
const at = (second: number) =>
  picture(`x${second}`, new Date(Date.parse(`${DAY}T00:00:00Z`) + second * 1000 + 500).toISOString());

describe('chunks', () => {
  it('cut days into runs, and know where each begins', () => {
    const chunks = chunksOf(DAYS);
    expect(counts(chunks)).toEqual([5, 100, 100, 50, 7]);
    expect([...startsOf(chunks)]).toEqual([0, 5, 105, 205, 255, 262]);
    expect(spanOf(chunks, DAY)).toEqual({ from: 1, to: 4 });
    expect(spanOf(chunks, '2026-02-27')).toEqual({ from: 5, to: 5 });
    expect(spanOf(chunks, '2026-03-09')).toEqual({ from: 0, to: 0 });
  });

  it('find the run of any place', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 40 }), fc.nat(5000), (sizes, index) => {
        const starts = Float64Array.from([0, ...sizes]).map((_, end) =>
          sizes.slice(0, end).reduce((sum, size) => sum + size, 0),
        );
        const place = placeOf(starts, index);
        expect(starts[place]).toBeLessThanOrEqual(index);
        if (place + 1 < starts.length) expect(starts[place + 1]).toBeGreaterThan(index);
      }),
    );
  });
});

describe('a new picture', () => {
  it('goes to its place in order', () => {
    const chunks = inserted(loaded(150, [0, 1]), DAY, at(120)) ?? [];
    const ids = chunks.flatMap((chunk) => chunk.items ?? []);
    expect(ids.length).toBe(151);
    expect(ids.every((item: Item, place) => place === 0 || isBefore(ids[place - 1] ?? item, item))).toBe(
      true,
    );
    expect(counts(chunks)).toEqual([101, 50]);
  });

  it('makes a day of its own', () => {
    const item = picture('new', '2026-03-05T10:00:00.000Z');
    const chunks = inserted(chunksOf(DAYS), '2026-03-05', item) ?? [];
    expect(chunks[0]).toEqual({ date: '2026-03-05', count: 1, items: [item] });
    expect(chunks.length).toBe(6);
  });

  it('is counted where nothing of a small day is loaded', () => {
    const item = picture('new', '2026-03-01T10:00:00.000Z');
    expect(counts(inserted(chunksOf(DAYS), '2026-03-01', item) ?? [])).toEqual([5, 100, 100, 50, 8]);
  });

  it('cannot be placed between what is not loaded', () => {
    expect(inserted(loaded(250, [0]), DAY, at(10))).toBeUndefined();
  });

  it('splits a run that has grown, the smaller part in front', () => {
    let chunks: readonly Chunk[] = loaded(100, [0]);
    for (let second = 100; second < 151; second += 1) chunks = inserted(chunks, DAY, at(second)) ?? [];
    expect(counts(chunks)).toEqual([51, 100]);
    expect(chunks.flatMap(({ items }) => items ?? []).length).toBe(151);
  });
});

describe('what is deleted', () => {
  it('leaves its run, and an empty run leaves the list', () => {
    const chunks = loaded(101, [0, 1]);
    const last = chunks[1]?.items?.[0]?.id ?? '';
    const { chunks: left, removed } = without(chunks, new Set([last, 'unknown']));
    expect(counts(left)).toEqual([100]);
    expect(removed.map(({ id }) => id)).toEqual([last]);
  });

  it('is counted down where it can be told in which run it was', () => {
    expect(counts(countedDown(chunksOf(DAYS), '2026-03-01') ?? [])).toEqual([5, 100, 100, 50, 6]);
    expect(countedDown(chunksOf(DAYS), DAY)).toBeUndefined();
  });
});

describe('days that were counted again', () => {
  it('keep what is the same, take over what is not loaded, and name what must be loaded anew', () => {
    const chunks = [...chunksOf([{ date: '2026-03-03', count: 5 }]), ...loaded(250, [1])];
    const { chunks: next, stale } = merged(
      chunks,
      [
        { date: '2026-03-04', count: 2 },
        { date: '2026-03-03', count: 6 },
        { date: DAY, count: 249 },
      ],
      new Set(),
    );
    expect(counts(next)).toEqual([2, 6, 100, 100, 50]);
    expect(stale).toEqual([{ date: DAY, count: 249 }]);
    expect(next[3]).toBe(chunks[2]);
  });

  it('are loaded anew where more than their number changed', () => {
    const chunks = loaded(100, [0]);
    const days = [{ date: DAY, count: 100 }];
    expect(merged(chunks, days, new Set()).stale).toEqual([]);
    expect(merged(chunks, days, new Set([DAY])).stale).toEqual(days);
  });
});

it('what is forgotten can be asked for in pages again', () => {
  const big = { date: DAY, count: 140, items: dayOfPictures(DAY, 140) };
  expect(counts(forgotten([big], () => false))).toEqual([100, 40]);
  expect(forgotten([big], () => true)).toEqual([big]);
});
