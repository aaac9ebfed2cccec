import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Owner } from '../domain/owner.ts';

/** What a link's signature binds. */
export interface ShareClaims {
  readonly sid: string;
  readonly owner: Owner;
  readonly ids: readonly string[];
  /** Seconds since the epoch. */
  readonly expires: number;
}

export interface ShareSigner {
  /** `s1.<key id>.<sid>.<MAC>` */
  sign(claims: ShareClaims): string;
  /** The sid that a token names, if it has the form of one; proves nothing. */
  sidOf(token: string): string | undefined;
  /** Whether a key of the ring made this token for exactly these claims. */
  verify(token: string, claims: ShareClaims): boolean;
}

const PURPOSE = 'kiroku/share-link/v1';
const TOKEN = /^s1\.([0-9a-f]{8})\.([0-9a-z]{26})\.([A-Za-z0-9_-]{43})$/;

/**
 * Signs links to shared pictures with a key of their own. The MAC binds purpose, version, key, share, owner, pictures
 * and expiry, so that a token made for anything else opens nothing (threat X1).
 * @param keys secrets; the first signs, all verify
 */
export function createShareSigner(keys: readonly string[]): ShareSigner {
  const ring = keys.map(deriveKey);
  const [signing] = ring;
  if (signing === undefined) throw new RangeError('shares: at least one key is needed');
  return {
    sign: (claims) => `s1.${signing.id}.${claims.sid}.${macOf(signing, claims)}`,
    sidOf: (token) => TOKEN.exec(token)?.[2],
    verify(token, claims) {
      const [, keyId, sid, mac = ''] = TOKEN.exec(token) ?? [];
      const key = ring.find(({ id }) => id === keyId);
      if (key === undefined || sid !== claims.sid) return false;
      // the text is compared, not its bytes: base64url has several spellings of the same bytes
      return timingSafeEqual(Buffer.from(mac, 'latin1'), Buffer.from(macOf(key, claims), 'latin1'));
    },
  };
}

interface RingKey {
  readonly id: string;
  readonly secret: Buffer;
}

function deriveKey(secret: string): RingKey {
  const derived = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
  return {
    id: createHash('sha256').update('key id\0').update(derived).digest('hex').slice(0, 8),
    secret: derived,
  };
}

function macOf(key: RingKey, { sid, owner, ids, expires }: ShareClaims): string {
  const bound = [PURPOSE, key.id, 'GET', sid, owner, String(expires), ...[...ids].sort()];
  return createHmac('sha256', key.secret).update(bound.join('\n')).digest('base64url');
}
