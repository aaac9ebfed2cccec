import type { Catalog } from '../../catalog/catalog.ts';
import type { PictureId } from '../../domain/id.ts';
import { dayFolder } from '../../domain/key.ts';
import type { Log } from '../../domain/log.ts';
import { ownName } from './reconcile-listing.ts';
import type { DayPlace, Reconcile } from './reconcile-types.ts';

/** Looks run after this much quiet, and after at most `LATEST` in a burst, ms. */
const QUIET = 150;
const LATEST = 600;
/** More names than these: the whole folder is looked at. */
const MAX_NAMES = 256;
/** Whole folders are not looked at again sooner than this, ms. */
const WHOLE_AGAIN = 1_000;
/** Looks running side by side. */
const LOOKS = 2;
/** Own changes remembered; older ones are forgotten, and cost a cheap look. */
const MAX_OWN = 4_096;

interface Pending {
  readonly place: DayPlace;
  /** When each name was last heard of, ms; undefined: the whole folder. */
  names: Map<string, number> | undefined;
  readonly since: number;
  timer: NodeJS.Timeout | undefined;
}

export interface LookQueue {
  /** Something happened to this name, or to the folder as a whole. */
  hint(place: DayPlace, name: string | undefined): void;
  /** Looks at the whole folder after `delay` ms. */
  lookLater(place: DayPlace, delay: number): void;
  /** Nothing new starts; resolves when what runs has ended. */
  stop(): Promise<void>;
}

export interface LookQueueDeps {
  readonly reconcile: Reconcile;
  readonly catalog: Catalog;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Gathers hints by folder and runs looks, a bounded number at a time. Our own commits cost no look. */
export function createLookQueue(deps: LookQueueDeps): LookQueue {
  const stopping = new AbortController();
  const pending = new Map<string, Pending>();
  const later = new Set<NodeJS.Timeout>();
  const ready: Pending[] = [];
  const running = new Set<Promise<void>>();
  const own = new Map<PictureId, number>();
  const stopListening = deps.catalog.onChange((change) => {
    own.delete(change.id);
    own.set(change.id, deps.now());
    if (own.size > MAX_OWN) {
      const oldest = own.keys().next();
      if (oldest.done !== true) own.delete(oldest.value);
    }
  });

  function hint(place: DayPlace, name: string | undefined): void {
    if (stopping.signal.aborted || name === 'thumb') return;
    const now = deps.now();
    const key = dayFolder(place.owner, place.kind, place.day);
    const entry = pending.get(key) ?? { place, names: new Map(), since: now, timer: undefined };
    pending.set(key, entry);
    if (name === undefined) entry.names = undefined;
    else entry.names?.set(name, now);
    clearTimeout(entry.timer);
    const delay = Math.max(0, Math.min(QUIET, entry.since + LATEST - now));
    entry.timer = setTimeout(() => {
      pending.delete(key);
      ready.push(entry);
      pump();
    }, delay);
    entry.timer.unref();
  }

  function pump(): void {
    while (running.size < LOOKS && !stopping.signal.aborted) {
      const next = ready.shift();
      if (next === undefined) return;
      const run = look(next).finally(() => {
        running.delete(run);
        pump();
      });
      running.add(run);
    }
  }

  async function look({ place, names }: Pending): Promise<void> {
    const strange = names === undefined ? undefined : strangersIn(names, own);
    if (strange?.size === 0) return;
    const only = strange !== undefined && strange.size <= MAX_NAMES ? strange : undefined;
    try {
      const report = await deps.reconcile.day(place, {
        signal: stopping.signal,
        ...(only === undefined ? {} : { names: only }),
      });
      if (report.again === undefined) return;
      if (only === undefined) lookLater(place, Math.max(WHOLE_AGAIN, report.again));
      else
        after(report.again, () => {
          for (const name of only) hint(place, name);
        });
    } catch (error) {
      deps.log.error({ err: error }, 'a look at a day folder failed');
    }
  }

  function after(delay: number, act: () => void): void {
    if (stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      later.delete(timer);
      act();
    }, delay);
    timer.unref();
    later.add(timer);
  }

  function lookLater(place: DayPlace, delay: number): void {
    after(delay, () => hint(place, undefined));
  }

  return {
    hint,
    lookLater,
    async stop() {
      stopping.abort();
      stopListening();
      for (const entry of pending.values()) clearTimeout(entry.timer);
      for (const timer of later) clearTimeout(timer);
      pending.clear();
      later.clear();
      ready.length = 0;
      await Promise.all(running);
    },
  };
}

/**
 * The names that somebody else may have touched: all but those last heard of before our own commit of the picture
 * ended. Its files are in place by then, so the system has told of them; a hint that comes later costs a cheap look.
 */
function strangersIn(
  names: ReadonlyMap<string, number>,
  own: ReadonlyMap<PictureId, number>,
): ReadonlySet<string> {
  const strangers = new Set<string>();
  for (const [name, heard] of names) {
    const picture = ownName(name);
    const changed = picture === undefined ? undefined : own.get(picture.id);
    if (changed === undefined || heard > changed) strangers.add(name);
  }
  return strangers;
}
