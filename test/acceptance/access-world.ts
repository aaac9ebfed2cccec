import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Holder, json, settle } from './access-people.ts';
import { createSender, type FuzzAnswer, type Sender } from './fuzz-client.ts';
import type { OpenApi } from './fuzz-schema.ts';
import { ADMIN_TOKEN, type RunningServer, startServer } from './rig.ts';

/** What the access proofs attack: a server with people on it who have one of everything. Imports nothing from `src`. */
export interface World {
  readonly server: RunningServer;
  readonly url: string;
  /** Holds `outputs`, `comfy` and `canary`, and whatever else appears there was put there. */
  readonly parent: string;
  readonly outputs: string;
  readonly comfy: string;
  readonly document: OpenApi;
  /** Never attacks, and must never be found. */
  readonly victim: Holder;
  /** Has the same things, and wants the victim's. */
  readonly other: Holder;
  /** The cookie of an admin's session that goes on. */
  readonly session: string;
  readonly sender: Sender;
  ask(asked: Asked): Promise<FuzzAnswer>;
  close(): Promise<void>;
}

export interface Asked {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

export const CANARY = 'kiroku-canary-that-nobody-may-ever-read';
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** What stands behind a cookie's name. */
export const cookieValue = (cookie: string) => cookie.slice(cookie.indexOf('=') + 1);

const LANES = 8;
const PATIENCE_MS = 60_000;
const STOP_MS = 30_000;

export async function adminSession(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/admin/session`, { method: 'POST', headers: bearer(ADMIN_TOKEN) });
  await answer.arrayBuffer();
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

let turn = 0;

/** An address of its own for each request: after some wrong tokens and codes nothing is looked at from there. */
export function anyAddress(): Record<string, string> {
  turn += 1;
  return { 'x-forwarded-for': `10.${(turn >> 16) & 255}.${(turn >> 8) & 255}.${turn & 255}` };
}

const ENV = {
  RATE_LIMIT_PER_ADDRESS: '0',
  RATE_LIMIT_PER_OWNER: '0',
  RATE_LIMIT_NEW_IDENTITIES: '0',
  TRUST_PROXY: '127.0.0.1',
  LOG_LEVEL: 'warn',
};

/** Starts a server, and settles the two on it. */
export async function createWorld(env: Readonly<Record<string, string>> = {}): Promise<World> {
  const parent = await mkdtemp(join(tmpdir(), 'kiroku-access-'));
  try {
    const [outputs, comfy, canary] = ['outputs', 'comfy', 'canary'].map((name) => join(parent, name));
    if (outputs === undefined || comfy === undefined || canary === undefined) throw new Error('no folders');
    await Promise.all([mkdir(outputs), mkdir(comfy), mkdir(canary)]);
    await writeFile(join(canary, 'canary.png'), CANARY);
    const server = await startServer({ outputDir: outputs, env: { ...ENV, COMFY_INPUT_DIR: comfy, ...env } });
    return await settled(server, { parent, outputs, comfy });
  } catch (error) {
    await rm(parent, { recursive: true, force: true });
    throw error;
  }
}

type Folders = Pick<World, 'parent' | 'outputs' | 'comfy'>;

/** The two on a server that has started, which ends when they cannot be settled. */
async function settled(server: RunningServer, folders: Folders): Promise<World> {
  const { url } = server;
  const sender = createSender(url, LANES, PATIENCE_MS);
  try {
    await plantSecrets(folders.outputs);
    return {
      ...{ ...folders, server, url, sender },
      document: await json<OpenApi>(await fetch(`${url}/openapi.json`)),
      victim: await settle(url, 'victimsprivateword', 100),
      other: await settle(url, 'othersownword', 200),
      session: await adminSession(url),
      ask: (asked) => ask(sender, asked),
      async close() {
        sender.close();
        await end(server, folders.parent);
      },
    };
  } catch (error) {
    sender.close();
    await server.kill();
    throw error;
  }
}

/** A server that does not stop is killed: then it has no code, and that is said. */
async function end(server: RunningServer, parent: string): Promise<void> {
  const force = setTimeout(() => void server.kill(), STOP_MS);
  const code = await server.stop();
  clearTimeout(force);
  await rm(parent, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the stop was not clean (${code}):\n${server.output()}`);
}

/** Secrets that are set are not written, and this rig sets them all: what attackers reach for must be there. */
async function plantSecrets(outputs: string): Promise<void> {
  await writeFile(join(outputs, '.kiroku/secrets.json'), JSON.stringify({ v: 1, cookie: CANARY }));
}

function ask(sender: Sender, { method = 'GET', target, headers = {}, body }: Asked): Promise<FuzzAnswer> {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const length = bytes === undefined ? {} : { 'content-length': String(bytes.length) };
  return sender.send({
    method: method.toUpperCase(),
    target,
    headers: { ...anyAddress(), ...length, ...headers },
    body: bytes,
  });
}
