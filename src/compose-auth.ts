import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Config } from './config.ts';
import { KirokuError } from './domain/errors.ts';
import type { Log } from './domain/log.ts';
import { createJwks } from './services/jwks.ts';
import { createJwtVerifier, type JwtVerifier } from './services/jwt.ts';

/** Time for a provider to answer with its keys, ms. */
const PATIENCE_MS = 5_000;
const MAX_BYTES = 1024 * 1024;

/** Judges the tokens of logins; undefined where there are none. */
export function jwtVerifierOf({ auth }: Config, log: Log, now: () => number): JwtVerifier | undefined {
  if (auth.mode !== 'jwt') return undefined;
  const { jwks, rules } = auth;
  const isAddress = /^https?:/i.test(jwks);
  const load = () => (isAddress ? fetchKeys(jwks) : readKeys(jwks));
  const url = isAddress ? new URL(jwks) : pathToFileURL(jwks);
  return createJwtVerifier({ rules, keys: createJwks({ url, load, now, log }), now });
}

async function readKeys(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

/** The only call that the server makes to another host: to the address that the operator set, and nowhere it leads. */
async function fetchKeys(url: string): Promise<unknown> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(url, { signal, redirect: 'error', headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new KirokuError('io_error', `AUTH_JWKS answered with ${answer.status}.`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.byteLength;
    if (length > MAX_BYTES) throw new KirokuError('payload_too_large', 'AUTH_JWKS: too many keys.');
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}
