import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { fromErrno, KirokuError } from '../../domain/errors.ts';
import { manifestKey } from '../../domain/key.ts';
import type { Owner } from '../../domain/owner.ts';
import { commitBatch } from './commit.ts';
import { startCompaction } from './compaction.ts';
import { Lane } from './lane.ts';
import { loadStore } from './load.ts';
import { LoadGate } from './load-gate.ts';
import { Snapshots } from './snapshots.ts';
import { type ManifestContext, OwnerStore } from './store.ts';

/** One owner in memory. */
export interface Held {
  readonly store: OwnerStore;
  readonly lane: Lane;
  /** Who works with it now: it is not dropped before they are done. */
  users: number;
}

/** An owner that is being read into memory. */
interface Coming {
  readonly held: Promise<Held>;
  /** Who waits for it: each of them works with it from the moment it is there, so that nothing drops it in between. */
  waiting: number;
}

/** How long a stop waits for loads to notice it, ms. */
const STOP_MS = 1_000;
/** Owners known to have nothing; costs a name each. */
const MOST_EMPTY = 10_000;

export interface OwnersOptions {
  /** Bytes of indexes and rings that may stay in memory while nobody works with them. */
  readonly indexMaxBytes: number;
  /** ms; undefined after a clean stop. */
  readonly unsettledSince: number | undefined;
}

/**
 * Owners by name: loaded when asked for, once at a time, and dropped when they were not used for longest and memory is
 * short. One with work in flight, or with anything left to settle, is never dropped.
 */
export class Owners {
  private readonly context: ManifestContext;
  private readonly busy = new Map<Owner, Held>();
  private readonly idle: LRUCache<Owner, Held>;
  /** Bounded by size: a bound by count takes all of its memory at once. */
  private readonly empty = new LRUCache<Owner, true>({ maxSize: MOST_EMPTY, sizeCalculation: () => 1 });
  private readonly loading = new Map<Owner, Coming>();
  private readonly closing = new Set<Promise<void>>();
  private readonly gate = new LoadGate();
  private readonly stopping = new AbortController();
  readonly snapshots: Snapshots;
  /** Owners of an unclean stop that have been compared since; undefined when none needs to be. */
  private readonly unsettledSince: number | undefined;
  private readonly settled = new Set<Owner>();

  constructor(context: ManifestContext, options: OwnersOptions) {
    this.context = context;
    this.snapshots = new Snapshots(context);
    this.unsettledSince = options.unsettledSince;
    this.idle = new LRUCache({
      maxSize: Math.max(1, options.indexMaxBytes),
      sizeCalculation: ({ store }) => store.bytes,
      dispose: (held, _owner, reason) => {
        if (reason !== 'delete') this.drop(held);
      },
    });
  }

  /** The owner if it is in memory: for answers that need no waiting. */
  peek(owner: Owner): OwnerStore | undefined {
    return (this.busy.get(owner) ?? this.idle.get(owner))?.store;
  }

  /** True when the owner is known to have nothing, and nobody is about to change that. */
  isEmpty(owner: Owner): boolean {
    return this.empty.has(owner) && !this.busy.has(owner);
  }

  /** Runs `work` with the owner in memory. */
  async use<T>(owner: Owner, work: (held: Held) => Promise<T>): Promise<T> {
    const held = await this.take(owner);
    try {
      return await work(held);
    } finally {
      this.giveBack(owner, held);
    }
  }

  /** The same for a question: an owner who has nothing is not kept. */
  async ask<T>(owner: Owner, work: (held: Held) => Promise<T>): Promise<T> {
    if (this.isEmpty(owner)) return work(this.hold(new OwnerStore(owner, 0)));
    return this.use(owner, work);
  }

  get all(): Held[] {
    return [...this.busy.values(), ...this.idle.values()];
  }

  needsSettling(owner: Owner): boolean {
    return this.unsettledSince !== undefined && !this.settled.has(owner);
  }

  /** Nothing of this owner is left from before the start. */
  markSettled(owner: Owner): void {
    if (this.unsettledSince !== undefined) this.settled.add(owner);
  }

  /** Gives up what is being loaded: nobody may ask for an owner any more. */
  async stopLoading(): Promise<void> {
    this.stopping.abort();
    // one that makes a manifest anew does not look up for a while; it can be killed and repeated
    await Promise.race([
      Promise.allSettled(Array.from(this.loading.values(), ({ held }) => held)),
      delay(STOP_MS, undefined, { ref: false }),
    ]);
  }

  /** Waits for descriptors that are being closed. */
  async drain(): Promise<void> {
    await Promise.all(this.closing);
  }

  private async take(owner: Owner): Promise<Held> {
    const busy = this.busy.get(owner);
    if (busy !== undefined) {
      busy.users += 1;
      return busy;
    }
    const idle = this.idle.peek(owner);
    if (idle !== undefined) {
      this.idle.delete(owner);
      return this.pin(owner, idle);
    }
    const coming = this.loading.get(owner) ?? this.load(owner);
    coming.waiting += 1;
    return coming.held;
  }

  private pin(owner: Owner, held: Held): Held {
    this.busy.set(owner, held);
    held.users += 1;
    return held;
  }

  private async read(owner: Owner, since: number | undefined): Promise<OwnerStore> {
    const bytes = await sizeOf(this.context, owner);
    return this.gate.run(bytes, () => {
      if (this.stopping.signal.aborted) throw new KirokuError('draining', 'The server is stopping.');
      return loadStore(this.context, owner, since, this.stopping.signal);
    });
  }

  private load(owner: Owner): Coming {
    const since = this.needsSettling(owner) ? this.unsettledSince : undefined;
    const held = this.read(owner, since)
      .then((store) => {
        if (store.unrecovered === undefined && store.suspect === undefined) this.markSettled(owner);
        const fresh = this.hold(store);
        fresh.users = coming.waiting;
        this.loading.delete(owner);
        this.busy.set(owner, fresh);
        return fresh;
      })
      .catch((error: unknown) => {
        this.loading.delete(owner);
        throw fromErrno(error);
      });
    const coming: Coming = { held, waiting: 0 };
    this.loading.set(owner, coming);
    return coming;
  }

  private hold(store: OwnerStore): Held {
    const { owner } = store;
    const lane = new Lane(async (requests) => {
      // whoever asked is answered within, and gives the owner back: it stays until what follows has begun
      held.users += 1;
      try {
        await commitBatch(this.context, store, requests);
        startCompaction(this.context, store, lane, (work) => this.use(owner, work));
      } finally {
        this.giveBack(owner, held);
      }
    });
    const held: Held = { store, lane, users: 0 };
    return held;
  }

  private giveBack(owner: Owner, held: Held): void {
    held.users -= 1;
    const { store } = held;
    this.snapshotIfDue(owner, held);
    if (held.users > 0 || store.owed.size > 0) return;
    // read again from its file, one in doubt would be believed
    if (store.unrecovered !== undefined || store.suspect !== undefined) return;
    this.busy.delete(owner);
    if (store.file === undefined) {
      this.empty.set(owner, true);
      return;
    }
    this.empty.delete(owner);
    this.idle.set(owner, held);
    // larger than all that may stay
    if (this.idle.peek(owner) !== held) this.drop(held);
  }

  private snapshotIfDue(owner: Owner, held: Held): void {
    if (!this.snapshots.isDue(held.store)) return;
    this.snapshots.add(held.store, async (work) => {
      const isHere = (this.busy.get(owner) ?? this.idle.peek(owner)) === held;
      if (isHere) await this.use(owner, ({ lane }) => work(lane));
    });
  }

  private drop({ store }: Held): void {
    store.search?.retire();
    const { file } = store;
    if (file === undefined) return;
    const closed = this.snapshots
      .last(store)
      .then(() => file.retire())
      .catch((error: unknown) => {
        this.context.log.warn({ err: error }, 'a manifest could not be closed');
      })
      .finally(() => {
        this.closing.delete(closed);
      });
    this.closing.add(closed);
  }
}

/** Of the owner's manifest; 0 when there is none to be measured. */
async function sizeOf({ storage }: ManifestContext, owner: Owner): Promise<number> {
  try {
    return (await storage.stat(manifestKey(owner))).size;
  } catch {
    return 0;
  }
}
