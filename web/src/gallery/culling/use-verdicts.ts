import { useState } from 'react';
import type { Actions, Picture } from '../../actions/actions.ts';
import type { Item } from '../../api/types.ts';
import type { Verdict } from './verdicts.ts';

export const RATINGS = [1, 2, 3, 4, 5] as const;
/** What keeping does beside keeping. */
type Also = 'nothing' | 'favorite' | 'tag';
const KEPT_TAG = 'keep';

type Marks = Picture['meta'];

/** What was decided, and how to decide: the server is told at once, the next picture does not wait for it. */
export function useVerdicts(actions: Actions) {
  const [index, setIndex] = useState(0);
  const [all, setAll] = useState<readonly Verdict[]>([]);
  const [marks, setMarks] = useState<ReadonlyMap<string, Marks>>(new Map());
  const [also, setAlso] = useState<Also>('nothing');

  const now = (item: Item): Picture => ({ ...item, meta: marks.get(item.id) ?? item.meta });
  const remember = (item: Item, next: Partial<Marks>) =>
    setMarks(new Map(marks).set(item.id, { ...now(item).meta, ...next }));
  const decide = (item: Item, is: Verdict['is'], undo: () => void, step = 1) => {
    setAll([...all, { id: item.id, index, is, undo }]);
    setIndex(index + step);
  };
  const isTrashed = (item: Item) => {
    const last = all.findLast(({ id, is }) => id === item.id && is !== 'rated');
    return last?.is === 'trashed';
  };

  return {
    index,
    all,
    also,
    setAlso,
    tag: KEPT_TAG,
    ratingOf: (item: Item) => now(item).meta.rating,
    isFavorite: (item: Item) => now(item).meta.favorite,
    trash(item: Item) {
      if (isTrashed(item)) return setIndex(index + 1);
      void actions.trash([now(item)], 'quiet');
      decide(item, 'trashed', () => void actions.restore([now(item)], 'quiet'));
    },
    keep(item: Item) {
      const before = now(item);
      const wasTrashed = isTrashed(item);
      if (wasTrashed) void actions.restore([before], 'quiet');
      const isMarked = also === 'favorite' ? !before.meta.favorite : !before.meta.tags.includes(KEPT_TAG);
      if (also === 'nothing' || !isMarked) {
        decide(item, 'kept', () => {
          if (wasTrashed) void actions.trash([before], 'quiet');
        });
        return;
      }
      const tags = [...before.meta.tags, KEPT_TAG];
      const after = also === 'favorite' ? { favorite: true } : { tags };
      remember(item, after);
      if (also === 'favorite') void actions.favorite([before], true, 'quiet');
      else void actions.tag([before], [KEPT_TAG], 'quiet');
      const marked = { ...before, meta: { ...before.meta, ...after } };
      decide(item, 'kept', () => {
        if (also === 'favorite') void actions.favorite([marked], false, 'quiet');
        else void actions.untag([marked], [KEPT_TAG], 'quiet');
        if (wasTrashed) void actions.trash([before], 'quiet');
        setMarks((map) => new Map(map).set(item.id, before.meta));
      });
    },
    /** Stays at the picture: it is still to be kept or thrown away. */
    rate(item: Item, value: number) {
      const before = now(item);
      const rating = value === 0 ? null : value;
      void actions.rate([before], rating, 'quiet');
      remember(item, { rating });
      const undo = () => {
        void actions.rate([{ ...before, meta: { ...before.meta, rating } }], before.meta.rating, 'quiet');
        setMarks((map) => new Map(map).set(item.id, before.meta));
      };
      decide(item, 'rated', undo, 0);
    },
    favorite(item: Item) {
      const before = now(item);
      void actions.favorite([before], !before.meta.favorite, 'quiet');
      remember(item, { favorite: !before.meta.favorite });
    },
    skip: () => setIndex(index + 1),
    back: () => setIndex(Math.max(0, index - 1)),
    /** Takes back the last decision, and shows its picture again. */
    undo() {
      const last = all.at(-1);
      if (last === undefined) return;
      last.undo();
      setAll(all.slice(0, -1));
      setIndex(last.index);
    },
  };
}
