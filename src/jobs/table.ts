import type { Config } from '../config.ts';
import type { Log } from '../domain/log.ts';
import type { JobJournal } from '../services/maintenance/job-journal.ts';
import type { Maintenance } from '../services/maintenance/maintenance.ts';
import type { Reconcile, ReconcileReport } from '../services/maintenance/reconcile-types.ts';
import type { Sweep } from '../services/maintenance/sweep.ts';
import type { Placements } from '../services/placements.ts';
import type { Purge } from '../services/purge.ts';
import type { Quota } from '../services/quota.ts';
import type { Job } from './scheduler.ts';

export interface JobDeps {
  readonly cron: Config['cron'];
  readonly reconcile: Pick<Reconcile, 'recent' | 'full'>;
  readonly purge: Purge;
  readonly quota: Pick<Quota, 'enforce'>;
  readonly sweep: Sweep;
  readonly placements: Pick<Placements, 'cleanUp'>;
  readonly maintenance: Pick<Maintenance, 'verify' | 'thumbnails'>;
  readonly journal: Pick<JobJournal, 'lastResult'>;
  readonly log: Log;
}

/** Bytes of originals that one night reads again, and thumbnails that it makes: the next one goes on behind them. */
const SCRUB_BYTES = 8 * 1024 ** 3;
const MOST_THUMBNAILS = 10_000;
const MOST_NAMED = 100;

/** Every scheduled job, its times and the one service call it makes. */
export function jobTable(deps: JobDeps): Job[] {
  const { cron, reconcile, purge, quota, placements, log } = deps;
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
    ...careJobs(deps),
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
      async preview(signal) {
        const { count, bytes, objections } = await purge.plan({}, signal);
        return { count, bytes, objections: [...objections] };
      },
      async run(signal) {
        const plan = await purge.plan({}, signal);
        // an empty run counts too: the next one tells by it how far the clock went
        return plan.count === 0 ? { deleted: 0 } : { ...(await purge.apply(plan, { signal })) };
      },
    },
  ];
}

/** Where the run before stopped: pictures that cannot be mended must not keep it from those behind them. */
function placeIn(journal: JobDeps['journal'], job: string): { readonly from?: string } {
  const from = journal.lastResult(job)?.['next'];
  return typeof from === 'string' ? { from } : {};
}

/** What is kept whole without anybody asking. */
function careJobs({ cron, maintenance, sweep, journal, log }: JobDeps): Job[] {
  return [
    {
      name: 'sweep',
      cron: cron.sweep,
      preview: async (signal) => ({ ...(await sweep.run({ signal, dryRun: true })) }),
      async run(signal) {
        const { removed, bytes, left } = await sweep.run({ signal });
        return removed + left === 0 ? undefined : { removed, bytes, left };
      },
    },
    {
      name: 'verify',
      cron: cron.verify,
      async run(signal) {
        const report = await maintenance.verify({
          ...placeIn(journal, 'verify'),
          signal,
          mostBytes: SCRUB_BYTES,
        });
        const { pictures, bytes, found, manifests, next } = report;
        for (const damaged of found)
          log.error({ ...damaged }, 'a picture is damaged: restore it from a backup');
        for (const line of manifests) log.error({ ...line }, 'a manifest is damaged: it is made again');
        const ids = found.slice(0, MOST_NAMED).map(({ id }) => id);
        // also of a night without a finding: the next one goes on behind it
        return {
          pictures,
          bytes,
          damaged: found.length + manifests.length + report.more,
          ids,
          next: next ?? null,
        };
      },
    },
    {
      name: 'thumbnails',
      cron: cron.thumbnails,
      async run(signal) {
        const place = placeIn(journal, 'thumbnails');
        const { next, ...report } = await maintenance.thumbnails({ ...place, signal, most: MOST_THUMBNAILS });
        // one that went on from a place says that it came to the end
        if (report.wanted === 0 && place.from === undefined) return undefined;
        return { ...report, next: next ?? null };
      },
    },
  ];
}
