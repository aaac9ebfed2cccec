import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { isOwner } from '../../src/domain/owner.ts';
import { createIdentity, IDENTITY_COOKIE } from '../../src/services/identity.ts';
import { COMPILE_CACHE, NODE_FLAGS } from '../lib/node-flags.mjs';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** For servers that only a benchmark talks to, on this machine alone. */
export const SERVICE_TOKEN = 'service-token-for-benchmarks-only-0123456789';
export const ADMIN_TOKEN = `admin-${SERVICE_TOKEN}`;

export interface BenchServer {
  readonly url: string;
  readonly process: ChildProcess;
  /** `performance.now()` at which its process was started. */
  readonly startedAt: number;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts the real server on a tree; it is not waited for. What it prints on standard error is shown. */
export async function startBenchServer(tree: string, env: Record<string, string> = {}): Promise<BenchServer> {
  const port = env['PORT'] ?? String(await freePort());
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      HOST: '127.0.0.1',
      PORT: port,
      OUTPUT_DIR: tree,
      SERVICE_TOKEN,
      ADMIN_TOKEN,
      COOKIE_SECRET: `cookie-${SERVICE_TOKEN}`,
      DISK_RESERVE_MB: '1',
      HEALTHZ_DISK_MIN_FREE_MB: '1',
      RATE_LIMIT_PER_ADDRESS: '0',
      RATE_LIMIT_PER_OWNER: '0',
      LOG_LEVEL: 'warn',
      ...env,
    },
  });
  return {
    url: `http://127.0.0.1:${port}`,
    process: child,
    startedAt,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/**
 * Asks again and again until the server answers at all.
 * @throws Error when it ends instead, or answers nothing within a minute
 */
export async function firstAnswer(server: BenchServer, path: string): Promise<Response> {
  const headers = { Authorization: `Bearer ${SERVICE_TOKEN}` };
  const until = performance.now() + 60_000;
  while (performance.now() < until) {
    if (server.process.exitCode !== null) throw new Error(`the server ended with ${server.process.exitCode}`);
    const answer = await fetch(server.url + path, { headers }).catch(() => undefined);
    if (answer !== undefined && answer.status !== 503) return answer;
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  throw new Error('the server does not answer');
}

/** The cookie that a server with the benchmarks' secret takes as proof of this owner. */
export function cookieFor(owner: string): string {
  const keys = [`cookie-${SERVICE_TOKEN}`];
  const identity = createIdentity({ keys, now: Date.now, random: randomBytes });
  if (!isOwner(owner)) throw new Error('no owner');
  return `${IDENTITY_COOKIE}=${identity.issue(owner).value}`;
}
