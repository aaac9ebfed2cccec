import type { Config } from '../config.ts';
import type { Log } from '../domain/log.ts';
import type { Reconcile, ReconcileReport } from '../services/maintenance/reconcile-types.ts';
import type { Placements } from '../services/placements.ts';
import type { Purge } from '../services/purge.ts';
import type { Quota } from '../services/quota.ts';
import type { Job } from './scheduler.ts';

export interface JobDeps {
  readonly cron: Config['cron'];
  readonly reconcile: Pick<Reconcile, 'recent' | 'full'>;
  readonly purge: Purge;
  readonly quota: Pick<Quota, 'enforce'>;
  readonly placements: Pick<Placements, 'cleanUp'>;
  readonly log: Log;
}

/** Every scheduled job, its times and the one service call it makes. */
export function jobTable({ cron, reconcile, purge, quota, placements, log }: JobDeps): Job[] {
  const told = (job: string, report: ReconcileReport) => {
    const { folders, adopted, corrected, waiting } = report;
    const fields = { folders, adopted, corrected, waiting };
    if (adopted + corrected === 0) {
      log.debug({ job, ...fields }, 'reconcile came to its end');
      return undefined;
    }
    log.info({ job, ...fields }, 'reconcile came to its end');
    return fields;
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
    {
      name: 'comfy-inputs',
      cron: cron.comfyInputs,
      async run(signal) {
        const { removed, left } = await placements.cleanUp(signal);
        return removed + left === 0 ? undefined : { removed, left };
      },
    },
    {
      name: 'quotas',
      cron: cron.quotas,
      async run(signal) {
        const { over, trashed, bytes, failed } = await quota.enforce(signal);
        return over + failed === 0 ? undefined : { over, trashed, bytes, failed };
      },
    },
    {
      name: 'purge-trash',
      cron: cron.purgeTrash,
      async run(signal) {
        const plan = await purge.plan({});
        // an empty run counts too: the next one tells by it how far the clock went
        return plan.count === 0 ? { deleted: 0 } : { ...(await purge.apply(plan, { signal })) };
      },
    },
  ];
}
