import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { KirokuError } from '../domain/errors.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { Log } from '../domain/log.ts';

export interface JwksDeps {
  /** Where the key set is, for `jose`; `load` is what reads it. */
  readonly url: URL;
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
/** A provider that could not be reached is left alone so long, ms. */
const AWAY_MS = 10_000;
const MAX_KEYS = 100;

/**
 * A provider's keys, kept by `jose`. They are read again beside the logins that need nothing new, so a provider that cannot be
 * reached leaves the ones we have: `jose` alone would refuse every login once its own are ten minutes old.
 * @returns finds the key that a token's header names
 * @throws KirokuError `overloaded` from it, when the keys that are needed could not be read; errors of `jose` for a key
 * that is not the provider's
 */
export function createJwks({ url, load, now, log }: JwksDeps): JWTVerifyGetKey {
  let known = false;
  let asked = now();
  let failed = Number.NEGATIVE_INFINITY;

  const read = async (): Promise<Response> => {
    asked = now();
    if (Math.abs(asked - failed) < AWAY_MS) throw away();
    try {
      const keys = keysIn(await load());
      known = true;
      return Response.json({ keys });
    } catch (error) {
      failed = now();
      log.error({ err: error }, 'the keys of logins cannot be read: the former ones are used');
      throw away(error);
    }
  };
  const set = createRemoteJWKSet(url, {
    cooldownDuration: AGAIN_MS,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    [customFetch]: read,
  });

  return (header, token) => {
    if (known && Math.abs(now() - asked) >= FRESH_MS) {
      // told of by read(), and tried again in ten minutes
      void set.reload().catch(() => undefined);
    }
    return set(header, token);
  };
}

/** @throws KirokuError `invalid_config` */
function keysIn(set: unknown): readonly JsonObject[] {
  const keys = isJsonObject(set) ? set['keys'] : undefined;
  if (!Array.isArray(keys)) throw new KirokuError('invalid_config', 'AUTH_JWKS: not a set of keys.');
  return keys.filter(isJsonObject).slice(0, MAX_KEYS);
}

function away(cause?: unknown): KirokuError {
  return new KirokuError('overloaded', 'Logins cannot be checked at the moment.', {
    details: { retryAfter: AWAY_MS / 1000 },
    cause,
  });
}
