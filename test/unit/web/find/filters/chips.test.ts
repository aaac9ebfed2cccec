import { describe, expect, it } from 'vitest';
import { chipsOf, withoutChip, withoutChips } from '../../../../../web/src/find/filters/chips.ts';

const selection = {
  q: 'cat rating:>=4',
  tag: ['final', '풍경'],
  model: 'flux',
  favorite: 'true',
  from: '2026-11-01',
  tz: 'Asia/Seoul',
} as const;
const given = { ...selection, tag: [...selection.tag] };

describe('chips', () => {
  it('are the filters, each value apart', () => {
    expect(chipsOf(given).map(({ name, value }) => `${name}=${value}`)).toEqual([
      'from=2026-11-01',
      'model=flux',
      'favorite=true',
      'tag=final',
      'tag=풍경',
      'rating=4',
    ]);
  });

  it('go one by one', () => {
    expect(withoutChip(given, { name: 'tag', value: 'final' }).tag).toEqual(['풍경']);
    expect(withoutChip(given, { name: 'rating', value: '4' }).q).toBe('cat');
    expect(withoutChip(given, { name: 'from', value: '2026-11-01' })).not.toHaveProperty('from');
  });

  it('go all at once, and leave what was typed', () => {
    expect(withoutChips(given)).toEqual({ q: 'cat', tz: 'Asia/Seoul' });
  });
});
