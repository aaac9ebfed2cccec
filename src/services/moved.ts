import { LRUCache } from 'lru-cache';
import { KirokuError } from '../domain/errors.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { isOwner, type Owner } from '../domain/owner.ts';
import { createLanes } from '../state/lanes.ts';
import type { StateStore } from '../state/state-store.ts';

/** Where owners went whose pictures were given to somebody else: `moved_to` of `owner.json`, followed to its end. */
export interface Moved {
  /**
   * Who acts under this name now: itself, for nearly everybody.
   * @throws KirokuError `tree_unreadable` for a damaged document or a circle: nobody can say whose the pictures are
   */
  resolve(owner: Owner): Promise<Owner>;
  /** The same at once when it is at hand, else undefined. */
  peek(owner: Owner): Owner | undefined;
  /**
   * Durably gives one name's place to another; again for the same two changes nothing. Resolves with the end of the
   * chain.
   * @throws KirokuError `invalid_parameter` for itself, for a circle, and for one that went to somebody else
   */
  mark(from: Owner, to: Owner): Promise<Owner>;
  /**
   * Who acts as this owner by now, the last ones to be moved first; at most 1,000.
   * @param since moved at this time or later, ms since the epoch; all without
   */
  formerNames(owner: Owner, since?: number): Promise<readonly Owner[]>;
  /** Called with each owner that has just gone, before `mark` resolves. */
  onMoved(listener: (from: Owner) => void): () => void;
}

export interface MovedDeps {
  readonly state: StateStore;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** One entry of `moved_from` in `owner.json`. */
interface Former {
  readonly owner: Owner;
  /** ms since the epoch. */
  readonly at: number;
}

/** Owners whose answer is kept; the others cost one small read. */
const KEPT = 20_000;
const MOST_FORMER = 1_000;
const MARKING = 'mark';

/** All marks go through here: what is kept in memory is as true as the documents. */
export function createMoved({ state, now }: MovedDeps): Moved {
  // bounded by size: a bound by count takes all of its memory at once
  const known = new LRUCache<Owner, Owner>({ maxSize: KEPT, sizeCalculation: () => 1 });
  const listeners = new Set<(from: Owner) => void>();
  const lanes = createLanes();
  /** Rises with each mark: what was read before it may be old. */
  let marks = 0;

  const next = async (owner: Owner): Promise<Owner | undefined> => {
    const to = (await state.readOwner(owner))?.['moved_to'];
    if (to === undefined || to === null) return undefined;
    if (typeof to === 'string' && isOwner(to)) return to;
    throw new KirokuError('tree_unreadable', 'It is not known where this library went.');
  };

  const follow = async (owner: Owner): Promise<Owner> => {
    const seen = new Set([owner]);
    let end = owner;
    for (let to = await next(end); to !== undefined; to = await next(end)) {
      if (seen.has(to)) throw new KirokuError('tree_unreadable', 'Libraries were moved in a circle.');
      seen.add(to);
      end = to;
    }
    return end;
  };

  const markNow = async (from: Owner, to: Owner): Promise<Owner> => {
    const target = await follow(to);
    if (target === from) throw refused('is the owner itself, or was moved to it.');
    const before = await next(from);
    if (before !== undefined) {
      if ((await follow(before)) === target) return target;
      throw refused('is not where this owner was moved to before.');
    }
    // Before the mark, which alone makes it true: one that never came is left out by whoever reads the list.
    const former = [{ owner: from, at: now() }, ...formerOf(await state.readOwner(from))];
    await state.updateOwner(target, (current) => ({ ...current, moved_from: withFormer(current, former) }));
    await state.updateOwner(from, (current) => ({ ...current, moved_to: target }));
    marks += 1;
    known.clear();
    known.set(from, target);
    for (const listener of listeners) listener(from);
    return target;
  };

  const resolve = async (owner: Owner): Promise<Owner> => {
    for (;;) {
      const kept = known.get(owner);
      if (kept !== undefined) return kept;
      const before = marks;
      const found = await follow(owner);
      if (before !== marks) continue;
      known.set(owner, found);
      return found;
    }
  };

  return {
    resolve,
    async formerNames(owner, since = 0) {
      const names: Owner[] = [];
      for (const former of formerOf(await state.readOwner(owner))) {
        if (former.at >= since && (await resolve(former.owner)) === owner) names.push(former.owner);
      }
      return names;
    },
    peek: (owner) => known.get(owner),
    mark: (from, to) => lanes.run(MARKING, () => markNow(from, to)),
    onMoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function formerOf(document: JsonObject | undefined): Former[] {
  const listed = document?.['moved_from'];
  if (!Array.isArray(listed)) return [];
  return listed.filter(isJsonObject).flatMap(({ owner, at }) => {
    return typeof owner === 'string' && isOwner(owner) && typeof at === 'number' ? [{ owner, at }] : [];
  });
}

/** The newest first, each name once. */
function withFormer(document: JsonObject, more: readonly Former[]): JsonObject[] {
  const names = new Set(more.map(({ owner }) => owner));
  const all = [...more, ...formerOf(document).filter(({ owner }) => !names.has(owner))];
  return all
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST_FORMER)
    .map(({ owner, at }) => ({ owner, at }));
}

function refused(why: string): KirokuError {
  return new KirokuError('invalid_parameter', `to: ${why}`, { details: { field: 'to' } });
}
