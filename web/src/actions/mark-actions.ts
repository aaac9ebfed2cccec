import type { TFunction } from 'i18next';
import type { Family } from '../api/types.ts';
import type { Actions, How, Picture } from './actions.ts';
import type { BulkAction } from './bulk.ts';
import { type Marks, showMarks } from './patch.ts';
import type { Run } from './run.ts';

type MarkActions = Pick<Actions, 'favorite' | 'tag' | 'untag' | 'rate'>;

interface Mark {
  readonly action: BulkAction;
  readonly pictures: readonly Picture[];
  readonly marksOf: (picture: Picture) => Marks;
  readonly done: (count: number) => string;
  /** Gives back what each picture had, once all of them have what they were given. */
  readonly back: (pictures: readonly Picture[]) => Promise<void>;
  readonly how: How | 'undo' | undefined;
}

/** Favourites, tags and ratings. Pictures that are so already are not touched, and not undone. */
export function createMarkActions(family: Family, run: Run, t: TFunction<'gallery'>): MarkActions {
  const mark = ({ action, pictures, marksOf, done, back, how }: Mark): Promise<void> =>
    run({
      action,
      pictures,
      show(step) {
        showMarks(family, step, marksOf);
        return { undo: (some) => showMarks(family, some, ({ meta }) => meta) };
      },
      done,
      back: how === 'undo' ? undefined : back,
      how: how === 'undo' ? undefined : how,
    });

  const favorite = (pictures: readonly Picture[], on: boolean, how?: Mark['how']): Promise<void> =>
    mark({
      action: { action: on ? 'favorite' : 'unfavorite' },
      pictures: pictures.filter(({ meta }) => meta.favorite !== on),
      marksOf: () => ({ favorite: on }),
      done: (count) => (on ? t('favorited', { count }) : t('unfavorited', { count })),
      back: (left) => favorite(left.map(withMarks({ favorite: on })), !on, 'undo'),
      how,
    });

  const rate = (pictures: readonly Picture[], rating: number | null, how?: Mark['how']): Promise<void> =>
    mark({
      action: { action: 'rate', rating },
      pictures: pictures.filter(({ meta }) => meta.rating !== rating),
      marksOf: () => ({ rating }),
      done: (count) => (rating === null ? t('unrated', { count }) : t('rated', { count, rating })),
      async back(left) {
        for (const [before, group] of Map.groupBy(left, ({ meta }) => meta.rating)) {
          await rate(group.map(withMarks({ rating })), before, 'undo');
        }
      },
      how,
    });

  const tag = (pictures: readonly Picture[], tags: readonly string[], how?: Mark['how']): Promise<void> => {
    const given = (picture: Picture) => [...new Set([...picture.meta.tags, ...tags])];
    return mark({
      action: { action: 'tag', tags: [...tags] },
      pictures: pictures.filter(({ meta }) => tags.some((one) => !meta.tags.includes(one))),
      marksOf: (picture) => ({ tags: given(picture) }),
      done: (count) => t('tagged', { count, tags: tags.join(', ') }),
      async back(left) {
        for (const one of tags) {
          const without = left.filter(({ meta }) => !meta.tags.includes(one));
          await untag(
            without.map((picture) => withMarks({ tags: given(picture) })(picture)),
            [one],
            'undo',
          );
        }
      },
      how,
    });
  };

  const untag = (pictures: readonly Picture[], tags: readonly string[], how?: Mark['how']): Promise<void> => {
    const left = (picture: Picture) => picture.meta.tags.filter((one) => !tags.includes(one));
    return mark({
      action: { action: 'untag', tags: [...tags] },
      pictures: pictures.filter(({ meta }) => tags.some((one) => meta.tags.includes(one))),
      marksOf: (picture) => ({ tags: left(picture) }),
      done: (count) => t('untagged', { count, tags: tags.join(', ') }),
      async back(done) {
        for (const one of tags) {
          const had = done.filter(({ meta }) => meta.tags.includes(one));
          await tag(
            had.map((picture) => withMarks({ tags: left(picture) })(picture)),
            [one],
            'undo',
          );
        }
      },
      how,
    });
  };
  return { favorite, rate, tag, untag };
}

function withMarks(marks: Marks): (picture: Picture) => Picture {
  return (picture) => ({ ...picture, meta: { ...picture.meta, ...marks } });
}
