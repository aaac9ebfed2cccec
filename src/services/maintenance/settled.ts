import type { Catalog, Mutation } from '../../catalog/catalog.ts';
import { UnsettledError } from '../../domain/errors.ts';
import type { IoMeter } from './io-meter.ts';

/** Knows up to when every change is settled: committed, and in its lasting form. */
export interface SettledClock {
  /** ms; every change made before has its lasting form. */
  settledAt(): number;
  /** True when a change failed to reach its lasting form: this run cannot end cleanly. */
  owes(): boolean;
  /** Called before everything owed is settled; the answer, after: what was owed then is paid. */
  paying(): () => void;
  /** Rises with each change that came to its end. */
  changes(): number;
}

/**
 * Time between the start of a commit and the time in its manifest line is never negative, but the clock may be set
 * back a little: what is told is that much earlier, ms.
 */
const MARGIN_MS = 5_000;

/**
 * The same catalog, with a watch on how long its changes take. A record that tells an earlier time than that of its commit
 * (a restored one may be years old) counts as a change of that time: nothing else in its line would tell the next start that
 * it is new.
 * @param covered resolves when the settled time on the disk is no later than the one given (ms); asked before such a commit
 */
export function watchCommits(
  catalog: Catalog,
  now: () => number,
  io: IoMeter,
  covered: (since: number) => Promise<void>,
): { readonly catalog: Catalog; readonly clock: SettledClock } {
  const running = new Set<{ readonly since: number }>();
  /** Changes whose lasting form is owed. */
  const owed = new Set<{ readonly since: number }>();
  let changes = 0;

  const watched: Catalog = {
    ...catalog,
    async commit(owner, mutation) {
      const mine = { since: Math.min(now(), toldBy(mutation)) };
      running.add(mine);
      try {
        if (mutation.op === 'put') await covered(mine.since);
        return await io.watch(() => catalog.commit(owner, mutation));
      } catch (error) {
        if (error instanceof UnsettledError) owed.add(mine);
        throw error;
      } finally {
        running.delete(mine);
        changes += 1;
      }
    },
  };
  const settledAt = (): number => {
    let earliest = now();
    for (const { since } of [...running, ...owed]) earliest = Math.min(earliest, since);
    return earliest - MARGIN_MS;
  };
  const clock: SettledClock = {
    settledAt,
    owes: () => owed.size > 0,
    paying() {
      const then = [...owed];
      return () => {
        for (const one of then) owed.delete(one);
      };
    },
    changes: () => changes,
  };
  return { catalog: watched, clock };
}

/** When the change happened by what its line will say, ms; those that take the time of their commit never lie before it. */
function toldBy(mutation: Mutation): number {
  return mutation.op === 'put' ? Date.parse(mutation.record.updated_at) : Number.POSITIVE_INFINITY;
}
