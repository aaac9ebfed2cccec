import { KirokuError } from '../../domain/errors.ts';

/** Counts by key. Synchronous on purpose: a promise per request would cost the hot path its fast answer. */
export interface RateLimit {
  /** @throws KirokuError `rate_limited` with the seconds to wait. */
  take(key: string): void;
  /** The same question without counting. */
  check(key: string): void;
}

export interface RateLimitOptions {
  /** Requests per minute, which is also the burst; 0 switches the limit off. */
  readonly perMinute: number;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Keys remembered at most; the ones that were quiet longest are forgotten first. */
  readonly maxKeys?: number;
  readonly message: string;
}

const MINUTE = 60_000;

/**
 * A token bucket kept as one number a key: the time at which its bucket will be full again (GCRA,
 * https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
 */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  if (options.perMinute <= 0) return { take() {}, check() {} };
  const cost = MINUTE / options.perMinute;
  const maxKeys = options.maxKeys ?? 100_000;
  const fullAt = new Map<string, number>();
  const after = (key: string): number => {
    const now = options.now();
    // A clock that was set back must not lock anybody out for longer than an empty bucket takes to fill.
    // Written down at once: a refused caller would otherwise wait for the old time to come again.
    const known = fullAt.get(key) ?? 0;
    if (known > now + MINUTE) fullAt.set(key, now + MINUTE);
    const next = Math.min(Math.max(known, now), now + MINUTE) + cost;
    // Half a cost of slack: sums of fractions must not refuse the last token of a burst.
    if (next - now > MINUTE + cost / 2) {
      const retryAfter = Math.max(1, Math.ceil((next - now - MINUTE) / 1000));
      throw new KirokuError('rate_limited', options.message, { details: { retryAfter } });
    }
    return next;
  };
  return {
    check(key) {
      after(key);
    },
    take(key) {
      const next = after(key);
      if (!fullAt.delete(key) && fullAt.size >= maxKeys) {
        const [oldest] = fullAt.keys();
        if (oldest !== undefined) fullAt.delete(oldest);
      }
      fullAt.set(key, next);
    },
  };
}
