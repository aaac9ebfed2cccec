import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import type { StateStore } from '../../state/state-store.ts';

/** One run that came to an end. */
export interface JobRun {
  readonly job: string;
  /** When it began, ms since the epoch. */
  readonly at: number;
  /** How long it took. */
  readonly ms: number;
  readonly ok: boolean;
  /** What it did, or why it failed; undefined when there was nothing to do. */
  readonly result: JsonObject | undefined;
}

/** What an operator sees of a job. Times in ms since the epoch. */
export interface JobStatus {
  readonly name: string;
  readonly cron: string;
  readonly running: boolean;
  /** The last run that came to an end, well or not; null when none is known. */
  readonly last: JobRun | null;
  readonly next: number | null;
}

/** The scheduled jobs as an operator has them at hand. */
export interface Jobs {
  statuses(): JobStatus[];
  /** The newest runs that did something, newest first. */
  recent(): readonly JobRun[];
  /**
   * Begins a run now, whatever the clock says, and resolves at its end with what it did.
   * @throws KirokuError `not_found` for a job that is none, `job_running`, `draining`, `aborted`
   */
  runNow(name: string): Promise<JobRun>;
  /**
   * What a run would do now; nothing is done, and the journal is not told.
   * @throws KirokuError as `runNow`; `invalid_parameter` for a job that cannot tell
   */
  preview(name: string): Promise<JobRun>;
}

/** What the jobs did, durably, and the last run of each at hand. */
export interface JobJournal {
  /** Durable when it resolves; a run that had nothing to do is only remembered. @throws KirokuError as the state store */
  add(run: JobRun): Promise<void>;
  last(job: string): JobRun | undefined;
  /** When this job last came to its end without a failure, ms; also before this process was started. */
  lastWell(job: string): number | undefined;
  /** What that run did, if it did something. */
  lastResult(job: string): JsonObject | undefined;
  /** The newest runs that did something, newest first. */
  recent(): readonly JobRun[];
}

const MOST_RECENT = 200;

/** Reads what earlier processes did. @throws KirokuError as the state store */
export async function openJobJournal(state: StateStore): Promise<JobJournal> {
  const last = new Map<string, JobRun>();
  const well = new Map<string, number>();
  const results = new Map<string, JsonObject>();
  const recent: JobRun[] = [];
  const remember = (run: JobRun): void => {
    last.set(run.job, run);
    if (run.ok) well.set(run.job, run.at + run.ms);
    if (run.result === undefined) return;
    if (run.ok) results.set(run.job, run.result);
    recent.push(run);
    if (recent.length > MOST_RECENT) recent.shift();
  };
  for await (const entry of state.readJournal('jobs')) {
    const run = runOf(entry);
    if (run !== undefined) remember(run);
  }
  return {
    async add(run) {
      remember(run);
      const { job, at, ms, ok, result } = run;
      if (result !== undefined) await state.append('jobs', { job, at, ms, ok, result });
    },
    last: (job) => last.get(job),
    lastWell: (job) => well.get(job),
    lastResult: (job) => results.get(job),
    recent: () => [...recent].reverse(),
  };
}

/** Undefined for an entry of another form: a later version's, say. */
function runOf({ job, at, ms, ok, result }: JsonObject): JobRun | undefined {
  if (typeof job !== 'string' || typeof at !== 'number' || typeof ms !== 'number') return undefined;
  return { job, at, ms, ok: ok === true, result: isJsonObject(result) ? result : undefined };
}
