import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { multipart, type Part } from './calls.ts';
import type { Caller, FuzzFile, FuzzRequest } from './fuzz-requests.ts';
import { isRef } from './fuzz-values.ts';
import { tinyPng } from './png.ts';
import { ADMIN_TOKEN, SERVICE_TOKEN } from './rig.ts';

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly ms: number;
}

/** As it went out; enough to send it again by hand. */
export interface SentRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const KEPT = 200;

/** What the server gave out so far, by what it is for; the newest two hundred of each. */
export function createPools(start: Readonly<Record<string, readonly string[]>>) {
  const pools = new Map<string, string[]>(Object.entries(start).map(([name, values]) => [name, [...values]]));
  const counts = new Map<string, number>();
  return {
    add(name: string, value: unknown): void {
      if (typeof value !== 'string' || value === '') return;
      const pool = pools.get(name) ?? [];
      const count = counts.get(name) ?? pool.length;
      pool[count % KEPT] = value;
      counts.set(name, count + 1);
      pools.set(name, pool);
    },
    get(name: string, at: number): string {
      const pool = pools.get(name) ?? [];
      return pool[at % Math.max(1, pool.length)] ?? 'none-yet';
    },
  };
}

export type Pools = ReturnType<typeof createPools>;

/** Every reference in a value, filled in. */
export function filled(value: unknown, pools: Pools): unknown {
  if (isRef(value)) return pools.get(value.$pool, value.at);
  if (Array.isArray(value)) return value.map((one) => filled(one, pools));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, pools)]));
}

/** Who the callers are, on this server. */
export interface Callers {
  readonly owner: string;
  readonly other: string;
  session: string;
}

let turn = 0;

/** An address of its own for each: after some wrong tokens and codes nothing would be looked at from there. */
function nextAddress(): string {
  turn += 1;
  return `10.${(turn >> 16) & 255}.${(turn >> 8) & 255}.${turn & 255}`;
}

function identity(caller: Caller, callers: Callers): Record<string, string> {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  switch (caller) {
    case 'owner':
      return { cookie: callers.owner };
    case 'other':
      return { cookie: callers.other };
    case 'nobody':
      return {};
    case 'forged':
      return { cookie: callers.owner.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) };
    case 'service':
    case 'service for nobody':
      return bearer(SERVICE_TOKEN);
    case 'admin':
      return bearer(ADMIN_TOKEN);
    case 'session':
      return { cookie: callers.session };
    case 'owner with a token':
      return { cookie: callers.owner, ...bearer(SERVICE_TOKEN) };
    case 'wrong token':
      return bearer('wrong');
  }
}

const GARBAGE = [
  '',
  'GIF89a',
  '<svg xmlns="http://www.w3.org/2000/svg"/>',
  '\x89PNG\r\n\x1a\n',
  '\xff\xd8\xff\xe0',
  'RIFF\0\0\0\0WEBPVP8 ',
];

function fileBytes({ seed, what }: FuzzFile): Uint8Array {
  if (what === 'garbage') return Buffer.from(GARBAGE[seed % GARBAGE.length] ?? '', 'latin1');
  const picture = tinyPng(seed, 8);
  return what === 'cut' ? picture.subarray(0, (seed * 7) % picture.length) : picture;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)) ?? '';

/** Percent-encoded, but for what is already meant as such: odd paths must go out as odd as they are. */
function inPath(value: unknown, name: string): string {
  const given = text(value).toWellFormed();
  if (/^(\.\.?|%[\w%]*|\.\.\\.*)$/.test(given)) return given.replaceAll('\\', '%5c');
  return name === 'key' ? given.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(given);
}

function target({ template, path, query }: FuzzRequest, caller: Caller, pools: Pools): string {
  const at = template.replace(/\{(\w+)\}/g, (_all, name: string) => inPath(filled(path[name], pools), name));
  const params = query.flatMap(([name, value]) =>
    [filled(value, pools)].flat().map((one): [string, string] => [name, text(one).toWellFormed()]),
  );
  if (/^(service|owner with a token)$/.test(caller) && !params.some(([name]) => name === 'owner')) {
    params.push(['owner', pools.get('owner', params.length + template.length)]);
  }
  return params.length === 0 ? at : `${at}?${new URLSearchParams(params)}`;
}

/** Header values that node would refuse to send are not what is tried here: raw sockets send those. */
const sendable = (value: string) => value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');

export function toSend(fuzz: FuzzRequest, callers: Callers, pools: Pools): SentRequest {
  const headers: Record<string, string> = {
    'x-forwarded-for': nextAddress(),
    ...identity(fuzz.caller, callers),
  };
  for (const [name, value] of Object.entries(fuzz.headers))
    headers[name] = sendable(text(filled(value, pools)));
  const { body, type } = bytesOf(fuzz, pools);
  if (type !== '') headers['content-type'] = sendable(type);
  if (body !== undefined) headers['content-length'] = String(body.length);
  return { method: fuzz.method, target: target(fuzz, fuzz.caller, pools), headers, body };
}

function bytesOf({ body }: FuzzRequest, pools: Pools): { body: Buffer | undefined; type: string } {
  if (body === undefined) return { body: undefined, type: '' };
  if (body.kind === 'text') return { body: Buffer.from(body.text), type: body.type };
  if (body.kind === 'json')
    return { body: Buffer.from(JSON.stringify(filled(body.value, pools)) ?? ''), type: body.type };
  const { file, meta, owner } = body;
  const parts: Part[] = [];
  if (owner !== undefined) parts.push({ name: 'owner', body: text(filled(owner, pools)) });
  if (meta !== undefined) parts.push({ name: 'meta', body: text(filled(meta, pools)) });
  const filename = file.name.replace(/[\r\n"]/g, '_');
  if (file.what !== 'none') {
    parts.push({
      name: 'file',
      filename,
      ...(file.type === '' ? {} : { type: file.type }),
      body: fileBytes(file),
    });
  }
  return multipart(parts);
}

/** Keeps connections; streams of events are let go of once their head is there. */
export function createSender(base: string, lanes: number, patienceMs: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const { hostname, port } = new URL(base);
  return {
    send({ method, target: path, headers, body }: SentRequest): Promise<FuzzAnswer> {
      return new Promise((resolve, reject) => {
        const began = performance.now();
        const outgoing = request({ agent, hostname, port, method, path, headers });
        const late = setTimeout(
          () => outgoing.destroy(new Error(`no answer in ${patienceMs} ms`)),
          patienceMs,
        );
        const end = (settle: () => void) => {
          clearTimeout(late);
          settle();
        };
        outgoing.on('error', (error) => end(() => reject(error)));
        outgoing.on('response', (incoming) => {
          const chunks: Buffer[] = [];
          const done = () =>
            end(() =>
              resolve({
                status: incoming.statusCode ?? 0,
                headers: incoming.headers,
                body: Buffer.concat(chunks),
                ms: performance.now() - began,
              }),
            );
          if (
            incoming.headers['content-type']?.startsWith('text/event-stream') &&
            incoming.statusCode === 200
          ) {
            done();
            incoming.on('error', () => undefined);
            outgoing.destroy();
            return;
          }
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', done);
          incoming.on('error', (error) => end(() => reject(error)));
        });
        outgoing.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}

export type Sender = ReturnType<typeof createSender>;
