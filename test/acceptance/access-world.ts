import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filePart, itemOf, uploadParts, visit } from './calls.ts';
import { createSender, type FuzzAnswer, type Sender } from './fuzz-client.ts';
import type { OpenApi } from './fuzz-schema.ts';
import { tinyPng } from './png.ts';
import { ADMIN_TOKEN, type Item, type RunningServer, startServer } from './rig.ts';

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

/** One of everything. */
export interface Holder {
  readonly owner: string;
  readonly cookie: string;
  /** Stands in every text of the holder's; attackers may know it. */
  readonly word: string;
  /** Stands beside it, and nobody else ever says it. */
  readonly secret: string;
  readonly images: string;
  readonly inputs: string;
  readonly controls: string;
  /** Not shared, and in the trash. */
  readonly trashed: string;
  /** Path below `/outputs/`. */
  readonly key: string;
  readonly thumb: string;
  readonly sid: string;
  readonly token: string;
  readonly search: string;
  readonly download: string;
  readonly code: string;
  readonly cursor: string;
  readonly recipe: string;
  /** Of the list, and of the original. */
  readonly etag: string;
  readonly fileEtag: string;
  /** Makes the very bytes of its first picture. */
  readonly seed: number;
}

export const CANARY = 'kiroku-canary-that-nobody-may-ever-read';
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const JSON_TYPE = { 'content-type': 'application/json' };

/** What stands behind a cookie's name. */
export const cookieValue = (cookie: string) => cookie.slice(cookie.indexOf('=') + 1);

const LANES = 8;
const PATIENCE_MS = 60_000;

/** A picture of the holder's, with a graph in it. */
function pictureOf(seed: number, word: string): Uint8Array<ArrayBuffer> {
  const graph = { nodes: [{ id: 1, type: 'Note', widgets_values: [word] }], links: [], version: 0.4 };
  return tinyPng(seed, 24, { workflow: JSON.stringify(graph) });
}

function metaOf(word: string, secret: string): string {
  const cfg = { prompt: word, model: word, workflow_id: word, sampler: word, generator: 'api', steps: 20 };
  return JSON.stringify({
    ...cfg,
    seed: '1',
    tags: [word, secret],
    job_id: word,
    loras: [{ name: word, weight: 1 }],
  });
}

async function json<T>(answer: Response, status = 200): Promise<T> {
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${answer.url}: ${answer.status} ${text}`);
  const value: T = JSON.parse(text);
  return value;
}

const secretOf = (word: string) => `${[...word].reverse().join('')}kept`;

const lastOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

async function pictures(url: string, owner: string, word: string, seed: number): Promise<Item[]> {
  const items: Item[] = [];
  for (const [index, path] of ['images', 'inputs/upload', 'controls/upload', 'images', 'images'].entries()) {
    const file = filePart(pictureOf(seed + index, secretOf(word)), `${word}.png`);
    const parts = [{ name: 'meta', body: metaOf(word, secretOf(word)) }, file];
    const headers = { 'idempotency-key': `${word}-${index}` };
    const answer = await uploadParts(url, { parts, path: `/api/v1/${path}`, owner, headers });
    if (answer.status !== 201) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
    items.push(await itemOf(answer));
  }
  return items;
}

/** Somebody with one of everything. */
async function settle(url: string, word: string, seed: number): Promise<Holder> {
  const { owner, cookie } = await visit(url);
  const secret = secretOf(word);
  const post = (path: string, body: object) =>
    fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { cookie, ...JSON_TYPE },
      body: JSON.stringify(body),
    });
  const [image, input, control, trashed] = await pictures(url, owner, word, seed);
  const ids = [image?.id];
  await json(await post(`/images/${trashed?.id}/delete`, {}));
  const share = await json<{ sid: string; url: string }>(
    await post('/shares', { ids, expires_in: 3600, name: `${word} ${secret}` }),
    201,
  );
  const search = await json<{ id: string }>(
    await post('/searches', { name: `${word} ${secret}`, query: { q: word } }),
    201,
  );
  const download = await json<{ url: string }>(await post('/images/zip?link=1', { ids }), 201);
  const { code } = await json<{ code: string }>(await post('/me/recovery-code', {}), 201);
  const list = await fetch(`${url}/api/v1/images?size=1`, { headers: { cookie } });
  const etag = list.headers.get('etag') ?? '';
  const { next_cursor: cursor } = await json<{ next_cursor: string }>(list);
  const related = await fetch(`${url}/api/v1/images/${image?.id}/related`, { headers: { cookie } });
  const { recipe } = await json<{ recipe: string }>(related);
  return {
    ...{ owner, cookie, word, secret, seed, code, etag, cursor, recipe },
    ...{ images: image?.id ?? '', inputs: input?.id ?? '', controls: control?.id ?? '' },
    trashed: trashed?.id ?? '',
    key: (image?.url ?? '').slice('/outputs/'.length),
    thumb: (image?.thumb_url ?? '').slice('/outputs/'.length).replace(/\?.*/, ''),
    fileEtag: `"${image?.meta['sha256']}"`,
    ...{ sid: share.sid, token: lastOf(share.url), search: search.id, download: lastOf(download.url) },
  };
}

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
  const [outputs, comfy, canary] = ['outputs', 'comfy', 'canary'].map((name) => join(parent, name));
  if (outputs === undefined || comfy === undefined || canary === undefined) throw new Error('no folders');
  await Promise.all([mkdir(outputs), mkdir(comfy), mkdir(canary)]);
  await writeFile(join(canary, 'canary.png'), CANARY);
  const server = await startServer({ outputDir: outputs, env: { ...ENV, COMFY_INPUT_DIR: comfy, ...env } });
  const { url } = server;
  const sender = createSender(url, LANES, PATIENCE_MS);
  try {
    return {
      ...{ server, url, parent, outputs, comfy, sender },
      document: await json<OpenApi>(await fetch(`${url}/openapi.json`)),
      victim: await settle(url, 'victimsprivateword', 100),
      other: await settle(url, 'othersownword', 200),
      session: await adminSession(url),
      ask: (asked) => ask(sender, asked),
      async close() {
        sender.close();
        const code = await server.stop();
        await rm(parent, { recursive: true, force: true });
        if (code !== 0) throw new Error(`the stop was not clean:\n${server.output()}`);
      },
    };
  } catch (error) {
    await server.kill();
    await rm(parent, { recursive: true, force: true });
    throw error;
  }
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
