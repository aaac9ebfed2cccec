import { createHash, timingSafeEqual } from 'node:crypto';
import { KirokuError } from '../../domain/errors.ts';
import type { Tokens } from '../deps.ts';
import type { RateLimit } from './rate-limit.ts';

export type TokenRole = 'service' | 'admin' | 'metrics';

/** Tells whose token a bearer header holds. Header only: a token in a URL ends in logs and histories. */
export interface TokenCheck {
  /**
   * @param bucket what failures are counted by. While it is over its limit no token is looked at, right or wrong.
   * @throws KirokuError `unauthorized` (the same for a wrong scheme, length or token), `rate_limited`
   */
  roleOf(authorization: string, bucket: string): TokenRole;
  /** Whether it is one of ours; nothing is counted, and nothing follows from it but who is asked next. */
  knows(authorization: string): boolean;
}

/** @param failures limit on wrong tokens. */
export function createTokenCheck(tokens: Tokens, failures: RateLimit): TokenCheck {
  const known: { role: TokenRole; digest: Buffer }[] = [
    { role: 'service', digest: digestOf(tokens.service) },
    { role: 'admin', digest: digestOf(tokens.admin) },
  ];
  if (tokens.metrics !== undefined) known.push({ role: 'metrics', digest: digestOf(tokens.metrics) });
  const find = (authorization: string): TokenRole | undefined => {
    const sent = digestOf(/^bearer +([\x21-\x7e]{1,1024})$/i.exec(authorization)?.[1] ?? '');
    // Digests are compared: equal length whatever was sent, and every one of them, whatever matched.
    let role: TokenRole | undefined;
    for (const candidate of known) if (timingSafeEqual(candidate.digest, sent)) role ??= candidate.role;
    return role;
  };
  return {
    knows: (authorization) => find(authorization) !== undefined,
    roleOf(authorization, bucket) {
      failures.check(bucket);
      const role = find(authorization);
      if (role !== undefined) return role;
      failures.take(bucket);
      throw new KirokuError('unauthorized', 'This token is not accepted.');
    },
  };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
