import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProofFigure, ProofOptions, ProofPart, ProofResult } from '../../scripts/dev/proof-part.ts';
import { seededRandom } from '../support/random.ts';
import { untilStagingEmpty, visit } from './calls.ts';
import {
  atRate,
  emptyTally,
  filesToSend,
  inLanes,
  type Offered,
  OWNERS,
  type Tally,
} from './overload-load.ts';
import { sha256 } from './png.ts';
import { type RunningServer, serviceClient, startServer } from './rig.ts';
import {
  descriptorsAtRest,
  descriptorsBackAt,
  type LoopDelay,
  leave,
  loopDelay,
  memory,
  quantile,
} from './soak-watch.ts';

/** One browser may ask 600 times a minute, far less than it does here; pipelines as often as they like. */
const ENV = {
  RATE_LIMIT_PER_ADDRESS: '0',
  RATE_LIMIT_PER_OWNER: '600',
  RATE_LIMIT_NEW_IDENTITIES: '0',
  LOG_LEVEL: 'error',
};
const TIMES = 4;
const MOST_IN_FLIGHT = 600;
/** As many as find what it can do without being refused anything. */
const LANES = 12;
const SPARE_DESCRIPTORS = 5;
/** Beyond what it held when it was calm, MiB. */
const MOST_MEMORY = 512;
/** The loop itself is never held up; a machine without a free core holds up everybody, a bystander too: ms, and times his. */
const LATEST_LOOP_MS = 1_000;
const TIMES_A_BYSTANDER = 3;
/**
 * How long it may take, ms: `back` until it is as fast as before, `answer` for each, `descriptors` until they are given back.
 * Beside the suites, which take every core by fits and starts, nothing is told by speed: there it must come to an end.
 */
const PATIENCE = { back: 30_000, answer: 60_000, descriptors: 10_000 };
const BUSY_PATIENCE = { back: 60_000, answer: 120_000, descriptors: 60_000 };
/** Served before the storm: of less no rate is made. */
const LEAST_SERVED = 20;

interface Overload {
  readonly server: RunningServer;
  readonly pid: number;
  readonly offered: Offered;
  readonly breaches: string[];
  readonly say: (line: string) => void;
  readonly busy: boolean;
  readonly patience: typeof PATIENCE;
}

interface Measured {
  readonly calmMs: number;
  /** Served a second. */
  readonly capacity: number;
  readonly rested: number;
  readonly memoryBefore: number;
  readonly memoryMost: number;
  readonly loop: LoopDelay;
  /** p99 of the loop's delay of the clients' own process, ms. */
  readonly bystander: number;
  readonly backMs: number;
}

/** Four times as much as it was seen to serve, for so many seconds; before it what it can, after it whether all is as before. */
async function proveOverload({ cycles, seed, say, busy = false }: ProofOptions): Promise<ProofResult> {
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-overload-'));
  const outputs = join(folder, 'outputs');
  await mkdir(outputs);
  const server = await startServer({ outputDir: outputs, env: ENV });
  try {
    const browser = await visit(server.url);
    const random = seededRandom(seed);
    const patience = busy ? BUSY_PATIENCE : PATIENCE;
    const calls = { url: server.url, files: filesToSend(), patienceMs: patience.answer };
    const offered = { ...calls, random, browser, tally: emptyTally() };
    const run = { server, pid: server.process.pid ?? 0, offered, breaches: [], say, busy, patience };
    const measured = await storm(run, cycles);
    await aftermath(run, outputs, measured);
    const breaches = [...summed(offered.tally), ...run.breaches].map((breach) => `seed ${seed}, ${breach}`);
    return { breaches, figures: figuresOf(offered.tally, measured) };
  } finally {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function storm(run: Overload, seconds: number): Promise<Measured> {
  const { offered, server, pid, say, busy } = run;
  const { tally } = offered;
  // the first answers of a process are slow ones
  await inLanes(offered, LANES, Math.min(5, seconds / 3));
  tally.took.length = 0;
  await inLanes(offered, 1, Math.min(5, seconds / 4));
  const calmMs = quantile(tally.took, 0.5);
  const capacity = await inLanes(offered, LANES, Math.min(10, seconds / 3), busy ? LEAST_SERVED : 0);
  if (tally.took.length < LEAST_SERVED) throw new Error('hardly anything was served before the storm');
  await leave();
  const rested = await descriptorsAtRest(pid);
  const memoryBefore = await memory(pid);
  say(`calm: ${calmMs.toFixed(1)} ms, ${capacity.toFixed(0)} a second, ${memoryBefore.toFixed(0)} MiB`);
  await loopDelay(server);
  const over = new AbortController();
  const most = watchMemory(pid, over.signal);
  const loopOfOurs = monitorEventLoopDelay();
  loopOfOurs.enable();
  await atRate(offered, TIMES * capacity, MOST_IN_FLIGHT, seconds);
  const backMs = await untilCalm(run, calmMs);
  over.abort();
  loopOfOurs.disable();
  const bystander = loopOfOurs.percentile(99) / 1e6;
  const loop = await loopDelay(server);
  return { calmMs, capacity, rested, memoryBefore, memoryMost: await most, loop, bystander, backMs };
}

async function watchMemory(pid: number, signal: AbortSignal): Promise<number> {
  let most = 0;
  while (!signal.aborted) {
    most = Math.max(most, await memory(pid));
    await delay(200, undefined, { signal }).catch(() => undefined);
  }
  return most;
}

/**
 * How long after the storm until one client is served all it asks for, and waits no longer than three times what it did
 * before; how long it waits is not asked of a machine that does other things. @returns Infinity when that does not come
 */
async function untilCalm({ offered, busy, patience }: Overload, calmMs: number): Promise<number> {
  const { took, statuses } = offered.tally;
  const refused = () => statuses.get(503) ?? 0;
  const began = performance.now();
  for (;;) {
    const [from, before] = [took.length, refused()];
    await inLanes(offered, 1, 1);
    const now = quantile(took.slice(from), 0.5);
    const ms = performance.now() - began;
    const isServed = took.length > from && refused() === before;
    if (isServed && (busy || now < 3 * calmMs + 50)) return ms;
    if (ms > patience.back) return Number.POSITIVE_INFINITY;
  }
}

async function aftermath(run: Overload, outputs: string, measured: Measured): Promise<void> {
  const { breaches, offered, server, pid, busy, patience } = run;
  const { loop, bystander, backMs, memoryBefore, memoryMost, rested } = measured;
  if (!(backMs <= patience.back))
    breaches.push(`${patience.back / 1000} s later it does not serve one client as before`);
  // what is not a number was not measured, and is within no limit
  const latest = busy ? patience.answer : Math.max(LATEST_LOOP_MS, TIMES_A_BYSTANDER * bystander);
  if (!(loop.p99 <= latest)) breaches.push(`the loop was late by ${loop.p99.toFixed(0)} ms (p99)`);
  if (!(memoryMost <= memoryBefore + MOST_MEMORY)) {
    breaches.push(`memory went from ${memoryBefore.toFixed(0)} to ${memoryMost.toFixed(0)} MiB`);
  }
  await untilStagingEmpty(outputs);
  await compareKept(offered, breaches);
  await leave();
  const left = await descriptorsBackAt(pid, rested + SPARE_DESCRIPTORS, patience.descriptors);
  if (left > rested + SPARE_DESCRIPTORS) breaches.push(`${rested} descriptors became ${left}`);
  const code = await server.stop();
  if (code !== 0) breaches.push(`the stop gives ${code}: ${server.output()}`);
}

/** What was acknowledged is there, byte for byte, and nothing else is. */
async function compareKept({ url, tally }: Offered, breaches: string[]): Promise<void> {
  for (const owner of OWNERS) {
    const client = serviceClient(url, owner);
    const listed = new Set((await client.all('active')).map(({ id }) => id));
    for (const [id, picture] of tally.kept) {
      if (picture.owner !== owner) continue;
      if (!listed.delete(id)) breaches.push(`${id} was acknowledged and is gone`);
      else if (sha256(await client.bytes(picture.url)) !== picture.hash)
        breaches.push(`${id} is another one`);
    }
    for (const id of listed) breaches.push(`${id} is listed, and was never acknowledged`);
  }
}

/** The same fault a thousand times is one line. */
function summed({ faults, statuses }: Tally): string[] {
  const counts = new Map<string, number>();
  for (const fault of faults) {
    const kind = fault.replace(/\d+(?= ms| pictures| are acknowledged)/g, '…');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const told = [...counts].map(([fault, count]) => `${count} times: ${fault}`);
  if ((statuses.get(503) ?? 0) === 0) told.push('nothing was refused: that was no overload');
  return told;
}

function figuresOf({ statuses, kept, mostInFlight }: Tally, measured: Measured): ProofFigure[] {
  const { capacity, calmMs, loop, bystander, memoryBefore, memoryMost, backMs } = measured;
  const answers = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  return [
    { name: 'a second can be served', value: Math.round(capacity) },
    { name: 'a second were asked for', value: Math.round(TIMES * capacity) },
    { name: 'on their way at once, most', value: mostInFlight },
    { name: 'answers', value: answers.join(', ') },
    { name: 'pictures acknowledged', value: kept.size },
    { name: 'delay of the loop, p99, ms', value: Math.round(loop.p99) },
    { name: 'of the clients, ms', value: Math.round(bystander) },
    { name: 'longest, ms', value: Math.round(loop.max) },
    { name: 'MiB', value: `${memoryBefore.toFixed(0)} before, at most ${memoryMost.toFixed(0)}` },
    { name: 'ms before (median of one client)', value: Math.round(calmMs) },
    { name: 's until it is so again', value: backMs / 1000 },
  ];
}

export const overload: ProofPart = {
  what: 'four times as much as it can serve: served, or told when to come back; then all is as before, and every acknowledged picture is there',
  unit: 'seconds',
  sizes: { ci: 10, command: 60 },
  run: proveOverload,
};
