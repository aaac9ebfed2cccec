import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../api/client.ts';
import { queryClient } from '../api/query-client.ts';
import type { Family } from '../api/types.ts';
import { useProblemText } from '../i18n/problem-text.ts';
import { toast } from '../ui/toast.tsx';
import type { Actions, Picture } from './actions.ts';
import { type BulkAction, bulk } from './bulk.ts';
import { type Hidden, hide, type Marks, showMarks } from './patch.ts';

interface Job {
  readonly action: BulkAction;
  readonly pictures: readonly Picture[];
  /** Shows it at once. */
  readonly show: () => { readonly undo: () => void; readonly settle?: () => void };
  readonly done: (count: number) => string;
  /** Does the opposite, for the toast's button. */
  readonly back?: (pictures: readonly Picture[]) => Promise<void>;
}

/** What can be done to pictures of this family; see `Actions`. */
export function useActions(family: Family): Actions {
  const { t } = useTranslation('gallery');
  const problemText = useProblemText();
  return useMemo(() => {
    const run = async ({ action, pictures, show, done, back }: Job): Promise<void> => {
      if (pictures.length === 0) return;
      const shown = show();
      try {
        const { refused } = await bulk(
          family,
          action,
          pictures.map(({ id }) => id),
        );
        const gone = new Set(refused);
        const left = pictures.filter(({ id }) => !gone.has(id));
        if (gone.size > 0) shown.undo();
        shown.settle?.();
        if (gone.size > 0) toast({ text: t('someRefused', { count: gone.size }) });
        if (left.length > 0) {
          toast({ text: done(left.length), ...(back === undefined ? {} : { undo: () => void back(left) }) });
        }
      } catch (error) {
        shown.undo();
        toast({ text: problemText(error) });
      } finally {
        void queryClient.invalidateQueries({ queryKey: ['usage'] });
        void queryClient.invalidateQueries({ queryKey: ['facets', family] });
      }
    };

    /** Changes marks, and knows how each picture had them before. */
    const mark = (
      action: BulkAction,
      pictures: readonly Picture[],
      marksOf: (picture: Picture) => Marks,
      done: (count: number) => string,
      back?: (pictures: readonly Picture[]) => Promise<void>,
    ) =>
      run({
        action,
        pictures,
        show() {
          showMarks(family, pictures, marksOf);
          return { undo: () => showMarks(family, pictures, ({ meta }) => meta) };
        },
        done,
        ...(back === undefined ? {} : { back }),
      });

    const trash = (pictures: readonly Picture[]): Promise<void> => {
      const hidden = hide(family, pictures, 'active');
      return run({
        action: { action: 'delete' },
        pictures,
        show: () => hidden,
        done: (count) => t('trashed', { count }),
        back: (left) => takeBack('restore', left, hidden),
      });
    };
    const restore = (pictures: readonly Picture[]): Promise<void> => {
      const hidden = hide(family, pictures, 'trash');
      return run({
        action: { action: 'restore' },
        pictures,
        show: () => hidden,
        done: (count) => t('restored', { count }),
        back: (left) => takeBack('delete', left, hidden),
      });
    };
    /** What was taken out stands there again at once. */
    const takeBack = (action: 'delete' | 'restore', pictures: readonly Picture[], hidden: Hidden) =>
      run({
        action: { action },
        pictures,
        show() {
          hidden.undo();
          return { undo: () => hidden.again(), settle: hidden.settle };
        },
        done: (count) => (action === 'delete' ? t('trashed', { count }) : t('restored', { count })),
      });

    const favorite = async (pictures: readonly Picture[], on: boolean, isUndo = false): Promise<void> => {
      // those that are so already are not touched, and not undone
      const others = pictures.filter(({ meta }) => meta.favorite !== on);
      await mark(
        { action: on ? 'favorite' : 'unfavorite' },
        others,
        () => ({ favorite: on }),
        (count) => (on ? t('favorited', { count }) : t('unfavorited', { count })),
        isUndo ? undefined : (left) => favorite(left.map(withMarks({ favorite: on })), !on, true),
      );
    };

    const tag = async (pictures: readonly Picture[], tags: readonly string[], isUndo = false) => {
      const lacking = pictures.filter(({ meta }) => tags.some((one) => !meta.tags.includes(one)));
      await mark(
        { action: 'tag', tags: [...tags] },
        lacking,
        ({ meta }) => ({ tags: [...new Set([...meta.tags, ...tags])] }),
        (count) => t('tagged', { count, tags: tags.join(', ') }),
        isUndo ? undefined : (left) => giveBackTags(left, tags),
      );
    };
    const untag = async (pictures: readonly Picture[], tags: readonly string[], isUndo = false) => {
      const having = pictures.filter(({ meta }) => tags.some((one) => meta.tags.includes(one)));
      await mark(
        { action: 'untag', tags: [...tags] },
        having,
        ({ meta }) => ({ tags: meta.tags.filter((one) => !tags.includes(one)) }),
        (count) => t('untagged', { count, tags: tags.join(', ') }),
        isUndo ? undefined : (left) => giveBackTags(left, tags),
      );
    };
    /** Each picture has of these tags what it had before. */
    const giveBackTags = async (pictures: readonly Picture[], tags: readonly string[]) => {
      for (const one of tags) {
        const had = pictures.filter(({ meta }) => meta.tags.includes(one));
        const hadNot = pictures.filter(({ meta }) => !meta.tags.includes(one));
        await tag(had.map(withoutTag(one)), [one], true);
        await untag(hadNot.map(withTag(one)), [one], true);
      }
    };

    const rate = async (pictures: readonly Picture[], rating: number | null, isUndo = false) => {
      const others = pictures.filter(({ meta }) => meta.rating !== rating);
      await mark(
        { action: 'rate', rating },
        others,
        () => ({ rating }),
        (count) => (rating === null ? t('unrated', { count }) : t('rated', { count, rating })),
        isUndo ? undefined : (left) => giveBackRatings(left, rating),
      );
    };
    const giveBackRatings = async (pictures: readonly Picture[], now: number | null) => {
      for (const [rating, group] of Map.groupBy(pictures, ({ meta }) => meta.rating)) {
        await rate(group.map(withMarks({ rating: now })), rating, true);
      }
    };

    return {
      trash: (pictures) => trash(pictures),
      restore: (pictures) => restore(pictures),
      favorite: (pictures, on) => favorite(pictures, on),
      tag: (pictures, tags) => tag(pictures, tags),
      untag: (pictures, tags) => untag(pictures, tags),
      rate: (pictures, rating) => rate(pictures, rating),
      async zip(pictures) {
        try {
          const json = { ids: pictures.map(({ id }) => id) };
          const { url } = await answerOf(api.images.zip.$post({ query: { link: '1' }, json }));
          download(url);
        } catch (error) {
          toast({ text: problemText(error) });
        }
      },
      async copyToInputs(pictures) {
        let count = 0;
        try {
          for (const { id } of pictures) {
            await answerOf(
              api.inputs.copy.$post({
                query: {},
                json: { source: family === 'controls' ? 'controls' : 'generated', id },
              }),
            );
            count += 1;
          }
        } catch (error) {
          toast({ text: problemText(error) });
        }
        if (count > 0) toast({ text: t('copied', { count }) });
      },
    };
  }, [family, t, problemText]);
}

function withMarks(marks: Marks): (picture: Picture) => Picture {
  return (picture) => ({ ...picture, meta: { ...picture.meta, ...marks } });
}

function withTag(tag: string): (picture: Picture) => Picture {
  return (picture) => ({ ...picture, meta: { ...picture.meta, tags: [...picture.meta.tags, tag] } });
}

function withoutTag(tag: string): (picture: Picture) => Picture {
  return (picture) => ({
    ...picture,
    meta: { ...picture.meta, tags: picture.meta.tags.filter((one) => one !== tag) },
  });
}

/** The browser's own download: it can be paused, resumed and seen. */
function download(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  link.click();
}
