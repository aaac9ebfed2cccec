import { setTimeout as delay } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import { fromErrno } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import type { Owner } from '../domain/owner.ts';
import { breathe } from './maintenance/reconcile-batch.ts';
import { NUMBERS, type Numbers, numbersOf } from './owner-numbers.ts';
import type { KeptSummary, Stamp, SummaryStore } from './owner-summary-file.ts';

/** Every owner, with what is known of each: to be used before anything is waited for. */
export interface Summaries {
  /** Undefined: not counted yet. */
  readonly of: ReadonlyMap<Owner, Counted | undefined>;
  /** How many are not counted yet. */
  readonly pending: number;
  /** Changes whenever anything of it does. */
  readonly revision: number;
}

export interface OwnerSummaries {
  /**
   * What is known now. The first call begins to count what no earlier process has counted, and waits for it a moment:
   * owners need not be loaded for the others.
   * @throws KirokuError as the catalog
   */
  all(): Promise<Summaries>;
  /** Waits until everything is counted. */
  counted(): Promise<void>;
  /** Stops counting, and writes down what is known. Never throws. Before the catalog is closed. */
  close(): Promise<void>;
}

export interface OwnerSummariesDeps {
  readonly catalog: Pick<Catalog, 'usage' | 'owners' | 'onChange' | 'peekVersion'>;
  readonly store: SummaryStore;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** How long the first caller waits for what is not counted, ms. */
const PATIENCE = 250;
/** A change is counted by then at the latest, while its owner is likely still in memory, ms. */
const DELAY = 2_000;
/** Owners whose folders came or went without a change of ours are noticed as often, ms. */
const WALK_EVERY = 60_000;
const WRITE_EVERY = 5 * 60_000;
/** A manifest that has been still for so long has no line on its way, ms. */
const STILL = 60_000;
const STAMPS_AT_ONCE = 64;

/** What was counted of one owner. */
export interface Counted {
  readonly numbers: Numbers;
  /** Under which the manifest was counted; empty where an earlier process did. */
  readonly epoch: string;
  readonly stamp: Stamp | undefined;
}

/**
 * Counts and bytes of every owner, without loading any that has not changed since it was counted. Owners at work are
 * counted as their changes land; the others come from a file that says which manifest each line was counted from.
 */
export function createOwnerSummaries({ catalog, store, log, now }: OwnerSummariesDeps): OwnerSummaries {
  const known = new Map<Owner, Counted | undefined>();
  const changed = new Set<Owner>();
  const stop = new AbortController();
  let pending = 0;
  let revision = 0;
  let first: Promise<void> | undefined;
  let isReady = false;
  let trouble: unknown;
  let walked = Number.NEGATIVE_INFINITY;
  let written = now();
  let isWritten = true;
  let timer: NodeJS.Timeout | undefined;
  /** Counts one after the other: two of one owner could end in the wrong order. */
  let lane: Promise<void> = Promise.resolve();

  const off = catalog.onChange(({ owner }) => {
    // nobody has asked yet: the first count sees this too
    if (first === undefined) return;
    changed.add(owner);
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void inLane(countChanged).then(writeSometimes);
    }, DELAY);
    timer.unref();
  });

  function inLane(work: () => Promise<void>): Promise<void> {
    const done = lane.then(work).catch((error: unknown) => {
      if (!stop.signal.aborted) log.warn({ err: error }, 'owners could not be counted');
    });
    lane = done;
    return done;
  }

  function set(owner: Owner, next: Counted | undefined): void {
    if (known.has(owner) && known.get(owner) === undefined) pending -= 1;
    if (next === undefined) pending += 1;
    known.set(owner, next);
    revision += 1;
  }

  async function count(owner: Owner): Promise<void> {
    // first: what is counted is then this content, or a later one
    const stamp = await store.stamp(owner);
    const usage = await catalog.usage(owner);
    set(owner, { numbers: numbersOf(usage), epoch: usage.version.epoch, stamp });
    isWritten = false;
  }

  /** One that cannot be counted stays as it was, and is tried again. */
  async function tryCount(owner: Owner): Promise<void> {
    await count(owner).catch((error: unknown) => {
      changed.add(owner);
      log.warn({ owner, err: error }, 'an owner could not be counted');
    });
  }

  async function countChanged(): Promise<void> {
    for (const owner of [...changed]) {
      if (stop.signal.aborted) return;
      // before it is counted: a change that lands meanwhile puts it back
      changed.delete(owner);
      await tryCount(owner);
    }
  }

  async function readKept(): Promise<void> {
    const take = async ({ owner, stamp, numbers }: KeptSummary): Promise<void> => {
      const isAsked = known.has(owner) && known.get(owner) === undefined;
      if (!isAsked || numbers.length !== NUMBERS) return;
      const current = await store.stamp(owner);
      if (current?.text !== stamp) return;
      set(owner, { numbers: Float64Array.from(numbers), epoch: '', stamp: current });
    };
    let some: Promise<void>[] = [];
    for await (const summary of store.read()) {
      if (some.push(take(summary)) < STAMPS_AT_ONCE) continue;
      await Promise.all(some);
      some = [];
    }
    await Promise.all(some);
  }

  async function walk(): Promise<void> {
    walked = now();
    const there = new Set<Owner>();
    for await (const owner of catalog.owners()) {
      there.add(owner);
      const one = known.get(owner);
      if (one === undefined) set(owner, undefined);
      // made again from the sidecars, perhaps, which is no change of any picture; one look tells
      else if ((catalog.peekVersion(owner)?.epoch ?? one.epoch) !== one.epoch) changed.add(owner);
    }
    for (const owner of known.keys()) {
      if (there.has(owner)) continue;
      if (known.get(owner) === undefined) pending -= 1;
      known.delete(owner);
      revision += 1;
    }
  }

  async function countPending(): Promise<void> {
    for (const [owner, one] of known) {
      if (stop.signal.aborted) return;
      if (one !== undefined) continue;
      await tryCount(owner);
      await breathe();
    }
  }

  async function countAll(): Promise<void> {
    await walk();
    await readKept();
    await countPending();
    await countChanged();
    isReady = true;
    await writeSometimes();
  }

  function begin(): Promise<void> {
    trouble = undefined;
    return inLane(() =>
      countAll().catch((error: unknown) => {
        // the next caller tries again
        first = undefined;
        trouble = error;
        throw error;
      }),
    );
  }

  async function writeSometimes(): Promise<void> {
    if (now() - written >= WRITE_EVERY) await write();
  }

  async function write(): Promise<void> {
    if (isWritten) return;
    written = now();
    isWritten = true;
    await store.write(still()).catch((error: unknown) => {
      log.warn({ err: error }, 'the summary of owners could not be written');
    });
  }

  /**
   * Those whose manifest had no line on its way when it was counted: such a line would have become a change since.
   * The others are counted again by the next process, if they are not written later.
   */
  function* still(): Generator<KeptSummary> {
    const since = now() - STILL;
    for (const [owner, one] of known) {
      const { stamp } = one ?? {};
      if (one === undefined || stamp === undefined) continue;
      if (changed.has(owner) || stamp.mtime >= since) isWritten = false;
      else yield { owner, stamp: stamp.text, numbers: [...one.numbers] };
    }
  }

  async function counted(): Promise<void> {
    first ??= begin();
    await first;
    await lane;
    await inLane(countChanged);
  }

  return {
    counted,
    async all() {
      first ??= begin();
      if (!isReady) await Promise.race([first, delay(PATIENCE, undefined, { ref: false })]);
      if (trouble !== undefined) throw fromErrno(trouble);
      if (isReady && now() - walked >= WALK_EVERY) {
        walked = now();
        void inLane(walk).then(() => inLane(countPending));
      }
      if (isReady && changed.size > 0) await inLane(countChanged);
      return { of: known, pending, revision };
    },
    async close() {
      off();
      clearTimeout(timer);
      // the changed ones are in memory for the most part; the others would have to be loaded
      for (const owner of changed) if (catalog.peekVersion(owner) === undefined) changed.delete(owner);
      if (isReady) await inLane(countChanged);
      stop.abort();
      await lane;
      if (first !== undefined) await write();
    },
  };
}
