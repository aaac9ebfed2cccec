import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE, NODE_FLAGS } from '../../scripts/lib/node-flags.mjs';

/**
 * Runs the real server as a process of its own and talks to it over the wire alone. Imports nothing from `src`.
 */
export const SERVICE_TOKEN = 'service-token-for-acceptance-tests-0123456789';
export const ADMIN_TOKEN = 'admin-token-for-acceptance-tests-0123456789ab';
const COOKIE_SECRET = 'cookie-secret-for-acceptance-tests-0123456789';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface RunningServer {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything it printed, for a failing test's message. */
  output(): string;
  /** SIGKILL to the server itself; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code, null when it had to be ended because it did not stop. */
  stop(): Promise<number | null>;
}

/** Longer than the server gives itself (10 s), on a machine that is busy with other things, ms. */
const STOPS_WITHIN_MS = 30_000;

const alive = new Set<ChildProcess>();
// a proof that dies of an error of its own leaves no server behind
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

type Environment = Readonly<Record<string, string>>;

export interface StartOptions {
  readonly outputDir: string;
  /** Or made from the address that the server will have. */
  readonly env?: Environment | ((url: string) => Environment);
  /** A command in front of node, such as strace with its flags. */
  readonly prefix?: readonly string[];
  readonly readyWithinMs?: number;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  probe.close();
  await once(probe, 'close');
  return address.port;
}

/** Starts it and waits until it serves. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const server = await launchServer(options);
  await ready(server, options.readyWithinMs ?? 120_000);
  return server;
}

/** Starts it and waits for nothing. */
export async function launchServer(options: StartOptions): Promise<RunningServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const command = [...(options.prefix ?? []), process.execPath, ...NODE_FLAGS, 'src/main.ts'];
  const child = spawn(command[0] ?? process.execPath, command.slice(1), {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOST: '127.0.0.1',
      PORT: String(port),
      OUTPUT_DIR: options.outputDir,
      SERVICE_TOKEN,
      ADMIN_TOKEN,
      COOKIE_SECRET,
      DISK_RESERVE_MB: '1',
      // as `npm start` has it; without it a start compiles for a second
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...(typeof options.env === 'function' ? options.env(url) : options.env),
    },
  });
  return running(url, child);
}

function running(url: string, child: ChildProcess): RunningServer {
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString('utf8')).slice(-20_000);
    });
  }
  alive.add(child);
  const gone = once(child, 'exit');
  gone.catch(() => undefined).finally(() => alive.delete(child));
  return {
    url,
    process: child,
    output: () => printed,
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
      await gone.finally(() => clearTimeout(force));
      return child.exitCode;
    },
  };
}

async function ready(server: RunningServer, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    if (server.process.exitCode !== null || server.process.signalCode !== null) break;
    const answer = await fetch(`${server.url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  await server.kill();
  throw new Error(`the server did not become ready:\n${server.output()}`);
}

export interface Item {
  readonly id: string;
  readonly url: string;
  readonly thumb_url: string;
  readonly created_at: string;
  readonly meta: { readonly [name: string]: unknown };
}

/** A pipeline's client for one owner. Every method throws on a dropped connection and returns the bare answer. */
export function serviceClient(base: string, owner: string) {
  const authorization = `Bearer ${SERVICE_TOKEN}`;
  const api = `${base}/api/v1`;
  const call = (path: string, init: RequestInit = {}) => {
    const url = new URL(path.startsWith('/outputs') ? base + path : api + path);
    url.searchParams.set('owner', owner);
    return fetch(url, { ...init, headers: { authorization, ...init.headers } });
  };
  const json = (body: unknown) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return {
    call,
    upload(file: Uint8Array<ArrayBuffer>, meta: object = {}, headers: Record<string, string> = {}) {
      const form = new FormData();
      form.set('owner', owner);
      form.set('meta', JSON.stringify(meta));
      form.set('file', new Blob([file], { type: 'image/png' }), 'picture.png');
      return call('/images', { method: 'POST', body: form, headers });
    },
    patch(id: string, patch: object) {
      return call(`/images/${id}`, { ...json(patch), method: 'PATCH' });
    },
    trash: (id: string) => call(`/images/${id}/delete`, { method: 'POST' }),
    restore: (id: string) => call(`/images/${id}/restore`, { method: 'POST' }),
    item: (id: string) => call(`/images/${id}`),
    async bytes(path: string): Promise<Buffer> {
      const answer = await call(path);
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return Buffer.from(await answer.arrayBuffer());
    },
    /** Every item of one status, page by page. */
    async all(status: 'active' | 'trash'): Promise<Item[]> {
      const items: Item[] = [];
      for (let page = 1; ; page += 1) {
        const answer = await call(`/images?status=${status}&page=${page}&size=200`);
        if (!answer.ok) throw new Error(`list: ${answer.status} ${await answer.text()}`);
        const body = (await answer.json()) as { items: Item[]; total_pages: number; total: number };
        items.push(...body.items);
        if (page >= body.total_pages) {
          if (items.length !== body.total) throw new Error(`total ${body.total}, listed ${items.length}`);
          return items;
        }
      }
    },
  };
}

export type ServiceClient = ReturnType<typeof serviceClient>;
