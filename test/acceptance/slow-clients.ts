import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { filePart, multipart } from './calls.ts';
import { tinyPng } from './png.ts';
import { openSocket, type RawSocket, requestBytes } from './raw-socket.ts';

/** Clients that hold a connection by being slow, over sockets of our own. */

export interface SlowOptions {
  readonly url: string;
  readonly clients: number;
  readonly cookie: string;
  /** When they give up of themselves, ms. */
  readonly withinMs: number;
}

export interface Cut {
  /** Until the last one was; Infinity when one never was. */
  readonly ms: number;
  /** How many were answered as if they had asked for something: those were no slow ones. */
  readonly served: number;
}

const DRIP_MS = 500;

/** A header that never ends: the connection lives, and no request comes of it. */
export async function slowHeaders({ url, clients, cookie, withinMs }: SlowOptions): Promise<Cut> {
  const head = requestBytes('GET /api/v1/images', { Cookie: cookie });
  // each stops elsewhere, and all of them before the end
  const first = (index: number) => head.subarray(0, 10 + (index % (head.length - 20)));
  return drip(url, clients, withinMs, (index) => ({ first: first(index), more: 'x' }));
}

/** An upload of a few bytes a second. */
export async function slowBodies({ url, clients, cookie, withinMs }: SlowOptions): Promise<Cut> {
  const { body, type } = multipart([filePart(tinyPng(2))]);
  const headers = { Cookie: cookie, 'Content-Type': type, 'Content-Length': String(body.length) };
  const first = requestBytes('POST /api/v1/inputs/upload', headers, body.subarray(0, 300));
  return drip(url, clients, withinMs, () => ({ first, more: body.subarray(300, 310) }));
}

async function drip(
  url: string,
  clients: number,
  withinMs: number,
  words: (index: number) => { readonly first: Uint8Array; readonly more: string | Uint8Array },
): Promise<Cut> {
  const sockets: RawSocket[] = await Promise.all(Array.from({ length: clients }, () => openSocket(url)));
  const began = performance.now();
  for (const [index, socket] of sockets.entries()) socket.send(words(index).first);
  const dripping = setInterval(() => {
    for (const [index, socket] of sockets.entries()) socket.send(words(index).more);
  }, DRIP_MS);
  try {
    const all = Promise.all(sockets.map((socket) => socket.closed)).then(() => performance.now() - began);
    const ms = await orNever(all, withinMs);
    return { ms, served: ms === Number.POSITIVE_INFINITY ? 0 : await servedOf(sockets) };
  } finally {
    clearInterval(dripping);
    for (const socket of sockets) socket.cut();
  }
}

/** Of closed ones: what they were told before it. */
async function servedOf(sockets: readonly RawSocket[]): Promise<number> {
  const answers = await Promise.all(sockets.map((socket) => socket.answer()));
  return answers.filter((answer) => answer !== undefined && answer.status < 400).length;
}

/** Infinity when it does not come within this time, ms. */
async function orNever(coming: Promise<number>, withinMs: number): Promise<number> {
  const over = new AbortController();
  const never = delay(withinMs, Number.POSITIVE_INFINITY, { signal: over.signal });
  const first = await Promise.race([coming, never.catch(() => Number.POSITIVE_INFINITY)]);
  over.abort();
  return first;
}

export interface Stalling {
  /** Of something large. */
  readonly path: string;
  /** They leave by themselves after this time, ms, once the server waits for all of them. */
  readonly leaveAfterMs?: number | undefined;
  /** How many the server still has at work on this. */
  waiting(): Promise<number>;
}

/**
 * Ask for something large and read nothing of it: what the system takes for them fills, and then the server waits. What
 * they do not read they do not see end either, so the server must be asked.
 * @returns how many it waited for at once, and ms until it had none any more
 */
export async function stalledReaders(
  { url, clients, cookie, withinMs }: SlowOptions,
  { path, leaveAfterMs = Number.POSITIVE_INFINITY, waiting }: Stalling,
): Promise<{ readonly most: number; readonly ms: number }> {
  const { hostname, port } = new URL(url);
  const began = performance.now();
  const request = requestBytes(`GET ${path}`, { Cookie: cookie });
  const sockets = Array.from({ length: clients }, (): Socket => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => socket.destroy());
    socket.pause();
    socket.write(request);
    return socket;
  });
  let most = 0;
  try {
    for (;;) {
      const now = await waiting();
      const ms = performance.now() - began;
      most = Math.max(most, now);
      if (most > 0 && now === 0) return { most, ms };
      if (ms > withinMs || (ms > leaveAfterMs && most >= clients))
        return { most, ms: Number.POSITIVE_INFINITY };
      await delay(100);
    }
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}
