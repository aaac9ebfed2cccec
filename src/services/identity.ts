import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { isGuest, isOwner, type Owner } from '../domain/owner.ts';

/**
 * Issues and checks the value of the identity cookie: `anon-<32 hex>.<key id>.<issued>.<MAC>`. Pure: no HTTP, no
 * disk. The MAC binds purpose, cookie name, owner, key and time, so a value made for anything else is no identity.
 */
export interface Identity {
  /** A new owner of its own, and the cookie value that proves it. */
  create(): Issued;
  /** A fresh value for an owner that has proved itself. */
  issue(owner: Owner): Issued;
  /** Undefined for anything that is not, byte for byte, a value we made with a key still in the ring. */
  verify(value: string): Verified | undefined;
}

export interface Issued {
  readonly owner: Owner;
  readonly value: string;
}

export interface Verified {
  readonly owner: Owner;
  /** ms since the epoch. */
  readonly issuedAt: number;
  /** False when an older key of the ring made it: time for a new value. */
  readonly current: boolean;
}

export interface IdentityDeps {
  /** Secrets; the first signs, all verify. */
  readonly keys: readonly string[];
  /** ms since the epoch. */
  readonly now: () => number;
  /** That many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

interface RingKey {
  readonly id: string;
  readonly secret: Buffer;
}

export const IDENTITY_COOKIE = 'anon_id';
const PURPOSE = 'kiroku/identity-cookie/v1';
const VALUE = /^(anon-[0-9a-f]{32})\.([0-9a-f]{8})\.(0|[1-9][0-9]{0,10})\.([A-Za-z0-9_-]{43})$/;

/** The cookie's maker and judge. Throws a RangeError when there is no key. */
export function createIdentity(deps: IdentityDeps): Identity {
  const ring = deps.keys.map(deriveKey);
  const [signing] = ring;
  if (signing === undefined) throw new RangeError('identity: at least one key is needed');
  const issue = (owner: Owner): Issued => {
    const issued = String(Math.max(0, Math.floor(deps.now() / 1000)));
    return { owner, value: `${owner}.${signing.id}.${issued}.${macOf(signing, owner, issued)}` };
  };
  return {
    issue,
    create: () => issue(newGuest(deps.random)),
    verify(value) {
      const match = VALUE.exec(value);
      if (match === null) return undefined;
      const [, owner = '', keyId, issued = '', mac = ''] = match;
      const key = ring.find((candidate) => candidate.id === keyId);
      if (key === undefined || !isOwner(owner) || !isGuest(owner)) return undefined;
      // The text of the MAC is compared, not its bytes: base64url has several spellings of the same bytes.
      if (!timingSafeEqual(Buffer.from(mac, 'latin1'), Buffer.from(macOf(key, owner, issued), 'latin1'))) {
        return undefined;
      }
      return { owner, issuedAt: Number(issued) * 1000, current: key === signing };
    },
  };
}

function deriveKey(secret: string): RingKey {
  const derived = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
  return {
    id: createHash('sha256').update('key id\0').update(derived).digest('hex').slice(0, 8),
    secret: derived,
  };
}

function macOf(key: RingKey, owner: string, issued: string): string {
  return createHmac('sha256', key.secret)
    .update(`${PURPOSE}\n${IDENTITY_COOKIE}\n${owner}\n${key.id}\n${issued}`)
    .digest('base64url');
}

function newGuest(random: IdentityDeps['random']): Owner {
  const owner = `anon-${Buffer.from(random(16)).toString('hex')}`;
  if (!isOwner(owner) || !isGuest(owner)) throw new RangeError('identity: 16 random bytes are needed');
  return owner;
}
