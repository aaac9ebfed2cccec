import { schedule } from 'node-cron';
import { isKirokuError, KirokuError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Log } from '../domain/log.ts';
import type { JobJournal, JobRun, Jobs } from '../services/maintenance/job-journal.ts';

/** One thing that is done again and again. */
export interface Job {
  readonly name: string;
  /** A cron expression, in the server's time zone; `off` for never. */
  readonly cron: string;
  /**
   * What the run did, for the journal; undefined when there was nothing to do: a job of every two minutes must not fill
   * a disk with that.
   */
  run(signal: AbortSignal): Promise<JsonObject | undefined>;
  /** What a run would do now, and nothing done; absent where a job cannot tell. */
  readonly preview?: (signal: AbortSignal) => Promise<JsonObject>;
}

export interface Scheduler extends Jobs {
  /** Starts no more runs, stops the running ones, and resolves when they have come to their end. */
  stop(): Promise<void>;
  /** When each job last came to its end without a failure, ms since the epoch. */
  lastRun(name: string): number | undefined;
}

export interface SchedulerDeps {
  readonly jobs: readonly Job[];
  readonly journal: JobJournal;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Many servers that share a disk should not all begin at once: a run waits up to so many ms. */
  readonly jitterMs?: number;
}

const JITTER_MS = 5_000;

interface Running {
  readonly ended: Promise<JobRun | undefined>;
}

/** Runs each job at its times; a run that is due while the former one still goes on is left out. */
export function startScheduler(deps: SchedulerDeps): Scheduler {
  const { log, journal } = deps;
  const stopping = new AbortController();
  const running = new Map<string, Running>();
  const well = new Map<string, number>();
  const jobs = new Map(deps.jobs.map((job) => [job.name, job]));

  const finish = async (job: Job, at: number, rest: Pick<JobRun, 'ok' | 'result'>): Promise<JobRun> => {
    const run = { job: job.name, at, ms: deps.now() - at, ...rest };
    await journal.add(run).catch((error: unknown) => {
      log.error({ err: error, job: job.name }, 'a run could not be written into the journal of jobs');
    });
    return run;
  };

  /** Undefined when it was stopped. */
  const run = async (job: Job): Promise<JobRun | undefined> => {
    const at = deps.now();
    try {
      const result = await job.run(stopping.signal);
      well.set(job.name, deps.now());
      return await finish(job, at, { ok: true, result });
    } catch (error) {
      if (stopping.signal.aborted || isKirokuError(error, 'aborted')) return undefined;
      // begun by an admin a moment before: nothing is wrong, and nothing is left undone
      if (isKirokuError(error, 'job_running')) log.info({ job: job.name }, 'a job found its work under way');
      else log.error({ err: error, job: job.name }, 'a scheduled job failed');
      return await finish(job, at, { ok: false, result: failureOf(error) });
    }
  };
  const begin = (job: Job): Promise<JobRun | undefined> => {
    const ended = run(job).finally(() => running.delete(job.name));
    running.set(job.name, { ended });
    return ended;
  };

  /** @throws KirokuError `not_found`, `draining` */
  const jobNamed = (name: string): Job => {
    const job = jobs.get(name);
    if (job === undefined) throw new KirokuError('not_found', 'There is no such job.');
    if (stopping.signal.aborted) throw new KirokuError('draining', 'The server is stopping.');
    return job;
  };

  const tasks = deps.jobs
    .filter((job) => job.cron !== 'off')
    .map((job) => ({
      name: job.name,
      task: schedule(
        job.cron,
        async () => {
          if (stopping.signal.aborted || running.has(job.name)) return;
          await begin(job);
        },
        {
          name: job.name,
          noOverlap: true,
          maxRandomDelay: deps.jitterMs ?? JITTER_MS,
          suppressMissedWarning: true,
          unref: true,
        },
      ),
    }));

  return {
    async stop() {
      stopping.abort();
      await Promise.all(tasks.map(({ task }) => task.destroy()));
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
    lastRun: (name) => well.get(name),
    statuses: () =>
      deps.jobs.map(({ name, cron }) => ({
        name,
        cron,
        running: running.has(name),
        last: journal.last(name) ?? null,
        next:
          tasks
            .find((one) => one.name === name)
            ?.task.getNextRun()
            ?.getTime() ?? null,
      })),
    recent: () => journal.recent(),
    async preview(name) {
      const { preview } = jobNamed(name);
      if (preview === undefined) {
        throw new KirokuError(
          'invalid_parameter',
          'dry_run: this job cannot tell beforehand what it will do.',
          {
            details: { field: 'dry_run' },
          },
        );
      }
      const at = deps.now();
      const result = await preview(stopping.signal);
      return { job: name, at, ms: deps.now() - at, ok: true, result };
    },
    async runNow(name) {
      const job = jobNamed(name);
      if (running.has(name)) throw new KirokuError('job_running', 'The job is running already.');
      const ended = await begin(job);
      if (ended === undefined) throw new KirokuError('aborted', 'The job was stopped.');
      return ended;
    },
  };
}

/** A code and words for people: neither stack nor path. */
function failureOf(error: unknown): JsonObject {
  return isKirokuError(error)
    ? { code: error.code, message: error.message }
    : { code: 'internal', message: 'See the log.' };
}
