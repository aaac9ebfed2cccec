import type { TFunction } from 'i18next';
import { queryClient } from '../api/query-client.ts';
import type { Family } from '../api/types.ts';
import { toast } from '../ui/toast.tsx';
import type { How, Picture } from './actions.ts';
import { type BulkAction, bulk } from './bulk.ts';

/** What was shown before the server did it. */
export interface Shown {
  /** Takes it back: the server refused. */
  undo(): void;
  /** The server did it. */
  settle?(): void;
}

export interface Job {
  readonly action: BulkAction;
  readonly pictures: readonly Picture[];
  readonly show: () => Shown;
  /** What is said when so many were done. */
  readonly done: (count: number) => string;
  /** Does the opposite, for the button of that message. */
  readonly back?: ((pictures: readonly Picture[]) => Promise<void>) | undefined;
  readonly how?: How | undefined;
}

export type Run = (job: Job) => Promise<void>;

/** Shows a change, sends it, and says what came of it. */
export function createRun(
  family: Family,
  t: TFunction<'gallery'>,
  problemText: (error: unknown) => string,
): Run {
  return async ({ action, pictures, show, done, back, how }) => {
    if (pictures.length === 0) return;
    const shown = show();
    const ids = pictures.map(({ id }) => id);
    try {
      const refused = new Set((await bulk(family, action, ids)).refused);
      const left = pictures.filter(({ id }) => !refused.has(id));
      if (refused.size > 0) {
        shown.undo();
        toast({ text: t('someRefused', { count: refused.size }) });
      }
      shown.settle?.();
      if (left.length === 0 || how === 'quiet') return;
      toast({ text: done(left.length), ...(back === undefined ? {} : { undo: () => void back(left) }) });
    } catch (error) {
      shown.undo();
      toast({ text: problemText(error) });
    } finally {
      void queryClient.invalidateQueries({ queryKey: ['usage'] });
      void queryClient.invalidateQueries({ queryKey: ['facets', family] });
    }
  };
}
