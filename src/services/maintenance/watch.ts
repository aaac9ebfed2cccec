import type { Catalog } from '../../catalog/catalog.ts';
import type { FolderWatchFactory } from '../../catalog/manifest/watcher.ts';
import type { Log } from '../../domain/log.ts';
import { isOwner } from '../../domain/owner.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Reconcile } from './reconcile-types.ts';
import { createWatchOwners } from './watch-owners.ts';
import type { WatchTarget } from './watch-plan.ts';
import { createLookQueue } from './watch-queue.ts';
import { createWatchSet, type WatchSet } from './watch-set.ts';
import { createTimers } from './watch-timers.ts';
import type { Watcher } from './watch-types.ts';

export interface WatcherDeps {
  readonly storage: Storage;
  readonly catalog: Catalog;
  readonly reconcile: Reconcile;
  readonly log: Log;
  /** How folders are watched: `createFolderWatch`. */
  readonly watch: FolderWatchFactory;
  /** Owners watched at most, the most recently active ones; each costs a few watches. */
  readonly maxOwners?: number;
  /** Between looks while there are no watches, ms. */
  readonly pollMs?: number;
}

const MAX_OWNERS = 500;
const POLL_MS = 3_000;
/** The plan is made again, and watching tried again, this often; and at midnight, when the window of days moves, ms. */
const REPLAN_MS = 600_000;
const DAY_MS = 86_400_000;
/** So many hints within `FLOOD_MS` can be more than the kernel's queue held: others may be lost, whatever the folder. */
const FLOOD = 4_000;
const FLOOD_MS = 2_000;

/**
 * Watches `users/`, the folders of recently active owners and their last days' folders, and has reconcile look where
 * something happened. Without watches (none left, none possible) it polls, and says so.
 */
export function createWatcher(deps: WatcherDeps): Watcher {
  const { storage, reconcile, log } = deps;
  const stopping = new AbortController();
  const timers = createTimers();
  const now = () => storage.now();
  const queue = createLookQueue({ reconcile, catalog: deps.catalog, log, now });
  let mode: 'watching' | 'polling' | 'stopped' = 'stopped';
  let reason: string | undefined;
  let set: WatchSet | undefined;
  let recent: Promise<void> | undefined;
  let hints = 0;
  let polls = 0;
  const owners = createWatchOwners({
    storage,
    log,
    maxOwners: deps.maxOwners ?? MAX_OWNERS,
    watches: () => set,
    timers,
    signal: stopping.signal,
    lookAt: queue.lookLater,
  });

  /** inotify(7) on IN_Q_OVERFLOW: look again at everything. libuv does not tell of it, so a flood has to do. */
  function countHint(): void {
    if (hints === 0) {
      timers.after(FLOOD_MS, () => {
        if (hints > FLOOD) void lookAtRecent();
        hints = 0;
      });
    }
    hints += 1;
  }

  function lookAtRecent(): Promise<void> {
    recent ??= reconcile
      .recent(stopping.signal)
      .then(
        () => {},
        (error: unknown) => log.error({ err: error }, 'a look at the last days failed'),
      )
      .finally(() => {
        recent = undefined;
      });
    return recent;
  }

  function hint(target: WatchTarget, name: string | undefined): void {
    countHint();
    if (target.place !== undefined) {
      owners.touch(target.place.owner);
      queue.hint(target.place, name);
    } else if (target.owner !== undefined) owners.changed(target, target.owner, name);
    else if (name === undefined) void owners.planAll();
    else if (isOwner(name)) owners.appeared(name);
  }

  function watchAll(): Promise<void> {
    reason = undefined;
    mode = 'watching';
    set = createWatchSet({ storage, log, watch: deps.watch, hint, exhausted: fallBack });
    return owners.planAll();
  }

  /** Too few watches is no reason to fall over: look every few seconds instead, and try again by and by. */
  function fallBack(error: unknown): void {
    if (mode !== 'watching') return;
    mode = 'polling';
    reason = `no watches (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'})`;
    log.warn({ err: error }, 'folders cannot be watched: looking every few seconds instead');
    const given = set;
    set = undefined;
    void given?.close();
    poll();
  }

  /** One after another: whenever watching was tried again in vain, the looks begin anew and the former ones end. */
  function poll(): void {
    if (mode !== 'polling') return;
    polls += 1;
    const mine = polls;
    const next = (): void => {
      if (mine === polls) poll();
    };
    void lookAtRecent().then(() => timers.after(deps.pollMs ?? POLL_MS, next));
  }

  function replanLater(): void {
    const toMidnight = DAY_MS - (now() % DAY_MS) + 1_000;
    timers.after(Math.min(REPLAN_MS, toMidnight), () => {
      void (mode === 'polling' ? watchAll() : owners.planAll());
      replanLater();
    });
  }

  const stopListening = deps.catalog.onChange((change) => {
    if (mode === 'watching') owners.active(change.owner);
  });
  async function stop(): Promise<void> {
    mode = 'stopped';
    stopping.abort();
    stopListening();
    timers.stop();
    await Promise.all([queue.stop(), owners.stop(), set?.close(), recent]);
    set = undefined;
  }

  return {
    async start(signal) {
      if (signal.aborted) return;
      signal.addEventListener('abort', () => void stop(), { once: true });
      replanLater();
      await watchAll();
    },
    stop,
    state() {
      const left = owners.leftOut();
      const degraded =
        reason ?? (left > 0 ? `${left} owners are looked at by the scheduled job only` : set?.failed());
      return { mode, watched: set?.size() ?? 0, ...(degraded === undefined ? {} : { degraded }) };
    },
  };
}
