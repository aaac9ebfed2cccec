import { describe, expect, it } from 'vitest';
import { createCursor } from '../../../../web/src/grid/cursor.ts';
import { dayOfPictures } from './pictures.ts';

/** A list of ten, all loaded. */
function begin(place: number) {
  let items = dayOfPictures('2026-03-01', 10);
  const ids = items.map(({ id }) => id);
  const list = {
    get total() {
      return items.length;
    },
    peek: (index: number) => items[index],
    peekIndexOf: (id: string) => items.findIndex((item) => item.id === id),
  };
  const cursor = createCursor(list);
  cursor.moveTo(place);
  return {
    cursor,
    nameAt: (index: number) => ids[index],
    remove(...places: number[]) {
      const gone = places.map((at) => ids[at]);
      items = items.filter(({ id }) => !gone.includes(id));
    },
    now: () => items[cursor.index]?.id,
  };
}

describe('the picture that keys act on', () => {
  it('stays the same where others go', () => {
    const { remove, now, nameAt } = begin(4);
    remove(0, 1, 7);
    expect(now()).toBe(nameAt(4));
  });

  it.each([
    ['alone', 4, [4], 5],
    ['as the last of a range', 4, [2, 3, 4], 5],
    ['as the first of a range', 2, [2, 3, 4], 5],
    ['in the middle of a range', 3, [2, 3, 4], 5],
    ['at the end of the list', 9, [8, 9], 7],
  ])('is the next one that is left when it goes %s', (_, place, gone, next) => {
    const { remove, now, nameAt } = begin(place);
    remove(...gone);
    expect(now()).toBe(nameAt(next));
  });
});
