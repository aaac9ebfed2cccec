import { errno } from '../../../src/storage/errno.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { type Changing, observeStorage } from '../../support/storage/observed-storage.ts';

/** One disk under processes that live one after another: what a dead one still tries reaches nothing. */
export interface Lives {
  /** How many there were. */
  readonly count: number;
  readonly isAlive: boolean;
  /** The disk as the next process has it. */
  next(): Storage;
  /** The present one dies at its changing call of this number from now on. */
  endIn(calls: number): void;
  /** It dies now, if it has not yet. */
  end(): void;
}

/** @param before told of every changing call of a living process just before it is made */
export function createLives(disk: Storage, before: (call: Changing) => void): Lives {
  let count = 0;
  let isAlive = false;
  let left = Number.POSITIVE_INFINITY;
  return {
    get count() {
      return count;
    },
    get isAlive() {
      return isAlive;
    },
    next() {
      count += 1;
      isAlive = true;
      left = Number.POSITIVE_INFINITY;
      const mine = count;
      return observeStorage(disk, (call) => {
        if (mine === count) left -= 1;
        if (left <= 0) isAlive = false;
        if (mine !== count || !isAlive) throw errno('EIO', call, '');
        before(call);
      });
    },
    endIn(calls) {
      left = calls;
    },
    end() {
      isAlive = false;
    },
  };
}
