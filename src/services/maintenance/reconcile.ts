import { dayOf } from '../../domain/day.ts';
import { dayFolder } from '../../domain/key.ts';
import { KINDS } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import { breathe } from './reconcile-batch.ts';
import { type DayOutcome, lookAtDay } from './reconcile-day.ts';
import { createTally, type Tally } from './reconcile-fate.ts';
import { alsoTold, createFindings, createTrialFindings } from './reconcile-findings.ts';
import { statOf, volumePresent } from './reconcile-guards.ts';
import { createReconcileMemory, type ReconcileMemory } from './reconcile-memory.ts';
import { passOver } from './reconcile-pass.ts';
import { ownersOnDisk } from './reconcile-places.ts';
import { trialContext } from './reconcile-trial.ts';
import type {
  DayOptions,
  DayPlace,
  LookContext,
  PassOptions,
  Reconcile,
  ReconcileDeps,
  ReconcileReport,
} from './reconcile-types.ts';

const DAY_MS = 86_400_000;
/** After a failure of the machine, ms. */
const RECOVERY = 10_000;
const NO_VOLUME = 'the volume does not answer: reconcile does nothing';
/** Days of the recent window relative to today: tomorrow, for clocks that go ahead, down to the day before yesterday. */
const RECENT = [1, 0, -1, -2];

/** The days that are looked at all the time, newest first. @param now ms */
export function recentDays(now: number): ReturnType<typeof dayOf>[] {
  return RECENT.map((offset) => dayOf(now + offset * DAY_MS));
}

export function createReconcile(deps: ReconcileDeps): Reconcile {
  const findings = createFindings({ state: deps.state, log: deps.log, now: () => deps.storage.now() });
  const context: LookContext = { ...deps, findings, trial: false };
  const memory = createReconcileMemory();
  const inTurn = createTurns();
  const outcome: Outcome = (context, memory, place, options) =>
    inTurn(dayFolder(place.owner, place.kind, place.day), () => look(context, memory, place, options));
  const day = async (place: DayPlace, options: DayOptions = {}): Promise<ReconcileReport> =>
    (await outcome(context, memory, place, options)).report;
  const pass = (
    of: 'names' | 'files',
    signal: AbortSignal,
    options: PassOptions,
  ): Promise<ReconcileReport> => {
    const depth = of === 'names' ? { namesOnly: true } : { full: true };
    const { trial = false, told, afresh = false, progress } = options;
    const own = contextFor(context, options);
    // what a trial says it took in was not: nothing of it may be remembered
    const remembered = trial ? createReconcileMemory() : memory;
    const lookAt = (place: DayPlace) => {
      if (told !== undefined) remembered.of(place).refused.clear();
      return outcome(own, remembered, place, { ...depth, signal });
    };
    const deps = { context: own, signal, of, afresh, lookAt, progress };
    return eachOwner(own, signal, (owner, tally) => passOver(deps, owner, tally), options.owner);
  };
  return {
    day,
    recent: (signal) =>
      eachOwner(context, signal, (owner, tally) =>
        recentOf(context, memory, owner, (place) => day(place, { signal }), tally),
      ),
    full: (signal, options = {}) => pass('files', signal, options),
    names: (signal, options = {}) => pass('names', signal, options),
    counts: findings.counts,
  };
}

type Outcome = (
  context: LookContext,
  memory: ReconcileMemory,
  place: DayPlace,
  options: DayOptions,
) => Promise<DayOutcome>;

function contextFor(context: LookContext, { trial = false, told }: PassOptions): LookContext {
  if (trial) return trialContext(context, createTrialFindings(told ?? (() => undefined)));
  return told === undefined ? context : { ...context, findings: alsoTold(context.findings, told) };
}

/** One owner's trouble is not the others'. */
async function eachOwner(
  context: LookContext,
  signal: AbortSignal,
  act: (owner: Owner, tally: Tally) => Promise<void>,
  only?: Owner,
): Promise<ReconcileReport> {
  const tally = createTally();
  const unreadable = () => context.findings.met('folder_unreadable');
  const before = unreadable();
  for (const owner of await ownersOnDisk(context)) {
    if (signal.aborted) break;
    if (only !== undefined && owner !== only) continue;
    if (!(await volumePresent(context))) {
      context.log.error({}, NO_VOLUME);
      tally.failed(1);
      break;
    }
    try {
      await act(owner, tally);
    } catch (error) {
      context.log.error({ err: error, owner }, 'an owner could not be looked at');
      tally.failed(1);
    }
    await breathe();
  }
  tally.failed(unreadable() - before);
  return tally.report();
}

type LookAt = (place: DayPlace) => Promise<ReconcileReport>;

/** What cannot be looked at now (a full disk keeps the catalog from loading, say) keeps nobody else from it. */
async function look(
  context: LookContext,
  memory: ReconcileMemory,
  place: DayPlace,
  options: DayOptions,
): Promise<DayOutcome> {
  const failed = {
    report: { ...createTally().report(), failed: 1, again: RECOVERY },
    agrees: false,
    gone: false,
  };
  if (!(await volumePresent(context))) {
    context.log.error({}, NO_VOLUME);
    return failed;
  }
  try {
    return await lookAtDay(context, memory.of(place), place, options);
  } catch (error) {
    const path = dayFolder(place.owner, place.kind, place.day);
    context.log.warn({ err: error, path }, 'a day folder could not be looked at');
    return failed;
  }
}

/** Owners without anything in the window cost a few looks at names, and are not loaded. */
async function recentOf(
  context: LookContext,
  memory: ReconcileMemory,
  owner: Owner,
  lookAt: LookAt,
  tally: Tally,
): Promise<void> {
  for (const kind of KINDS) {
    for (const day of recentDays(context.storage.now())) {
      const place = { owner, kind, day };
      if (await worthALook(context, memory, place)) tally.addReport(await lookAt(place));
    }
  }
}

/** A folder that was never seen and is not there has nothing to tell; one that vanished has. */
async function worthALook(context: LookContext, memory: ReconcileMemory, place: DayPlace): Promise<boolean> {
  if (memory.peek(place)?.lookedAt !== undefined) return true;
  try {
    return (await statOf(context.storage, dayFolder(place.owner, place.kind, place.day))) !== undefined;
  } catch {
    return true;
  }
}

/** Runs what is asked under one key one after another. */
function createTurns(): <T>(key: string, act: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, act) => {
    const before = last.get(key);
    const mine = (before ?? Promise.resolve()).then(act, act);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
