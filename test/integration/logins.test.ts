import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createTempTree } from '../support/drop.ts';
import { AUDIENCE, claimsFor, ISSUER, rsaKey } from '../support/logins.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';
import { startTree } from '../support/tree.ts';

const key = rsaKey('k');
const KEYS = JSON.stringify({ keys: [key.jwk] });
const ENV = { AUTH: 'jwt', AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE };
const now = () => Math.floor(Date.now() / 1000);

async function keysInFile(): Promise<string> {
  const path = join(await tempFolder(), 'keys.json');
  await writeFile(path, KEYS);
  return path;
}

/** A provider on this machine; it answers what the path says. */
async function keysFromProvider(path: string): Promise<string> {
  const server = createServer((asked, answer) => {
    if (asked.url === '/moved') answer.writeHead(302, { Location: '/keys' }).end();
    else if (asked.url === '/keys') answer.end(KEYS);
    else answer.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  // the server was asked to listen on a port, not on a pipe
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}${path}`;
}

type Case = readonly [where: string, keys: () => Promise<string>, status: number];
const CASES: readonly Case[] = [
  ['a file', keysInFile, 200],
  ['the provider', () => keysFromProvider('/keys'), 200],
  ['where the provider leads', () => keysFromProvider('/moved'), 503],
  ['a provider that fails', () => keysFromProvider('/broken'), 503],
  ['a file that is not there', async () => '/nowhere/keys.json', 503],
];

it.each(CASES)('the running server takes keys from %s', async (_where, keys, status) => {
  await using tree = await createTempTree();
  const server = await startTree({ outputDir: tree.root, env: { ...ENV, AUTH_JWKS: await keys() } });
  try {
    const ask = (claims = {}): Promise<Response> =>
      fetch(`${server.url}/api/v1/me`, {
        headers: { Authorization: `Bearer ${key.sign({ alg: 'RS256' }, claimsFor('anna', now(), claims))}` },
      });
    const answer = await ask();
    expect(answer.status).toBe(status);
    if (status !== 200) return;
    expect(await answer.json()).toEqual({ owner: 'anna', kind: 'member', claimable: 0 });
    expect((await ask({ exp: now() - 100 })).status).toBe(401);
  } finally {
    await server.stop();
  }
});
