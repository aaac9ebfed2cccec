import type { Config } from '../config.ts';
import type { Log } from '../domain/log.ts';
import type { Reconcile, ReconcileReport } from '../services/maintenance/reconcile-types.ts';
import type { Job } from './scheduler.ts';

export interface JobDeps {
  readonly cron: Config['cron'];
  readonly reconcile: Pick<Reconcile, 'recent' | 'full'>;
  readonly log: Log;
}

/** Every scheduled job, its times and the one service call it makes. */
export function jobTable({ cron, reconcile, log }: JobDeps): Job[] {
  const told = (job: string, report: ReconcileReport): void => {
    const { folders, adopted, corrected, waiting } = report;
    const fields = { job, folders, adopted, corrected, waiting };
    if (adopted + corrected > 0) log.info(fields, 'reconcile came to its end');
    else log.debug(fields, 'reconcile came to its end');
  };
  return [
    {
      name: 'reconcile-recent',
      cron: cron.reconcileRecent,
      run: async (signal) => told('reconcile-recent', await reconcile.recent(signal)),
    },
    {
      name: 'reconcile-full',
      cron: cron.reconcileFull,
      run: async (signal) => told('reconcile-full', await reconcile.full(signal)),
    },
  ];
}
