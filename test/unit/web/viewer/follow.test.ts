import { describe, expect, it } from 'vitest';
import type { Item } from '../../../../web/src/api/types.ts';
import { follow } from '../../../../web/src/viewer/follow.ts';

const blank = { url: '', thumb_url: '', created_at: '' };

/** `.`: a place that is not loaded. */
function listOf(ids: string) {
  const items = [...ids].map((id): Pick<Item, 'id'> | undefined =>
    id === '.' ? undefined : { ...blank, id },
  );
  return {
    total: items.length,
    // only the id is looked at
    peek: (index: number) => items[index] as Item | undefined,
    peekIndexOf: (id: string) => items.findIndex((item) => item?.id === id),
  };
}

describe('follow', () => {
  const seen = { id: 'c', index: 2, total: 4 };

  it.each([
    ['abcd', { kind: 'same', index: 2 }],
    ['xabcd', { kind: 'moved', index: 3 }],
    ['bcd', { kind: 'moved', index: 1 }],
    ['abd', { kind: 'gone', index: 2 }],
    ['xabd', { kind: 'gone', index: 2 }],
    ['ab', { kind: 'gone', index: 1 }],
    ['', { kind: 'gone', index: -1 }],
    ['ab.d', { kind: 'same', index: 2 }],
    ['ab.', { kind: 'gone', index: 2 }],
  ])('in %s', (ids, expected) => {
    expect(follow(seen, listOf(ids))).toEqual(expected);
  });
});
