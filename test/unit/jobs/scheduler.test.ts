import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { KirokuError } from '../../../src/domain/errors.ts';
import { silentLog } from '../../../src/domain/log.ts';
import { type Job, type Scheduler, startScheduler } from '../../../src/jobs/scheduler.ts';
import { jobTable } from '../../../src/jobs/table.ts';
import { type JobJournal, openJobJournal } from '../../../src/services/maintenance/job-journal.ts';
import type { ReconcileReport } from '../../../src/services/maintenance/reconcile-types.ts';
import { createMemoryStateStore } from '../../../src/state/memory-state-store.ts';
import { NOON } from '../../support/services.ts';

const PLAN = { at: NOON, count: 2, bytes: 3, owners: [], referenced: 0, total: 9, objections: [] };
const EVERY_SECOND = '* * * * * *';

function start(journal: JobJournal, jobs: readonly Job[]): Scheduler {
  return startScheduler({ jobs, journal, log: silentLog, now: () => NOON, jitterMs: 0 });
}

describe('the scheduler', () => {
  it.each([
    ['job_running', 0],
    ['io_error', 1],
  ] as const)('a job that ends with %s is %i errors in the log', async (code, errors) => {
    const error = vi.fn();
    const run = () => Promise.reject(new KirokuError(code, 'no'));
    const scheduler = startScheduler({
      jobs: [{ name: 'job', cron: 'off', run }],
      journal: await openJobJournal(createMemoryStateStore()),
      log: { ...silentLog, error },
      now: () => NOON,
    });
    expect(await scheduler.runNow('job')).toMatchObject({ ok: false, result: { code } });
    expect(error).toHaveBeenCalledTimes(errors);
    await scheduler.stop();
  });

  it('runs a job again and again, never twice at once, also after a failure', async () => {
    const journal = await openJobJournal(createMemoryStateStore());
    let running = 0;
    let most = 0;
    let runs = 0;
    let scheduler: Scheduler | undefined;
    await new Promise<void>((resolve) => {
      scheduler = start(journal, [
        {
          name: 'job',
          cron: EVERY_SECOND,
          async run() {
            running += 1;
            most = Math.max(most, running);
            await new Promise((done) => setTimeout(done, 5));
            running -= 1;
            runs += 1;
            if (runs === 2) resolve();
            if (runs === 1) throw new KirokuError('io_error', 'once');
            return { runs };
          },
        },
      ]);
      expect(scheduler.lastRun('job')).toBeUndefined();
    });
    await scheduler?.stop();
    expect(most).toBe(1);
    expect(scheduler?.lastRun('job')).toBe(NOON);
    expect(scheduler?.statuses()).toMatchObject([
      {
        name: 'job',
        cron: EVERY_SECOND,
        running: false,
        last: { job: 'job', at: NOON, ms: 0, ok: true, result: { runs: 2 } },
      },
    ]);
    expect(journal.recent().map(({ ok, result }) => [ok, result])).toEqual([
      [true, { runs: 2 }],
      [false, { code: 'io_error', message: 'once' }],
    ]);
  });

  it('begins a run on demand, one at a time, and tells what it did', async () => {
    const journal = await openJobJournal(createMemoryStateStore());
    let go = () => {};
    const wait = new Promise<void>((resolve) => (go = resolve));
    const scheduler = start(journal, [
      {
        name: 'slow',
        cron: 'off',
        async run() {
          await wait;
          return { done: 1 };
        },
      },
    ]);
    const first = scheduler.runNow('slow');
    await expect(scheduler.runNow('slow')).rejects.toMatchObject({ code: 'job_running' });
    expect(scheduler.statuses()[0]).toMatchObject({ running: true, last: null, next: null });
    await expect(scheduler.runNow('other')).rejects.toMatchObject({ code: 'not_found' });
    go();
    expect(await first).toMatchObject({ ok: true, result: { done: 1 } });
    await scheduler.stop();
    await expect(scheduler.runNow('slow')).rejects.toMatchObject({ code: 'draining' });
  });

  it('stops what is running, waits for its end, and starts nothing more', async () => {
    const journal = await openJobJournal(createMemoryStateStore());
    let ended = false;
    let scheduler: Scheduler | undefined;
    await new Promise<void>((began) => {
      scheduler = start(journal, [
        {
          name: 'long',
          cron: EVERY_SECOND,
          async run(signal) {
            began();
            await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
            await new Promise((done) => setTimeout(done, 5));
            ended = true;
            return undefined;
          },
        },
      ]);
    });
    await scheduler?.stop();
    expect(ended).toBe(true);
    await scheduler?.stop();
  });

  it('leaves out what is off', async () => {
    const journal = await openJobJournal(createMemoryStateStore());
    const off: Job = { name: 'off', cron: 'off', run: () => Promise.reject(new Error('ran')) };
    const scheduler = start(journal, [off]);
    await scheduler.stop();
    expect(scheduler.lastRun('off')).toBeUndefined();
  });
});

describe('the table of jobs', () => {
  it('has a service call for each, at the configured times', async () => {
    const loaded = loadConfig({ CRON_RECONCILE_FULL: 'off' });
    if (!loaded.ok) throw new Error('settings');
    const called: string[] = [];
    const report: ReconcileReport = { folders: 1, adopted: 1, corrected: 0, waiting: 0, again: undefined };
    const call = (name: string) => async () => {
      called.push(name);
      return report;
    };
    const jobs = jobTable({
      cron: loaded.config.cron,
      reconcile: { recent: call('recent'), full: call('full') },
      maintenance: {
        async verify({ from }) {
          called.push(`verify from ${from}`);
          return { pictures: 2, bytes: 7, found: [], manifests: [], more: 0, next: undefined };
        },
        async thumbnails({ most, from }) {
          called.push(`thumbnails ${most} from ${from}`);
          return { pictures: 2, wanted: 0, made: 0, hopeless: 0, failed: 0 };
        },
      },
      journal: { lastResult: (name) => ({ next: `behind ${name}` }) },
      sweep: {
        async run({ dryRun }) {
          called.push(`sweep${dryRun === true ? ' dry' : ''}`);
          return { removed: 1, bytes: 2, left: 0 };
        },
      },
      placements: {
        async cleanUp() {
          called.push('clean up');
          return { removed: 0, left: 0 };
        },
      },
      quota: {
        async enforce() {
          called.push('enforce');
          return { owners: 3, over: 1, trashed: 2, bytes: 5, failed: 0 };
        },
      },
      purge: {
        async plan() {
          called.push('plan');
          return PLAN;
        },
        async apply(plan) {
          called.push(`apply ${plan.count}`);
          return { deleted: 2, bytes: 3, skipped: 0, failed: 0 };
        },
      },
      log: silentLog,
    });
    for (const job of jobs) await job.run(new AbortController().signal);
    expect(jobs.map(({ name, cron }) => [name, cron])).toEqual([
      ['sweep', '53 * * * *'],
      ['verify', '11 1 * * *'],
      ['thumbnails', '37 2 * * *'],
      ['reconcile-recent', '*/2 * * * *'],
      ['reconcile-full', 'off'],
      ['comfy-inputs', '23 * * * *'],
      ['quotas', '27 3 * * *'],
      ['purge-trash', '47 3 * * *'],
    ]);
    expect(called).toEqual([
      'sweep',
      'verify from behind verify',
      'thumbnails 10000 from behind thumbnails',
      'recent',
      'full',
      'clean up',
      'enforce',
      'plan',
      'apply 2',
    ]);
  });
});
