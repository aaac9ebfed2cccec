import { expect, it } from 'vitest';
import { rankValues } from '../../../../src/domain/search/rank.ts';

it('ranks by count, then by value, and tells how many there were', () => {
  const counts = new Map([
    ['b', 2],
    ['a', 2],
    ['c', 5],
    ['none', 0],
  ]);
  expect(rankValues(counts, 2)).toEqual({
    values: [
      { value: 'c', count: 5 },
      { value: 'a', count: 2 },
    ],
    distinct: 3,
  });
});
