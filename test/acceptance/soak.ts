import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProofFigure, ProofOptions, ProofPart, ProofResult } from '../../scripts/dev/proof-part.ts';
import { seededRandom } from '../support/random.ts';
import { descriptors, visit } from './calls.ts';
import { createJournal, type Journal } from './journal.ts';
import { compare } from './kill-loop-compare.ts';
import { LOAD_ENV } from './load.ts';
import type { LoadWorld } from './load-calls.ts';
import { type RunningServer, startServer } from './rig.ts';
import { delayOf, judge, type Sample, slopeOf, type Watched } from './soak-judge.ts';
import { loadAtPace } from './soak-load.ts';
import {
  cpuSeconds,
  descriptorsAtRest,
  descriptorsBackAt,
  type LoopDelay,
  lastWords,
  leave,
  loopDelay,
  memory,
  memoryOfChildren,
  quantile,
} from './soak-watch.ts';

const CLIENTS = 8;
/** Operations a second: well below what the server can, so that it may run beside other work. */
const RATE = 16;
const SAMPLE_MS = 2_000;
const LEAST_SAMPLES = 40;
/** The delay of the loop is asked for this often: the server's own figure begins anew each time. */
const MINUTE_MS = 60_000;
const LONGEST_WARM_UP_S = 300;
const SPARE_DESCRIPTORS = 5;

/**
 * Finished lists are kept up to a size, 64 MiB as a rule: a cache that fills up for half an hour cannot be told from a leak. So
 * small it is full when the server is warm.
 */
const FULL_SOON = { PAGE_CACHE_MB: '4' };

export interface SoakOptions extends ProofOptions {
  /** For the server: a test makes it leak. */
  readonly env?: Readonly<Record<string, string>>;
}

interface Soak {
  readonly server: RunningServer;
  readonly pid: number;
  readonly world: LoadWorld;
  readonly random: () => number;
  readonly outputs: string;
  readonly say: (line: string) => void;
  readonly took: number[];
  /** Where nothing more can be seen, and why. */
  readonly faults: string[];
  /** The server is gone. */
  readonly over: AbortSignal;
  unanswered: number;
}

/** So many seconds of mixed load at a fixed rate, of which the first third, at most five minutes, warm the server up. */
export async function proveSoak(options: SoakOptions): Promise<ProofResult> {
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-soak-'));
  const outputs = join(folder, 'outputs');
  await mkdir(outputs);
  const server = await startServer({
    outputDir: outputs,
    env: { ...LOAD_ENV, ...FULL_SOON, LOG_LEVEL: 'warn', ...options.env },
  });
  let broken = true;
  try {
    const soak = await prepare(server, outputs, join(folder, 'journal.jsonl'), options);
    const result = await soakThrough(soak, options);
    broken = result.breaches.length > 0;
    return { ...result, breaches: result.breaches.map((breach) => `seed ${options.seed}, ${breach}`) };
  } finally {
    await server.kill();
    if (broken && options.env === undefined) options.say(`the tree and the journal are kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

async function prepare(
  server: RunningServer,
  outputs: string,
  journalFile: string,
  { seed, say }: ProofOptions,
): Promise<Soak> {
  const browser = await visit(server.url);
  const owners = [
    { name: browser.owner, cookie: browser.cookie },
    { name: 'anna', cookie: undefined },
    { name: 'bert', cookie: undefined },
  ];
  const random = seededRandom(seed);
  let counter = 0;
  const next = () => {
    counter += 1;
    return counter;
  };
  const world = { base: server.url, journal: createJournal(owners, journalFile), random, next };
  const over = new AbortController();
  server.process.once('exit', () => over.abort());
  const seen = { took: [], faults: [], over: over.signal, unanswered: 0 };
  return { server, pid: server.process.pid ?? 0, world, random, outputs, say, ...seen };
}

async function soakThrough(soak: Soak, { cycles, say }: SoakOptions): Promise<ProofResult> {
  const { server, pid, world } = soak;
  const warmUp = Math.min(LONGEST_WARM_UP_S, cycles / 3);
  await work(soak, warmUp);
  if (soak.over.aborted) throw new Error(lastWords(server));
  await leave();
  const before = await descriptorsAtRest(pid);
  say(`warm: ${(await memory(pid)).toFixed(0)} MiB, ${before} descriptors at rest`);
  soak.took.length = 0;
  const used = await cpuSeconds(pid);
  const watched = await watch(soak, cycles - warmUp);
  if (soak.over.aborted) {
    const figures = figuresOf(soak, watched, { before, after: Number.NaN, cpu: Number.NaN });
    return { breaches: [lastWords(server), ...soak.faults, ...judge(watched)], figures };
  }
  const cpu = ((await cpuSeconds(pid)) - used) / (cycles - warmUp);
  await leave();
  const after = await descriptorsBackAt(pid, before + SPARE_DESCRIPTORS);
  const breaches = [...soak.faults, ...judge(watched)];
  if (after > before + SPARE_DESCRIPTORS) breaches.push(`${before} descriptors became ${after}`);
  if (soak.unanswered > 0) breaches.push(`${soak.unanswered} operations without an answer`);
  breaches.push(
    ...(await compare(world.journal, {
      base: server.url,
      outputs: soak.outputs,
      random: soak.random,
      everyByte: true,
    })),
  );
  const code = await server.stop();
  if (code !== 0) breaches.push(`the stop gives ${code}: ${server.output()}`);
  return { breaches, figures: figuresOf(soak, watched, { before, after, cpu }) };
}

/** The load for so many seconds. */
async function work(soak: Soak, seconds: number): Promise<void> {
  await loadAtPace(soak.world, {
    clients: CLIENTS,
    rate: RATE,
    seconds,
    over: soak.over,
    done(ms, answered) {
      soak.took.push(ms);
      if (!answered) soak.unanswered += 1;
    },
  });
}

/** The same, and what it does to the server meanwhile. */
async function watch(soak: Soak, seconds: number): Promise<Watched> {
  const { server, pid, world, say } = soak;
  const samples: Sample[] = [];
  const pause = Math.min(SAMPLE_MS, (seconds * 1000) / LEAST_SAMPLES);
  const loop: LoopDelay[] = [];
  const began = performance.now();
  await loopDelay(server);
  let asked = began;
  const bystander = monitorEventLoopDelay();
  bystander.enable();
  const over = new AbortController();
  const look = async () => {
    while (!over.signal.aborted) {
      samples.push(await sample(pid, world.journal, began));
      if (performance.now() - asked >= MINUTE_MS) {
        asked = performance.now();
        loop.push(await loopDelay(server));
        say(told(samples.at(-1), loop.at(-1), world.journal));
      }
      await delay(pause, undefined, { signal: over.signal }).catch(() => undefined);
    }
    if (loop.length === 0 || performance.now() - asked > MINUTE_MS / 4) loop.push(await loopDelay(server));
  };
  const looking = look().catch((error: unknown) => {
    soak.faults.push(`it could not be watched any more: ${String(error)}`);
  });
  try {
    await work(soak, seconds);
  } finally {
    bystander.disable();
    over.abort();
    await looking;
  }
  return { seconds, samples, loop, bystander: bystander.percentile(99) / 1e6 };
}

async function sample(pid: number, journal: Journal, began: number): Promise<Sample> {
  return {
    minute: (performance.now() - began) / 60_000,
    memory: await memory(pid),
    decoders: await memoryOfChildren(pid),
    descriptors: await descriptors(pid).catch(() => Number.NaN),
    pictures: journal.owners.reduce((sum, { pictures }) => sum + pictures.size, 0),
  };
}

function told(last: Sample | undefined, loop: LoopDelay | undefined, journal: Journal): string {
  const held = `${last?.memory.toFixed(1)} MiB, decoders ${last?.decoders.toFixed(0)} MiB, ${last?.descriptors} descriptors`;
  const delays = `loop p99 ${loop?.p99.toFixed(1)} ms (longest ${loop?.max.toFixed(0)} ms)`;
  return `${held}, ${delays}, ${last?.pictures} pictures, ${journal.acknowledged} acknowledged`;
}

function figuresOf(soak: Soak, { samples, loop, bystander }: Watched, rest: Rest): ProofFigure[] {
  const pictures = samples.map((one) => one.pictures);
  const held = samples.map(({ memory: mib }) => mib);
  const least = (values: readonly number[]) => Math.round(Math.min(...values));
  const most = (values: readonly number[]) => Math.round(Math.max(...values));
  return [
    { name: 'operations', value: soak.took.length },
    { name: 'acknowledged changes', value: soak.world.journal.acknowledged },
    { name: 'pictures alive', value: `${least(pictures)} to ${most(pictures)}` },
    { name: 'MiB of memory', value: `${least(held)} to ${most(held)}` },
    { name: 'its slope, MiB a minute', value: slopeOf(samples, ({ memory: mib }) => mib) },
    { name: 'slope of the decoders', value: slopeOf(samples, ({ decoders }) => decoders) },
    { name: 'descriptors at rest', value: `${rest.before} before, ${rest.after} after` },
    { name: 'descriptors at work, most', value: most(samples.map((one) => one.descriptors)) },
    { name: 'delay of the loop, p99, ms', value: delayOf(loop) },
    { name: 'of a bystander', value: bystander },
    { name: 'longest of all, ms', value: most(loop.map(({ max }) => max)) },
    {
      name: 'operations took, ms',
      value: `${quantile(soak.took, 0.5).toFixed(1)} (median), ${quantile(soak.took, 0.99).toFixed(0)} (p99)`,
    },
    { name: 'of a core', value: `${(rest.cpu * 100).toFixed(0)} %` },
  ];
}

interface Rest {
  readonly before: number;
  readonly after: number;
  /** Share of a core. */
  readonly cpu: number;
}

export const soak: ProofPart = {
  what: 'a mixed load at a steady rate: memory does not rise, descriptors come back, the loop is never late, nothing acknowledged is lost',
  unit: 'seconds',
  sizes: { ci: 180, command: 3_600 },
  run: proveSoak,
};
