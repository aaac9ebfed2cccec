import { createPublicKey } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '../../../src/domain/json.ts';
import { JWT_ALGORITHMS, type JwtRules } from '../../../src/domain/jwt-rules.ts';
import { createJwtVerifier } from '../../../src/services/jwt.ts';
import {
  AUDIENCE,
  claimsFor,
  ecKey,
  edKey,
  forged,
  ISSUER,
  published,
  rsaKey,
} from '../../support/logins.ts';
import { NOON } from '../../support/services.ts';

const SECONDS = NOON / 1000;
const rsa = rsaKey('r');
const ec = ecKey('e');
const ed = edKey('d');
const claims = (over: JsonObject = {}) => claimsFor('anna', SECONDS, over);
const RS = { alg: 'RS256' };

function verifier(keys: readonly JsonObject[] = [rsa.jwk, ec.jwk, ed.jwk], over: Partial<JwtRules> = {}) {
  const rules = { issuer: ISSUER, audience: AUDIENCE, algorithms: JWT_ALGORITHMS, claim: 'sub', ...over };
  return createJwtVerifier({ rules, keys: published(keys), now: () => NOON });
}

const REFUSED = { code: 'unauthorized', message: 'This login is not accepted. Sign in again.' };
const refuses = (token: string, by = verifier()) => expect(by.subject(token)).rejects.toMatchObject(REFUSED);

describe('a token', () => {
  it.each([
    ['RS256', rsa],
    ['ES256', ec],
    ['EdDSA', ed],
  ])('signed with %s says who it is', async (alg, key) => {
    expect(await verifier().subject(key.sign({ alg }, claims()))).toBe('anna');
  });

  it.each(JWT_ALGORITHMS)('of every algorithm that can be set is judged: %s', async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    const { kty, crv, n, e, x, y } = await exportJWK(publicKey);
    const jwk: unknown = JSON.parse(JSON.stringify({ kty, crv, n, e, x, y, kid: 'k' }));
    const by = verifier(isJsonObject(jwk) ? [jwk] : []);
    const token = await new SignJWT({ ...claims() }).setProtectedHeader({ alg, kid: 'k' }).sign(privateKey);
    expect(await by.subject(token)).toBe('anna');
    const [head, , signature] = token.split('.');
    const body = Buffer.from(JSON.stringify(claims({ sub: 'bert' }))).toString('base64url');
    await refuses(`${head}.${body}.${signature}`, by);
  });

  it('without a signature, or with one that anybody can make, is none', async () => {
    const pem = createPublicKey({ key: { ...rsa.jwk }, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    for (const alg of ['none', 'None', 'HS256', 'hs256', 'RS256']) {
      await refuses(forged({ alg, kid: 'r' }, claims()));
      await refuses(forged({ alg, kid: 'r' }, claims(), String(pem)));
      await refuses(forged({ alg, kid: 'r' }, claims(), JSON.stringify(rsa.jwk)));
    }
  });

  it('is taken with the pinned algorithms only, and with the key’s own', async () => {
    await refuses(rsa.sign(RS, claims()), verifier(undefined, { algorithms: ['ES256'] }));
    await refuses(rsa.sign({ alg: 'PS256' }, claims()));
    await refuses(ec.sign({ alg: 'EdDSA' }, claims()));
    await refuses(rsa.sign(RS, claims()), verifier([{ ...rsa.jwk, alg: 'RS512' }]));
    await refuses(rsa.sign(RS, claims()), verifier([{ ...rsa.jwk, use: 'enc' }]));
    await refuses(ecKey('p', 'P-384').sign({ alg: 'ES256' }, claims()));
    const small = rsaKey('s', 1024);
    await refuses(small.sign(RS, claims()), verifier([small.jwk]));
  });

  it('is the issuer’s: no unknown key, none that the token brings, none that is not meant', async () => {
    const mine = rsaKey('mine');
    await refuses(mine.sign(RS, claims()));
    await refuses(mine.sign({ ...RS, kid: 'r' }, claims()));
    await refuses(
      mine.sign(
        { ...RS, jwk: mine.jwk, jku: 'https://evil.example/', x5u: 'https://evil.example/' },
        claims(),
      ),
    );
    await refuses(rsa.sign({ ...RS, kid: 7 }, claims()));
    await refuses(rsa.sign({ ...RS, crit: ['b64'], b64: false }, claims()));
    const { kid: _a, ...bare } = rsa.jwk;
    const { kid: _b, ...other } = mine.jwk;
    const nameless = rsa.sign({ ...RS, kid: null }, claims());
    expect(await verifier([bare]).subject(nameless)).toBe('anna');
    expect(await verifier([ec.jwk, rsa.jwk]).subject(nameless)).toBe('anna');
    await refuses(nameless, verifier([bare, other]));
    await refuses(rsa.sign(RS, claims()), verifier([{ kty: 'RSA', kid: 'r', n: '!!', e: 'AQAB' }]));
    await refuses(rsa.sign(RS, claims()), verifier([]));
  });

  it.each([
    ['another issuer', { iss: 'https://login.example.org' }],
    ['another audience', { aud: 'others' }],
    ['no audience', { aud: null }],
    ['audiences without ours', { aud: ['a', 'b'] }],
    ['its end', { exp: SECONDS - 60 }],
    ['no end', { exp: null }],
    ['an end that is a text', { exp: String(SECONDS + 600) }],
    ['a beginning to come', { nbf: SECONDS + 61 }],
    ['a day to come', { iat: SECONDS + 61 }],
    ['nobody', { sub: '' }],
    ['a number for a name', { sub: 7 }],
    ['no name', { sub: null }],
  ])('with %s is refused', async (_what, over) => {
    await refuses(rsa.sign(RS, claims(over)));
  });

  it('may be a minute early or late, and have other audiences besides', async () => {
    const over = { aud: ['x', AUDIENCE], exp: SECONDS - 59, nbf: SECONDS + 60 };
    expect(await verifier().subject(rsa.sign(RS, claims(over)))).toBe('anna');
    expect(
      await verifier(undefined, { claim: 'email' }).subject(rsa.sign(RS, claims({ email: 'a@b' }))),
    ).toBe('a@b');
    await refuses(rsa.sign(RS, claims()), verifier(undefined, { claim: 'toString' }));
  });

  it('with any other character is none', async () => {
    const token = ec.sign({ alg: 'ES256' }, claims());
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      await refuses(token.slice(0, at) + other + token.slice(at + 1));
    }
    for (const text of [
      '',
      '..',
      'a.b',
      `${token}.x`,
      `${token}=`,
      `${token} `,
      `x${token}`,
      'a.'.repeat(5000),
    ]) {
      await refuses(text);
    }
  });
});
