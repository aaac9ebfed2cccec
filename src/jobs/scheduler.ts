import { schedule } from 'node-cron';
import { isKirokuError } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';

/** One thing that is done again and again. */
export interface Job {
  readonly name: string;
  /** A cron expression, in the server's time zone; `off` for never. */
  readonly cron: string;
  run(signal: AbortSignal): Promise<void>;
}

export interface Scheduler {
  /** Starts no more runs, stops the running ones, and resolves when they have come to their end. */
  stop(): Promise<void>;
  /** When each job last came to its end without a failure, ms since the epoch. */
  lastRun(name: string): number | undefined;
}

export interface SchedulerDeps {
  readonly jobs: readonly Job[];
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Many servers that share a disk should not all begin at once: a run waits up to so many ms. */
  readonly jitterMs?: number;
}

const JITTER_MS = 5_000;

/** Runs each job at its times; a run that is due while the former one still goes on is left out. */
export function startScheduler(deps: SchedulerDeps): Scheduler {
  const { log } = deps;
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  const last = new Map<string, number>();

  const run = async (job: Job): Promise<void> => {
    try {
      await job.run(stopping.signal);
      last.set(job.name, deps.now());
    } catch (error) {
      if (stopping.signal.aborted || isKirokuError(error, 'aborted')) return;
      log.error({ err: error, job: job.name }, 'a scheduled job failed');
    }
  };
  const begin = (job: Job): Promise<void> => {
    const current = running.get(job.name);
    if (stopping.signal.aborted) return Promise.resolve();
    if (current !== undefined) return current;
    const mine = run(job).finally(() => running.delete(job.name));
    running.set(job.name, mine);
    return mine;
  };

  const tasks = deps.jobs
    .filter((job) => job.cron !== 'off')
    .map((job) =>
      schedule(job.cron, () => begin(job), {
        name: job.name,
        noOverlap: true,
        maxRandomDelay: deps.jitterMs ?? JITTER_MS,
        suppressMissedWarning: true,
        unref: true,
      }),
    );

  return {
    async stop() {
      stopping.abort();
      await Promise.all(tasks.map((task) => task.destroy()));
      await Promise.all(running.values());
    },
    lastRun: (name) => last.get(name),
  };
}
