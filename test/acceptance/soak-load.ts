import { setTimeout as delay } from 'node:timers/promises';
import type { OwnerJournal } from './journal.ts';
import { type Mix, stepOf } from './load.ts';
import type { LoadWorld } from './load-calls.ts';
import { bulk, edit, move, purge } from './load-changes.ts';
import { endShare, savedSearch, share } from './load-links.ts';
import { list, search, usage, zip } from './load-reads.ts';
import { dedupe, upload } from './load-uploads.ts';
import { SERVICE_TOKEN } from './rig.ts';

/** The mixed load at a fixed rate, with about as many pictures alive at its end as at its beginning. */

/** Of each owner: then something goes before the next one comes. */
const MOST_PICTURES = 100;
const MOST_LINKS = 50;
const WORTH_A_PURGE = 8;

export interface Pace {
  readonly clients: number;
  /** Operations a second, of all clients together. */
  readonly rate: number;
  readonly seconds: number;
  /** Nobody is left to ask. */
  readonly over: AbortSignal;
  /** Told of every operation: how long it took, ms, and whether it came to its end. */
  done(ms: number, answered: boolean): void;
}

/** A client that has fallen behind goes on from now: the rate is a ceiling, not a debt. */
export async function loadAtPace(world: LoadWorld, pace: Pace): Promise<void> {
  const began = performance.now();
  const gap = (1000 * pace.clients) / pace.rate;
  const client = async (index: number) => {
    let at = began + (gap * index) / pace.clients;
    for (;;) {
      await delay(Math.max(0, at - performance.now()));
      const now = performance.now();
      if (now - began >= pace.seconds * 1000 || pace.over.aborted) return;
      const answered = await stepOf(world, OPERATIONS, growOrShrink);
      pace.done(performance.now() - now, answered);
      at = Math.max(at + gap, performance.now());
    }
  };
  await Promise.all(Array.from({ length: pace.clients }, (_, index) => client(index)));
}

/** Of what is left over one grows. */
const OPERATIONS: Mix = [
  [0.05, dedupe],
  [0.12, edit],
  [0.08, move],
  [0.03, bulk],
  [0.12, list],
  [0.06, search],
  [0.04, zip],
  [0.03, shareSome],
  [0.03, endShare],
  [0.04, savedSearch],
  [0.03, usage],
  [0.05, listen],
  [0.04, turnAway],
];

async function growOrShrink(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  if (owner.pictures.size < MOST_PICTURES) return upload(world, owner);
  const doomed = [...owner.pictures.values()].filter(({ known }) => {
    return known.status === 'trash' && !known.favorite;
  });
  return doomed.length < WORTH_A_PURGE ? move(world, owner) : purge(world, owner);
}

async function shareSome(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  return owner.shares.size < MOST_LINKS ? share(world, owner) : endShare(world, owner);
}

/** Opens the stream of events, hears its first words, and leaves. */
async function listen(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const gone = new AbortController();
  const response = await get(world, owner, '/events', gone.signal);
  if (response?.status !== 200) return false;
  const reader = response.body?.getReader();
  const first = await reader?.read().catch(() => undefined);
  gone.abort();
  return first !== undefined;
}

/** Asks, and is gone before the answer, or in the midst of it. */
async function turnAway(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const gone = new AbortController();
  const asked = get(world, owner, '/images?size=200', gone.signal);
  await delay(world.random() * 15);
  gone.abort();
  await (await asked)?.arrayBuffer().catch(() => undefined);
  return true;
}

function get(
  { base }: LoadWorld,
  owner: OwnerJournal,
  path: string,
  signal: AbortSignal,
): Promise<Response | undefined> {
  const service = { authorization: `Bearer ${SERVICE_TOKEN}`, 'x-user-id': owner.name };
  const headers: Record<string, string> = owner.cookie === undefined ? service : { cookie: owner.cookie };
  return fetch(`${base}/api/v1${path}`, { headers, signal }).catch(() => undefined);
}
