import { setTimeout as delay } from 'node:timers/promises';
import { filePart, multipart, type Visitor } from './calls.ts';
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
  /** How many of them each owner has. */
  readonly counts: Map<string, number>;
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
  /** Longer than this without an answer is none, ms. */
  readonly patienceMs: number;
}

export const OWNERS = ['u-one', 'u-two', 'u-three', 'u-four', 'u-five'];
/** 59 kB; refusals of 2 MB were read to their end as well, but clients that send so much are the slower ones. */
const SIDE = 140;
const FILES = 40;
/** The only ways to refuse one of these calls: a 503 that says anything else tells of a fault that is none. */
const REFUSALS = new Map([
  [429, 'rate_limited'],
  [503, 'overloaded'],
]);

export function filesToSend(): Offered['files'] {
  return Array.from({ length: FILES }, (_, seed) => {
    const bytes = tinyPng(seed, SIDE);
    return { bytes, hash: sha256(bytes) };
  });
}

export function emptyTally(): Tally {
  return {
    statuses: new Map(),
    faults: [],
    took: [],
    kept: new Map(),
    counts: new Map(),
    inFlight: 0,
    mostInFlight: 0,
  };
}

/**
 * One after another, this many at a time, for so many seconds, and longer until at least so many were served.
 * @returns answers a second that were served
 */
export async function inLanes(offered: Offered, lanes: number, seconds: number, least = 0): Promise<number> {
  const { tally, patienceMs } = offered;
  const began = performance.now();
  const before = tally.took.length;
  const served = () => tally.took.length - before;
  const isOver = () => {
    const ms = performance.now() - began;
    return ms >= seconds * 1000 && (served() >= least || ms >= patienceMs);
  };
  const lane = async () => {
    while (!isOver()) await one(offered);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return served() / ((performance.now() - began) / 1000);
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

async function one(offered: Offered): Promise<void> {
  const { tally } = offered;
  tally.inFlight += 1;
  tally.mostInFlight = Math.max(tally.mostInFlight, tally.inFlight);
  const began = performance.now();
  try {
    const { what, status, retryAfter, text, fault } = await call(offered);
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
    const refusal = REFUSALS.get(status);
    if (fault !== undefined) tally.faults.push(`${what}: ${fault}`);
    else if (refusal === undefined) tally.took.push(performance.now() - began);
    else if (!text.includes(`"code":"${refusal}"`))
      tally.faults.push(`${what} answers ${status} ${text.slice(0, 200)}`);
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

interface Told {
  readonly what: string;
  readonly status: number;
  readonly retryAfter: string | null;
  /** Of a refusal. */
  readonly text: string;
  /** What is wrong with it, in words. */
  readonly fault: string | undefined;
}

/** What is wrong with an answer that gives what was asked for. */
type Look = (bytes: Buffer) => string | undefined;

/** Sends it, and looks at all that came back: `due` alone gives what was asked for. */
async function told(what: string, due: number, sent: Promise<Response>, look: Look): Promise<Told> {
  const answer = await sent;
  const bytes = Buffer.from(await answer.arrayBuffer());
  const { status } = answer;
  const text = status === due ? '' : bytes.toString();
  const seen = REFUSALS.has(status) ? undefined : `answers ${status} ${text.slice(0, 200)}`;
  const fault = status === due ? look(bytes) : seen;
  return { what, status, retryAfter: answer.headers.get('retry-after'), text, fault };
}

function call(offered: Offered): Promise<Told> {
  const { random, browser, tally } = offered;
  const choice = random();
  if (choice < 0.5) return upload(offered);
  const owner = OWNERS[Math.floor(random() * OWNERS.length)] ?? '';
  if (choice < 0.7) return read(offered, '/api/v1/images?size=50', asService(owner), listOf(owner, tally));
  if (choice < 0.8) {
    return read(offered, '/api/v1/images', { cookie: browser.cookie }, listOf(browser.owner, tally));
  }
  if (choice < 0.85) return read(offered, '/api/v1/images?q=nothing', asService(owner), nothing);
  const kept = [...tally.kept.values()].at(-1);
  if (kept === undefined) return read(offered, '/api/v1/usage', asService(owner), () => undefined);
  return read(offered, kept.url, asService(kept.owner), (bytes) =>
    sha256(bytes) === kept.hash ? undefined : `${bytes.length} bytes that are not the picture's`,
  );
}

function asService(owner: string): Record<string, string> {
  return { authorization: `Bearer ${SERVICE_TOKEN}`, 'x-user-id': owner };
}

/** Theirs alone, and of no fewer than were acknowledged when it was asked for: nothing is removed here. */
function listOf(owner: string, { counts }: Tally): Look {
  const least = counts.get(owner) ?? 0;
  return (bytes) => {
    const list: List = JSON.parse(bytes.toString());
    const other = list.items.find(({ url }) => !url.startsWith(`/outputs/users/${owner}/`));
    if (other !== undefined) return `a list of ${owner} has one of ${other.url.split('/')[3]}`;
    const isLess = list.total < least && list.total_relation === 'eq';
    return isLess ? `a list of ${list.total} pictures, and ${least} are acknowledged` : undefined;
  };
}

interface List {
  readonly total: number;
  readonly total_relation: 'eq' | 'gte';
  readonly items: readonly Item[];
}

function nothing(bytes: Buffer): string | undefined {
  const { total, items }: List = JSON.parse(bytes.toString());
  return total === 0 && items.length === 0 ? undefined : `${total} found where none has the word`;
}

function read(
  { url, patienceMs }: Offered,
  path: string,
  headers: Record<string, string>,
  look: Look,
): Promise<Told> {
  // without what is another one each time: the same fault a thousand times is one line
  const what = path.replace(/^\/outputs\/.*/, 'a picture');
  return told(what, 200, fetch(url + path, { headers, signal: AbortSignal.timeout(patienceMs) }), look);
}

function upload({ url, random, files, tally, patienceMs }: Offered): Promise<Told> {
  const owner = OWNERS[Math.floor(random() * OWNERS.length)] ?? '';
  const file = files[Math.floor(random() * files.length)];
  if (file === undefined) throw new RangeError('nothing to send');
  const { body, type } = multipart([filePart(file.bytes)]);
  const sent = fetch(`${url}/api/v1/images?owner=${owner}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SERVICE_TOKEN}`, 'content-type': type },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(patienceMs),
  });
  return told('an upload', 201, sent, (bytes) => {
    const item: Item = JSON.parse(bytes.toString());
    tally.kept.set(item.id, { owner, hash: file.hash, url: item.url });
    tally.counts.set(owner, (tally.counts.get(owner) ?? 0) + 1);
    return item.meta['sha256'] === file.hash ? undefined : `acknowledged as ${JSON.stringify(item.meta)}`;
  });
}
