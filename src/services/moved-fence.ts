import type { Catalog, CommitResult, Mutation } from '../catalog/catalog.ts';
import { KirokuError } from '../domain/errors.ts';
import type { Owner } from '../domain/owner.ts';
import type { Moved } from './moved.ts';

/** A catalog in which nothing new is written for an owner that has gone. */
export interface MovedFence {
  /** @throws KirokuError from `commit`: `owner_moved`, for anything but a purge and the mark of one */
  readonly catalog: Catalog;
  /** Resolves when every change has ended that was let in before the owner was marked. */
  drained(owner: Owner): Promise<void>;
}

function ownerMoved(): KirokuError {
  return new KirokuError('owner_moved', 'This library has just been moved. Send it again.', {
    details: { retryAfter: 1 },
  });
}

type Edit = Extract<Mutation, { op: 'edit' | 'trash' | 'restore' }>;

/** The same edit, refused unless it marks the picture as on its way out. */
function marksAlone(mutation: Edit): Edit {
  return {
    ...mutation,
    change(current) {
      const next = mutation.change(current);
      if (next !== undefined && next.purging === undefined) throw ownerMoved();
      return next;
    },
  };
}

/**
 * Who was admitted under the old name may still be at work when the pictures are carried over: what was let in before
 * the mark is waited for, and what comes after it is refused. So no picture is left behind under a name that nobody
 * looks under any more.
 */
export function createMovedFence(catalog: Catalog, moved: Moved): MovedFence {
  const running = new Map<Owner, Set<Promise<unknown>>>();

  const enter = async (owner: Owner, mutation: Mutation): Promise<CommitResult> => {
    // Between the answer and the commit nothing may be waited for: a mark could come in between.
    while (moved.peek(owner) === undefined) await moved.resolve(owner);
    if (moved.peek(owner) !== owner) {
      if (mutation.op === 'edit') return catalog.commit(owner, marksAlone(mutation));
      throw ownerMoved();
    }
    const work = catalog.commit(owner, mutation);
    const own = running.get(owner) ?? new Set();
    running.set(owner, own.add(work));
    try {
      return await work;
    } finally {
      own.delete(work);
      if (own.size === 0 && running.get(owner) === own) running.delete(owner);
    }
  };

  return {
    catalog: {
      ...catalog,
      commit: (owner, mutation) =>
        mutation.op === 'purge' ? catalog.commit(owner, mutation) : enter(owner, mutation),
    },
    async drained(owner) {
      await Promise.allSettled(running.get(owner) ?? []);
    },
  };
}
