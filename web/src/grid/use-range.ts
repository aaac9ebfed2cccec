import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatCount } from '../i18n/format.ts';
import { useProblemText } from '../i18n/problem-text.ts';
import { toast } from '../ui/toast.tsx';
import { spanOf } from './chunks.ts';
import type { Collection } from './collection-types.ts';

/** Picks pictures by their places, loaded or not. */
export interface Range {
  /** From here to there, both included, in either order. */
  pick(from: number, to: number, on?: boolean): void;
  pickDay(date: string, on: boolean): void;
  /** Picks exactly these: what was picked by the range before is not any more. */
  replace(from: number, to: number): void;
}

export function useRange(list: Collection): Range {
  const { t } = useTranslation('gallery');
  const problemText = useProblemText();
  return useMemo(() => {
    let running: AbortController | undefined;
    const pickAll = async (from: number, to: number, on: boolean): Promise<void> => {
      running?.abort();
      const controller = new AbortController();
      running = controller;
      try {
        for await (const items of list.pictures(from, to + 1, controller.signal)) {
          if (controller.signal.aborted) return;
          list.picks.set(items, on);
        }
      } catch (error) {
        if (!controller.signal.aborted) toast({ text: problemText(error) });
      }
    };
    let last: readonly [number, number] | undefined;
    return {
      pick(from, to, on = true) {
        void pickAll(Math.min(from, to), Math.max(from, to), on);
      },
      pickDay(date, on) {
        const { from, to } = spanOf(list.chunks, date);
        const first = list.indexAt({ chunk: from, at: 0 });
        const end = list.indexAt({ chunk: to, at: 0 });
        if (on && end - first > 1000) toast({ text: t('pickingMany', { number: formatCount(end - first) }) });
        void pickAll(first, end - 1, on);
      },
      replace(from, to) {
        if (last !== undefined) {
          const [a, b] = last;
          for (let index = a; index <= b; index += 1) {
            const item = list.peek(index);
            if (item !== undefined) list.picks.set([item], false);
          }
        }
        last = [Math.min(from, to), Math.max(from, to)];
        void pickAll(last[0], last[1], true);
      },
    };
  }, [list, t, problemText]);
}
