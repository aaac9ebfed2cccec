import { manifestKey, ownerFolder } from '../../domain/key.ts';
import type { Log } from '../../domain/log.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import type { Storage } from '../../storage/storage.ts';
import { recentDays } from './reconcile.ts';
import { breathe, eachLimited } from './reconcile-batch.ts';
import { statOf } from './reconcile-guards.ts';
import type { DayPlace } from './reconcile-types.ts';
import { isStructural, targetsOf, USERS, type WatchTarget } from './watch-plan.ts';
import type { WatchSet } from './watch-set.ts';
import type { Timers } from './watch-timers.ts';

/** Decides which owners' folders are watched, and keeps that true while folders come and go. */
export interface WatchOwners {
  /** Looks for every owner's folders again; resolves when the watches are asked for. */
  planAll(): Promise<void>;
  /** An owner's folder appeared (or went). */
  appeared(owner: Owner): void;
  /** Something changed in one of an owner's folders above the days. */
  changed(target: WatchTarget, owner: Owner, name: string | undefined): void;
  /** The owner's pictures changed through us. */
  active(owner: Owner): void;
  /** Somebody works in the owner's folders. */
  touch(owner: Owner): void;
  /** Owners beyond the bound. */
  leftOut(): number;
  stop(): Promise<void>;
}

export interface WatchOwnersDeps {
  readonly storage: Storage;
  readonly log: Log;
  readonly maxOwners: number;
  readonly timers: Timers;
  readonly signal: AbortSignal;
  /** Undefined while nothing can be watched. */
  watches(): WatchSet | undefined;
  /** Looks at a folder that is watched from now on, after so many ms. */
  lookAt(place: DayPlace, delay: number): void;
}

/** Folders come in bursts (`mkdir -p`), ms. */
const SETTLE = 20;
/**
 * A watch on a folder of folders is asked for and begins a moment later: what appears in between is found by planning
 * again, ms. inotify(7): entries may exist in a new folder before its watch does.
 */
const REPLANS = [300, 1_500];
/** At a start, looks give way to the first requests, ms. */
const START_LOOK = 1_500;

export function createWatchOwners(deps: WatchOwnersDeps): WatchOwners {
  const known = new Set<Owner>();
  /** Watched owners, the most recently active last. */
  const watched = new Set<Owner>();
  const due = new Set<Owner>();
  let scheduled = false;
  let started = false;
  let running: Promise<void> = Promise.resolve();

  function planSoon(owner: Owner): void {
    due.add(owner);
    if (scheduled) return;
    scheduled = true;
    deps.timers.after(SETTLE, () => {
      scheduled = false;
      void inTurn(planDue);
    });
  }

  function inTurn(act: () => Promise<void>): Promise<void> {
    running = running.then(act).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'the folders to watch could not be read');
    });
    return running;
  }

  async function planDue(): Promise<void> {
    const owners = [...due];
    due.clear();
    for (const owner of owners) {
      if (deps.signal.aborted) return;
      await plan(owner);
      await breathe();
    }
  }

  async function readOwners(): Promise<void> {
    deps.watches()?.add(USERS);
    known.clear();
    for (const entry of await deps.storage.readFolder(USERS.path)) {
      if (entry.type === 'folder' && isOwner(entry.name)) known.add(entry.name);
    }
    const chosen = new Set(await mostActive(deps, [...known]));
    for (const owner of watched) if (!chosen.has(owner)) forget(owner);
    for (const owner of chosen) due.add(owner);
    await planDue();
    started = true;
  }

  function forget(owner: Owner): void {
    watched.delete(owner);
    deps.watches()?.drop(ownerFolder(owner));
  }

  function admit(owner: Owner): void {
    known.add(owner);
    watched.delete(owner);
    watched.add(owner);
    const oldest = watched.values().next();
    if (watched.size > deps.maxOwners && oldest.done !== true) forget(oldest.value);
  }

  /** Watches what exists of the owner's folders, and looks into the days that are new to us. */
  async function plan(owner: Owner): Promise<void> {
    admit(owner);
    const targets = targetsOf(owner, recentDays(deps.storage.now()));
    const absent = new Set<string>();
    let added = false;
    for (const target of targets) {
      const parent = target.path.slice(0, target.path.lastIndexOf('/'));
      const there = !absent.has(parent) && (await isFolder(deps.storage, target.path));
      const watches = deps.watches();
      if (watches === undefined) return;
      if (!there) {
        absent.add(target.path);
        watches.drop(target.path);
      } else if (watches.add(target)) {
        added = true;
        if (target.place !== undefined) deps.lookAt(target.place, started ? 0 : START_LOOK);
      }
    }
    deps.watches()?.keepOnly(owner, new Set(targets.map((target) => target.path)));
    if (!added) return;
    for (const delay of REPLANS) deps.timers.after(delay, () => planSoon(owner));
  }

  function touch(owner: Owner): void {
    if (watched.delete(owner)) watched.add(owner);
  }

  return {
    planAll: () => inTurn(readOwners),
    appeared(owner) {
      deps.watches()?.drop(ownerFolder(owner));
      planSoon(owner);
    },
    changed(target, owner, name) {
      if (name !== undefined && !isStructural(name)) return;
      // It may have been taken away and made again: a watch on the old one would stay silent.
      if (name !== undefined) deps.watches()?.drop(`${target.path}/${name}`);
      planSoon(owner);
    },
    active(owner) {
      if (watched.has(owner)) touch(owner);
      else planSoon(owner);
    },
    touch,
    leftOut: () => known.size - watched.size,
    stop: () => running,
  };
}

/** The owners whose manifests changed last, if there are too many. */
async function mostActive(deps: WatchOwnersDeps, owners: readonly Owner[]): Promise<readonly Owner[]> {
  if (owners.length <= deps.maxOwners) return owners;
  const times = new Map<Owner, number>();
  await eachLimited(owners, 8, deps.signal, async (owner) => {
    const stat = await statOf(deps.storage, manifestKey(owner)).catch(() => undefined);
    times.set(owner, stat?.mtime ?? 0);
  });
  const latest = [...owners].sort((a, b) => (times.get(b) ?? 0) - (times.get(a) ?? 0));
  return latest.slice(0, deps.maxOwners).reverse();
}

async function isFolder(storage: Storage, path: string): Promise<boolean> {
  return (await statOf(storage, path).catch(() => undefined))?.type === 'folder';
}
