import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { JWTVerifyGetKey } from 'jose';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createJwks } from '../../src/services/jwks.ts';

/** A provider's key: its public half, and what is signed with the private one. */
export interface LoginKey {
  readonly jwk: JsonObject;
  /** `kid: null` leaves the key's name out. */
  sign(header: JsonObject, claims: JsonObject): string;
}

export const ISSUER = 'https://login.example.org/';
export const AUDIENCE = 'kiroku';

/** What a provider publishes. */
export function published(keys: readonly JsonObject[]): JWTVerifyGetKey {
  return createJwks({
    url: new URL('keys', ISSUER),
    load: async () => ({ keys }),
    now: () => 0,
    log: silentLog,
  });
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function keyOf(kid: string, publicKey: KeyObject, make: (data: Buffer) => Buffer): LoginKey {
  const jwk: unknown = publicKey.export({ format: 'jwk' });
  if (!isJsonObject(jwk)) throw new Error('no key');
  return {
    jwk: { ...jwk, kid },
    sign(header, claims) {
      const members = Object.entries({ kid, ...header }).filter(([, value]) => value !== null);
      const signed = `${part(Object.fromEntries(members))}.${part(claims)}`;
      return `${signed}.${make(Buffer.from(signed)).toString('base64url')}`;
    },
  };
}

export function rsaKey(kid: string, bits = 2048): LoginKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return keyOf(kid, publicKey, (data) => sign('sha256', data, privateKey));
}

export function ecKey(kid: string, namedCurve = 'P-256'): LoginKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  return keyOf(kid, publicKey, (data) =>
    sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  );
}

export function edKey(kid: string): LoginKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return keyOf(kid, publicKey, (data) => sign(null, data, privateKey));
}

/** A token whose "signature" is a MAC keyed with this text, or nothing: what attackers send. */
export function forged(header: JsonObject, claims: JsonObject, secret?: string): string {
  const signed = `${part(header)}.${part(claims)}`;
  const mac = secret === undefined ? '' : createHmac('sha256', secret).update(signed).digest('base64url');
  return `${signed}.${mac}`;
}

export function claimsFor(sub: string, seconds: number, over: JsonObject = {}): JsonObject {
  return { iss: ISSUER, aud: AUDIENCE, sub, iat: seconds, exp: seconds + 600, ...over };
}
