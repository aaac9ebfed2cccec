import { type JWTVerifyGetKey, type JWTVerifyResult, jwtVerify } from 'jose';
import { KirokuError } from '../domain/errors.ts';
import type { JwtRules } from '../domain/jwt-rules.ts';

export interface JwtDeps {
  readonly rules: JwtRules;
  /** Finds the provider's key that a token names. What it throws as a KirokuError is told to the bearer. */
  readonly keys: JWTVerifyGetKey;
  /** ms since the epoch. */
  readonly now: () => number;
}

export interface JwtVerifier {
  /**
   * What the pinned issuer calls the bearer.
   * @throws KirokuError `unauthorized`, saying nothing of what is wrong; what finding the keys throws
   */
  subject(token: string): Promise<string>;
}

/** What clocks may differ by, s. */
const TOLERANCE = 60;
const MAX_TOKEN = 8_192;
const FORM = /^[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}$/;

/** Whether a text has the form of a signed token (RFC 7515, compact). Proves nothing. */
export function looksLikeJwt(text: string): boolean {
  return text.length <= MAX_TOKEN && FORM.test(text);
}

/**
 * Judges tokens of one issuer (RFC 7519, with the advice of RFC 8725) by `jose`: the algorithm is one of ours and fits
 * the key, the key is the issuer's, `iss`, `aud`, `exp`, `nbf` and `iat` are right. A header's own keys and addresses of
 * keys are never looked at.
 */
export function createJwtVerifier({ rules, keys, now }: JwtDeps): JwtVerifier {
  const { issuer, audience, algorithms, claim } = rules;
  const judge = async (token: string, at: number): Promise<JWTVerifyResult> => {
    try {
      return await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        requiredClaims: ['exp'],
        clockTolerance: TOLERANCE,
        currentDate: new Date(at),
      });
    } catch (error) {
      // what is wrong with a token helps only whoever made it up
      throw error instanceof KirokuError ? error : refused();
    }
  };
  return {
    async subject(token) {
      if (!looksLikeJwt(token) || !isCanonical(token)) throw refused();
      const at = now();
      const { payload } = await judge(token, at);
      const { iat } = payload;
      // jose looks at it only where an age is limited
      if (iat !== undefined && (typeof iat !== 'number' || iat > at / 1000 + TOLERANCE)) throw refused();
      const subject = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
      if (typeof subject !== 'string' || subject === '') throw refused();
      return subject;
    },
  };
}

/** One spelling for each token: unused bits of a last character are forgiven by whoever decodes it. */
function isCanonical(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}

function refused(): KirokuError {
  return new KirokuError('unauthorized', 'This login is not accepted. Sign in again.');
}
