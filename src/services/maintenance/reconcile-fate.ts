import type { ReconcileReport } from './reconcile-types.ts';

/** What was done about one thing. */
export interface Fate {
  readonly adopted?: number;
  readonly corrected?: number;
  /** ms after which to look again. */
  readonly again?: number;
}

/** As it should be, or not ours to judge. */
export const NOTHING: Fate = {};

/** Not yet: look again after `ms`. */
export function waitFor(ms: number): Fate {
  return { again: ms };
}

/** Adds up fates and reports. */
export interface Tally {
  add(fate: Fate): void;
  addReport(report: ReconcileReport): void;
  folder(): void;
  /** So many places could not be looked at. */
  failed(places: number): void;
  report(): ReconcileReport;
}

export function createTally(): Tally {
  const sum = { folders: 0, adopted: 0, corrected: 0, waiting: 0 };
  let failed = 0;
  let again: number | undefined;
  const soonest = (ms: number | undefined) => {
    if (ms !== undefined) again = Math.min(again ?? ms, ms);
  };
  return {
    add(fate) {
      sum.adopted += fate.adopted ?? 0;
      sum.corrected += fate.corrected ?? 0;
      if (fate.again !== undefined) sum.waiting += 1;
      soonest(fate.again);
    },
    addReport(report) {
      sum.folders += report.folders;
      sum.adopted += report.adopted;
      sum.corrected += report.corrected;
      sum.waiting += report.waiting;
      failed += report.failed ?? 0;
      soonest(report.again);
    },
    folder() {
      sum.folders += 1;
    },
    failed(places) {
      failed += places;
    },
    report: () => ({ ...sum, ...(failed === 0 ? {} : { failed }), again }),
  };
}
