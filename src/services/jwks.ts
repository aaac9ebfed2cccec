import { KirokuError } from '../domain/errors.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { Log } from '../domain/log.ts';

export interface JwksDeps {
  /** The key set as it is published (RFC 7517). */
  readonly load: () => Promise<unknown>;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}

/** Keys are looked at again after this, ms. */
const FRESH_MS = 10 * 60_000;
/** And for a key that is not among them, at most so often: anybody can name one, ms. */
const AGAIN_MS = 60_000;
const MAX_KEYS = 100;

/**
 * A provider's keys, kept for a while. A provider that cannot be reached leaves the ones we have.
 * @returns gives the keys; `kid` is the one that is wanted, and a new one is looked for
 * @throws KirokuError `overloaded` from it, before there was ever a set
 */
export function createJwks({
  load,
  now,
  log,
}: JwksDeps): (kid: string | undefined) => Promise<readonly JsonObject[]> {
  let kept: readonly JsonObject[] | undefined;
  let asked = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  const ask = async (): Promise<void> => {
    asked = now();
    try {
      kept = keysIn(await load());
    } catch (error) {
      log.error({ err: error }, 'the keys of logins cannot be read: the former ones are used');
    }
  };

  return async (kid) => {
    const age = Math.abs(now() - asked);
    const unknown = kept === undefined || (kid !== undefined && !kept.some((key) => key['kid'] === kid));
    if (asking === undefined && age >= (unknown ? AGAIN_MS : FRESH_MS)) {
      asking = ask().finally(() => {
        asking = undefined;
      });
    }
    // whoever has a known key does not wait for newer ones
    if (unknown) await asking;
    if (kept !== undefined) return kept;
    throw new KirokuError('overloaded', 'Logins cannot be checked at the moment.', {
      details: { retryAfter: 60 },
    });
  };
}

/** @throws KirokuError `invalid_config` */
function keysIn(set: unknown): readonly JsonObject[] {
  const keys = isJsonObject(set) ? set['keys'] : undefined;
  if (!Array.isArray(keys)) throw new KirokuError('invalid_config', 'AUTH_JWKS: not a set of keys.');
  return keys.filter(isJsonObject).slice(0, MAX_KEYS);
}
