import { KirokuError } from '../domain/errors.ts';

/** Lets a bounded number in at a time; a bounded number waits, in turn; the rest is told to come again. */
export interface Gate {
  /**
   * Resolves with the way out, which is safe to call twice.
   * @throws KirokuError `overloaded` when too many wait already, `aborted`
   */
  enter(signal?: AbortSignal): Promise<() => void>;
}

export interface GateOptions {
  /** Inside at once. */
  readonly active: number;
  /** Waiting at most. */
  readonly waiting: number;
  /** Seconds a refused caller is told to wait. */
  readonly retryAfter: number;
}

interface Waiter {
  admit(): void;
}

/** See `Gate`. */
export function createGate(options: GateOptions): Gate {
  let inside = 0;
  const queue = new Set<Waiter>();

  const leave = (): void => {
    const [next] = queue;
    if (next === undefined) inside -= 1;
    else next.admit();
  };
  const wayOut = (): (() => void) => {
    let left = false;
    return () => {
      if (!left) leave();
      left = true;
    };
  };

  return {
    async enter(signal) {
      if (signal?.aborted) throw aborted(signal);
      if (inside < options.active) {
        inside += 1;
        return wayOut();
      }
      if (queue.size >= options.waiting) {
        throw new KirokuError('overloaded', 'The server is busy. Try again in a moment.', {
          details: { retryAfter: options.retryAfter },
        });
      }
      await turn(queue, signal);
      return wayOut();
    },
  };
}

function turn(queue: Set<Waiter>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      queue.delete(waiter);
      signal?.removeEventListener('abort', giveUp);
    };
    const waiter: Waiter = {
      admit() {
        done();
        resolve();
      },
    };
    const giveUp = (): void => {
      done();
      reject(aborted(signal));
    };
    queue.add(waiter);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}

/** The failure of a caller that went away, and of long work that was told to stop. */
export function aborted(signal: AbortSignal | undefined): KirokuError {
  return new KirokuError('aborted', 'Stopped.', { cause: signal?.reason });
}
