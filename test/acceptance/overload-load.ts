import { setTimeout as delay } from 'node:timers/promises';
import { filePart, uploadParts, type Visitor } from './calls.ts';
import { sha256, tinyPng } from './png.ts';
import { type Item, SERVICE_TOKEN } from './rig.ts';

/** The calls of the overload: at most so many a second, and what came of each. */

export interface Tally {
  readonly statuses: Map<number, number>;
  /** Answers that may not be, in words. */
  readonly faults: string[];
  /** ms of those that were served. */
  readonly took: number[];
  /** By id, the hash of every acknowledged picture, its owner and where it is. */
  readonly kept: Map<string, { readonly owner: string; readonly hash: string; readonly url: string }>;
  inFlight: number;
  mostInFlight: number;
}

export interface Offered {
  readonly url: string;
  readonly random: () => number;
  /** Made before: clients that paint while they call would be the slow ones. */
  readonly files: readonly { readonly bytes: Uint8Array<ArrayBuffer>; readonly hash: string }[];
  readonly browser: Visitor;
  readonly tally: Tally;
}

export const OWNERS = ['u-one', 'u-two', 'u-three', 'u-four', 'u-five'];
/** 59 kB; refusals of 2 MB were read to their end as well, but clients that send so much are the slower ones. */
const SIDE = 140;
const FILES = 40;

export function filesToSend(): Offered['files'] {
  return Array.from({ length: FILES }, (_, seed) => {
    const bytes = tinyPng(seed, SIDE);
    return { bytes, hash: sha256(bytes) };
  });
}

export function emptyTally(): Tally {
  return { statuses: new Map(), faults: [], took: [], kept: new Map(), inFlight: 0, mostInFlight: 0 };
}

/** One after another, this many at a time, for so many seconds. @returns answers a second that were served */
export async function inLanes(offered: Offered, lanes: number, seconds: number): Promise<number> {
  const began = performance.now();
  const before = offered.tally.took.length;
  const lane = async () => {
    while (performance.now() - began < seconds * 1000) await one(offered);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return (offered.tally.took.length - before) / ((performance.now() - began) / 1000);
}

/** So many a second, whether or not the last ones are answered, but never more than `most` on their way. */
export async function atRate(offered: Offered, rate: number, most: number, seconds: number): Promise<void> {
  const { tally } = offered;
  const began = performance.now();
  const open = new Set<Promise<void>>();
  let sent = 0;
  for (;;) {
    const ms = performance.now() - began;
    if (ms > seconds * 1000) break;
    // a machine that has become faster meanwhile gets as much as may be on its way
    const isTooLittle = ms > seconds * 500 && !tally.statuses.has(503);
    const due = isTooLittle ? Number.POSITIVE_INFINITY : (rate * ms) / 1000;
    for (; sent < due && tally.inFlight < most; sent += 1) {
      const call: Promise<void> = one(offered).finally(() => open.delete(call));
      open.add(call);
    }
    await delay(10);
  }
  await Promise.all(open);
}

/** Longer than this without an answer is none, ms. */
const PATIENCE_MS = 60_000;

async function one(offered: Offered): Promise<void> {
  const { tally } = offered;
  tally.inFlight += 1;
  tally.mostInFlight = Math.max(tally.mostInFlight, tally.inFlight);
  const began = performance.now();
  try {
    const [what, status, retryAfter] = await call(offered);
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
    if (status >= 200 && status < 300) tally.took.push(performance.now() - began);
    else if (status !== 429 && status !== 503) tally.faults.push(`${what} answers ${status}`);
    else if (!(Number(retryAfter) > 0))
      tally.faults.push(`${what} answers ${status} and no time to come back`);
  } catch (error) {
    tally.faults.push(`no answer after ${Math.round(performance.now() - began)} ms: ${words(error)}`);
  } finally {
    tally.inFlight -= 1;
  }
}

function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${words(error.cause)}`;
}

type Told = readonly [what: string, status: number, retryAfter: string | null];

function call(offered: Offered): Promise<Told> {
  const choice = offered.random();
  if (choice < 0.5) return upload(offered);
  const owner = OWNERS[Math.floor(offered.random() * OWNERS.length)] ?? '';
  const service = { authorization: `Bearer ${SERVICE_TOKEN}`, 'x-user-id': owner };
  if (choice < 0.7) return read(offered, '/api/v1/images?size=50', service);
  if (choice < 0.8) return read(offered, '/api/v1/images', { cookie: offered.browser.cookie });
  if (choice < 0.85) return read(offered, '/api/v1/images?q=nothing', service);
  const kept = [...offered.tally.kept.values()].at(-1);
  if (kept === undefined) return read(offered, '/api/v1/usage', service);
  return read(offered, kept.url, { ...service, 'x-user-id': kept.owner });
}

async function read({ url }: Offered, path: string, headers: Record<string, string>): Promise<Told> {
  const answer = await fetch(url + path, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  await answer.arrayBuffer();
  return [path, answer.status, answer.headers.get('retry-after')];
}

async function upload({ url, random, files, tally }: Offered): Promise<Told> {
  const owner = OWNERS[Math.floor(random() * OWNERS.length)] ?? '';
  const file = files[Math.floor(random() * files.length)];
  if (file === undefined) throw new RangeError('nothing to send');
  const answer = await uploadParts(url, { parts: [filePart(file.bytes)], owner });
  const text = await answer.text();
  if (answer.status === 201) {
    const item: Item = JSON.parse(text);
    tally.kept.set(item.id, { owner, hash: file.hash, url: item.url });
  }
  return ['an upload', answer.status, answer.headers.get('retry-after')];
}
