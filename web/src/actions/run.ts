import type { TFunction } from 'i18next';
import { queryClient } from '../api/query-client.ts';
import type { Family } from '../api/types.ts';
import { formatCount } from '../i18n/format.ts';
import { askBeforeLeaving } from '../ui/leaving.ts';
import { toast } from '../ui/toast.tsx';
import { createWork } from '../ui/work.ts';
import type { How, Picture } from './actions.ts';
import { type BulkAction, bulk, STEP } from './bulk.ts';

/** What was shown before the server did it. */
export interface Shown {
  /** Takes it back for these: the server did not do it. */
  undo(pictures: readonly Picture[]): void;
  /** The server is through. */
  settle?(): void;
}

export interface Job {
  readonly action: BulkAction;
  readonly pictures: readonly Picture[];
  /** Step by step: a list that is counted again in between has the rest still. */
  readonly show: (pictures: readonly Picture[]) => Shown;
  /** What is said when so many were done. */
  readonly done: (count: number) => string;
  /** Does the opposite, for the button of that message. */
  readonly back?: ((pictures: readonly Picture[]) => Promise<void>) | undefined;
  readonly how?: How | undefined;
}

export type Run = (job: Job) => Promise<void>;

/**
 * Shows a change, sends it, and says what came of it. What takes several calls says how far it is and can be stopped: what
 * was done until then stays, and undo covers just that.
 */
export function createRun(
  family: Family,
  t: TFunction<'gallery'>,
  problemText: (error: unknown) => string,
): Run {
  return async ({ action, pictures, show, done, back, how }) => {
    if (pictures.length === 0) return;
    const ids = pictures.map(({ id }) => id);
    const steps = stepsOf(pictures, show);
    steps.begin(0);
    const work = ids.length > STEP ? tellOf(ids.length, t) : undefined;
    const outcome = await bulk(family, action, ids, { ...work, onStep: steps.begin });
    work?.end();
    const left = steps.end(outcome.done);
    if (outcome.refused > 0) toast({ text: t('someRefused', { count: outcome.refused }) });
    if (outcome.error !== undefined) toast({ text: problemText(outcome.error) });
    if (left.length > 0 && how !== 'quiet') {
      toast({ text: done(left.length), ...(back === undefined ? {} : { undo: () => void back(left) }) });
    }
    void queryClient.invalidateQueries({ queryKey: ['usage'] });
    void queryClient.invalidateQueries({ queryKey: ['facets', family] });
  };
}

/** Shows one step after the other; at the end it takes back what was not done. */
function stepsOf(pictures: readonly Picture[], show: Job['show']) {
  const shown = new Map<number, Shown>();
  const partFrom = (from: number) => pictures.slice(from, from + STEP);
  return {
    begin(from: number): void {
      if (!shown.has(from)) shown.set(from, show(partFrom(from)));
    },
    /** @returns what was done */
    end(done: ReadonlySet<string>): Picture[] {
      for (const [from, step] of shown) {
        const failed = partFrom(from).filter(({ id }) => !done.has(id));
        if (failed.length > 0) step.undo(failed);
        step.settle?.();
      }
      return pictures.filter(({ id }) => done.has(id));
    },
  };
}

/** A message that stays until `end`, with how far it is and a button that stops it; until then the page is not closed unasked. */
export function tellOf(total: number, t: TFunction<'gallery'>) {
  const work = createWork(total);
  const close = toast({ text: t('workingOn', { number: formatCount(total) }), work });
  const mayLeave = askBeforeLeaving();
  const end = () => {
    close();
    mayLeave();
  };
  return { signal: work.signal, onProgress: work.tell, end };
}
