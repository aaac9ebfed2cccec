import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { KirokuError } from '../../../src/domain/errors.ts';
import { silentLog } from '../../../src/domain/log.ts';
import { type Job, type Scheduler, startScheduler } from '../../../src/jobs/scheduler.ts';
import { jobTable } from '../../../src/jobs/table.ts';
import type { ReconcileReport } from '../../../src/services/maintenance/reconcile-types.ts';
import { NOON } from '../../support/services.ts';

const EVERY_SECOND = '* * * * * *';

function start(jobs: readonly Job[]): Scheduler {
  return startScheduler({ jobs, log: silentLog, now: () => NOON, jitterMs: 0 });
}

describe('the scheduler', () => {
  it('runs a job again and again, never twice at once, also after a failure', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    let scheduler: Scheduler | undefined;
    await new Promise<void>((resolve) => {
      scheduler = start([
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
          },
        },
      ]);
      expect(scheduler.lastRun('job')).toBeUndefined();
    });
    await scheduler?.stop();
    expect(most).toBe(1);
    expect(scheduler?.lastRun('job')).toBe(NOON);
  });

  it('stops what is running, waits for its end, and starts nothing more', async () => {
    let ended = false;
    let scheduler: Scheduler | undefined;
    await new Promise<void>((began) => {
      scheduler = start([
        {
          name: 'long',
          cron: EVERY_SECOND,
          async run(signal) {
            began();
            await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
            await new Promise((done) => setTimeout(done, 5));
            ended = true;
          },
        },
      ]);
    });
    await scheduler?.stop();
    expect(ended).toBe(true);
    await scheduler?.stop();
  });

  it('leaves out what is off', async () => {
    const off: Job = { name: 'off', cron: 'off', run: () => Promise.reject(new Error('ran')) };
    const scheduler = start([off]);
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
      log: silentLog,
    });
    for (const job of jobs) await job.run(new AbortController().signal);
    expect(jobs.map(({ name, cron }) => [name, cron])).toEqual([
      ['reconcile-recent', '*/2 * * * *'],
      ['reconcile-full', 'off'],
    ]);
    expect(called).toEqual(['recent', 'full']);
  });
});
