import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { KirokuError } from '../domain/errors.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { JwtAlgorithm, JwtRules } from '../domain/jwt-rules.ts';

export interface JwtDeps {
  readonly rules: JwtRules;
  /** The provider's present keys (RFC 7517); asked with the key that is wanted, so that new ones are fetched. */
  readonly keys: (kid: string | undefined) => Promise<readonly JsonObject[]>;
  /** ms since the epoch. */
  readonly now: () => number;
}

export interface JwtVerifier {
  /**
   * What the pinned issuer calls the bearer.
   * @throws KirokuError `unauthorized`, saying nothing of what is wrong; whatever fetching the keys throws
   */
  subject(token: string): Promise<string>;
}

interface Scheme {
  readonly kty: 'RSA' | 'EC' | 'OKP';
  readonly crv?: string;
  readonly digest: string | null;
  readonly pss?: true;
}

const SCHEMES: Readonly<Record<JwtAlgorithm, Scheme>> = {
  RS256: { kty: 'RSA', digest: 'sha256' },
  RS384: { kty: 'RSA', digest: 'sha384' },
  RS512: { kty: 'RSA', digest: 'sha512' },
  PS256: { kty: 'RSA', digest: 'sha256', pss: true },
  PS384: { kty: 'RSA', digest: 'sha384', pss: true },
  PS512: { kty: 'RSA', digest: 'sha512', pss: true },
  ES256: { kty: 'EC', crv: 'P-256', digest: 'sha256' },
  ES384: { kty: 'EC', crv: 'P-384', digest: 'sha384' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', digest: null },
};

/** What clocks may differ by, s. */
const TOLERANCE = 60;
const MAX_TOKEN = 8_192;
const MIN_RSA_BITS = 2_048;
const FORM = /^[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}$/;

/** Whether a text has the form of a signed token (RFC 7515, compact). Proves nothing. */
export function looksLikeJwt(text: string): boolean {
  return text.length <= MAX_TOKEN && FORM.test(text);
}

/**
 * Judges tokens of one issuer (RFC 7519, with the advice of RFC 8725): the algorithm is one of ours and fits the key,
 * the key is the issuer's, `iss`, `aud`, `exp`, `nbf` and `iat` are right. A header's own keys and addresses of keys are
 * never looked at, and a header with `crit` is refused.
 */
export function createJwtVerifier({ rules, keys, now }: JwtDeps): JwtVerifier {
  return {
    async subject(token) {
      if (!looksLikeJwt(token)) throw refused();
      const [head = '', body = '', signature = ''] = token.split('.');
      const header = objectIn(head);
      const algorithm = rules.algorithms.find((known) => known === header['alg']);
      const kid = header['kid'];
      if (algorithm === undefined || 'crit' in header) throw refused();
      if (kid !== undefined && typeof kid !== 'string') throw refused();
      const fitting = (await keys(kid)).filter((key) => fits(key, algorithm, kid));
      const [key] = fitting;
      // without a name it must be clear which one is meant
      if (key === undefined || fitting.length > 1) throw refused();
      const signed = Buffer.from(`${head}.${body}`, 'latin1');
      if (!isSigned(algorithm, key, signed, bytesIn(signature))) throw refused();
      return subjectOf(objectIn(body), rules, now() / 1000);
    },
  };
}

function fits(key: JsonObject, algorithm: JwtAlgorithm, kid: string | undefined): boolean {
  const { kty, crv } = SCHEMES[algorithm];
  if (key['kty'] !== kty || (crv !== undefined && key['crv'] !== crv)) return false;
  if (kid !== undefined && key['kid'] !== kid) return false;
  if (key['use'] !== undefined && key['use'] !== 'sig') return false;
  return key['alg'] === undefined || key['alg'] === algorithm;
}

function isSigned(algorithm: JwtAlgorithm, jwk: JsonObject, data: Buffer, signature: Buffer): boolean {
  const { kty, digest, pss } = SCHEMES[algorithm];
  try {
    const key = publicKeyOf(jwk);
    if (kty === 'RSA' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) return false;
    if (kty === 'EC') return verify(digest, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
    if (pss !== true) return verify(digest, data, key, signature);
    const padding = {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    };
    return verify(digest, data, { key, ...padding }, signature);
  } catch {
    // a key that is none
    return false;
  }
}

/** Of its public members only: a set that holds private ones was published by mistake. */
function publicKeyOf({ kty, crv, n, e, x, y }: JsonObject): KeyObject {
  const members = Object.entries({ kty, crv, n, e, x, y }).filter(([, value]) => typeof value === 'string');
  return createPublicKey({ key: Object.fromEntries(members), format: 'jwk' });
}

function subjectOf(claims: JsonObject, rules: JwtRules, seconds: number): string {
  const { iss, aud, exp, nbf, iat } = claims;
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (iss !== rules.issuer || !audiences.includes(rules.audience)) throw refused();
  if (typeof exp !== 'number' || seconds >= exp + TOLERANCE) throw refused();
  for (const time of [nbf, iat]) {
    if (time !== undefined && (typeof time !== 'number' || seconds < time - TOLERANCE)) throw refused();
  }
  const subject = Object.hasOwn(claims, rules.claim) ? claims[rules.claim] : undefined;
  if (typeof subject !== 'string' || subject === '') throw refused();
  return subject;
}

/** One spelling for each: what Node would forgive is refused. */
function bytesIn(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw refused();
  return bytes;
}

function objectIn(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesIn(text)));
  } catch {
    throw refused();
  }
  if (isJsonObject(value)) return value;
  throw refused();
}

function refused(): KirokuError {
  return new KirokuError('unauthorized', 'This login is not accepted. Sign in again.');
}
