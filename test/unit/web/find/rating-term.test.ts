import { describe, expect, it } from 'vitest';
import { leastRating, withLeastRating } from '../../../../web/src/find/rating-term.ts';

describe('the least rating of a search', () => {
  it.each([
    [undefined, 0],
    ['cat', 0],
    ['cat rating:>=4 dog', 4],
    ['rating:>=1', 1],
    ['-rating:>=4', 0],
    ['rating:>=45', 0],
  ])('%s: %i', (query, least) => {
    expect(leastRating(query)).toBe(least);
  });

  it('is put in, changed and taken out', () => {
    expect(withLeastRating('cat', 3)).toBe('cat rating:>=3');
    expect(withLeastRating(undefined, 3)).toBe('rating:>=3');
    expect(withLeastRating('cat rating:>=3 dog', 5)).toBe('cat dog rating:>=5');
    expect(withLeastRating('rating:>=3', 0)).toBe('');
    expect(withLeastRating('cat "rating:>=3"', 0)).toBe('cat "rating:>=3"');
  });
});
