import { queryClient } from '../api/query-client.ts';
import type { Family, Item } from '../api/types.ts';
import { collectionsOf } from '../grid/collections.ts';
import type { Picture } from './actions.ts';

export type Marks = Partial<Picture['meta']>;

function marked<M extends Picture['meta']>(meta: M, marks: Marks): M {
  const { favorite = meta.favorite, rating = meta.rating, tags = meta.tags } = marks;
  return { ...meta, favorite, rating, tags };
}

/** Shows other marks of these pictures in every list and wherever one is open. */
export function showMarks(
  family: Family,
  pictures: readonly Picture[],
  marksOf: (picture: Picture) => Marks,
): void {
  const marks = new Map(pictures.map((picture) => [picture.id, marksOf(picture)]));
  const change = (item: Item): Item => ({ ...item, meta: marked(item.meta, marks.get(item.id) ?? {}) });
  const ids = new Set(marks.keys());
  for (const list of collectionsOf(family)) {
    list.patch(ids, change);
    list.picks.patch(ids, (one) => ({ ...one, meta: marked(one.meta, marks.get(one.id) ?? {}) }));
  }
  for (const id of ids) {
    queryClient.setQueryData<Item>(['item', family, id], (item) =>
      item === undefined ? item : change(item),
    );
  }
}

export interface Hidden {
  /** Puts these back: the server did not do it. */
  undo(pictures: readonly Picture[]): void;
  again(pictures: readonly Picture[]): void;
  /** The server did it: what could not be told from what was loaded is counted again. */
  settle(): void;
}

/** Takes pictures out of every list that shows this status. */
export function hide(family: Family, pictures: readonly Picture[], status: 'active' | 'trash'): Hidden {
  const hidden = collectionsOf(family)
    .filter((list) => (list.selection.status ?? 'active') === status)
    .map((list) => {
      const items = pictures.flatMap(({ id }) => list.peek(list.peekIndexOf(id)) ?? []);
      return { list, items, isWhole: list.remove(pictures) };
    });
  return {
    again(some) {
      for (const { list } of hidden) list.remove(some);
    },
    undo(some) {
      const ids = new Set(some.map(({ id }) => id));
      if (!pictures.some(({ id }) => ids.has(id))) return;
      for (const { list, items, isWhole } of hidden) {
        list.putBack(items.filter(({ id }) => ids.has(id)));
        if (!isWhole) list.refresh();
      }
    },
    settle() {
      for (const { list, isWhole } of hidden) if (!isWhole) list.refresh();
    },
  };
}
