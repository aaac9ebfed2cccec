import type { Change } from '../catalog/catalog.ts';
import type { Owner } from '../domain/owner.ts';

export type ChangeListener = (change: Change) => void;

/** Hands every committed change to those who listen for its owner. In process, typed, in `seq` order. */
export interface EventBus {
  publish(change: Change): void;
  /** Returns the way to stop listening. */
  subscribe(owner: Owner, listener: ChangeListener): () => void;
  /** How many listen, over all owners. */
  readonly listeners: number;
}

/** @param onError told of a listener that threw; the others, and the commit, go on */
export function createEventBus(onError: (error: unknown) => void = () => {}): EventBus {
  const byOwner = new Map<Owner, Set<ChangeListener>>();
  let listeners = 0;
  return {
    publish(change) {
      for (const listener of byOwner.get(change.owner) ?? []) {
        try {
          listener(change);
        } catch (error) {
          onError(error);
        }
      }
    },
    subscribe(owner, listener) {
      const set = byOwner.get(owner) ?? new Set();
      byOwner.set(owner, set.add(listener));
      listeners += 1;
      let subscribed = true;
      return () => {
        if (!subscribed) return;
        subscribed = false;
        listeners -= 1;
        set.delete(listener);
        if (set.size === 0 && byOwner.get(owner) === set) byOwner.delete(owner);
      };
    },
    get listeners() {
      return listeners;
    },
  };
}
