import { mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProofFigure, ProofOptions, ProofPart, ProofResult } from '../../scripts/dev/proof-part.ts';
import { hasTool } from '../support/tools.ts';
import {
  CALM,
  filePart,
  itemOf,
  multipart,
  stored,
  untilStagingEmpty,
  type Visitor,
  visit,
} from './calls.ts';
import { tinyPng } from './png.ts';
import { type RunningServer, startServer } from './rig.ts';
import { type Cut, slowBodies, slowHeaders, stalledReaders } from './slow-clients.ts';
import { type Mode, slowTool } from './slow-tool.ts';
import { descriptorsAtRest, descriptorsBackAt, leave, quantile } from './soak-watch.ts';

/**
 * What the server promises, ms: 15 s for headers, looked at every 5 s; two windows of 10 s for a body; 120 s for a socket
 * on which nothing moves, and as long again where something is still to be written (Node's own rule).
 */
const CUT_AFTER = { headers: 20_000, body: 20_000, read: 245_000 };
/**
 * How long it may take, ms: `cut` on top of what is promised for them, `gather` until so many readers are waited for at once,
 * `others` in the middle on top of what they waited before, `probe` for that of slowhttptest, `descriptors` until they are
 * given back. Beside the suites, which take every core, nothing is told by speed: there these only say that it comes to an
 * end, and that others do not wait for headers to be cut.
 */
const PATIENCE = { cut: 30_000, gather: 10_000, others: 1_000, probe: 10_000, descriptors: 10_000 };
const BUSY_PATIENCE = {
  cut: 60_000,
  gather: 60_000,
  others: 15_000,
  probe: 60_000,
  descriptors: 60_000,
};
const SPARE_DESCRIPTORS = 5;
/** More than the system takes off the server's hands for a reader who reads nothing: 17 MB. */
const LARGE_SIDE = 2_400;
const MOST_READERS = 20;
/** Readers who are not waited for until they are cut stay this long, ms. */
const STAY_MS = 10_000;

export interface SlowOptions extends ProofOptions {
  /** Waits until those who do not read are cut, which takes four minutes; without it they leave by themselves. */
  readonly patient: boolean;
  /** Over sockets of our own, by slowhttptest, or both. */
  readonly by: readonly ('us' | 'tool')[];
}

interface Slow {
  readonly server: RunningServer;
  readonly pid: number;
  readonly outputs: string;
  readonly visitor: Visitor;
  /** Path of something large. */
  readonly picture: string;
  readonly options: SlowOptions;
  readonly patience: typeof PATIENCE;
  readonly figures: ProofFigure[];
  readonly breaches: string[];
}

/** Every way to be slow at the same time, so many clients each, and others who are served meanwhile. */
export async function proveSlow(options: SlowOptions): Promise<ProofResult> {
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-slow-'));
  const outputs = join(folder, 'outputs');
  await mkdir(outputs);
  const server = await startServer({ outputDir: outputs, env: { ...CALM, LOG_LEVEL: 'error' } });
  try {
    const visitor = await visit(server.url);
    const picture = await storeLarge(server.url, visitor);
    const pid = server.process.pid ?? 0;
    const patience = options.busy === true ? BUSY_PATIENCE : PATIENCE;
    const [figures, breaches]: [ProofFigure[], string[]] = [[], []];
    await slowAndFast({ server, pid, outputs, visitor, picture, options, patience, figures, breaches });
    return { figures, breaches };
  } finally {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function storeLarge(base: string, { cookie }: Visitor): Promise<string> {
  const { body, type } = multipart([filePart(tinyPng(1, LARGE_SIDE))]);
  const answer = await fetch(`${base}/api/v1/inputs/upload`, {
    method: 'POST',
    headers: { cookie, 'content-type': type },
    body: new Uint8Array(body),
  });
  if (answer.status !== 201) throw new Error(`the large one: ${answer.status} ${await answer.text()}`);
  return (await itemOf(answer)).url;
}

async function slowAndFast(run: Slow): Promise<void> {
  const { server, pid, outputs, options, patience, figures, breaches } = run;
  const calm = await served(run, AbortSignal.timeout(3_000));
  await leave();
  const rested = await descriptorsAtRest(pid);
  options.say(`calm: ${quantile(calm, 0.5).toFixed(0)} ms, ${rested} descriptors`);
  const over = new AbortController();
  const others = served(run, over.signal);
  const slowOnes = [
    ...(options.by.includes('us') ? [ourClients(run)] : []),
    ...(options.by.includes('tool') ? toolClients(run) : []),
  ];
  await Promise.all(slowOnes).finally(() => over.abort());
  const took = await others;
  const [before, meanwhile] = [quantile(calm, 0.5), quantile(took, 0.5)];
  if (!(meanwhile < 5 * before + patience.others)) {
    breaches.push(`others waited ${meanwhile.toFixed(0)} ms instead of ${before.toFixed(0)}`);
  }
  await untilStagingEmpty(outputs);
  await leave();
  const left = await descriptorsBackAt(pid, rested + SPARE_DESCRIPTORS, patience.descriptors);
  if (left > rested + SPARE_DESCRIPTORS) breaches.push(`${rested} descriptors became ${left}`);
  const code = await server.stop();
  if (code !== 0) breaches.push(`the stop gives ${code}: ${server.output()}`);
  figures.push(
    { name: 'answers to others meanwhile', value: took.length },
    { name: 'ms each (median)', value: `${meanwhile.toFixed(0)}, before it ${before.toFixed(0)}` },
    { name: 'ms at most', value: Math.round(Math.max(...took)) },
    { name: 'descriptors', value: `${rested} before, ${left} after` },
  );
}

/** Somebody who looks and somebody who uploads, again and again. @returns ms of every answer */
async function served(run: Slow, signal: AbortSignal): Promise<number[]> {
  const { server, visitor, breaches } = run;
  const took: number[] = [];
  for (let round = 0; !signal.aborted; round += 1) {
    const began = performance.now();
    try {
      const list = await fetch(`${server.url}/api/v1/images`, { headers: { cookie: visitor.cookie } });
      if (list.status !== 200) breaches.push(`a list answers ${list.status} ${await list.text()}`);
      await list.arrayBuffer();
      const between = performance.now();
      took.push(between - began);
      await stored(server.url, 'u-fast', tinyPng(round));
      took.push(performance.now() - between);
    } catch (error) {
      breaches.push(`others are not served: ${String(error)}`);
    }
    await delay(150);
  }
  return took;
}

async function ourClients(run: Slow): Promise<void> {
  const { server, visitor, options, patience, picture, breaches } = run;
  const base = { url: server.url, cookie: visitor.cookie };
  const clients = options.cycles;
  const { headers, body, read } = CUT_AFTER;
  const within = (promised: number) => promised + 2 * patience.cut;
  const first = Promise.all([
    slowHeaders({ ...base, clients, withinMs: within(headers) }).then((end) =>
      cut(run, 'headers', end, headers),
    ),
    slowBodies({ ...base, clients, withinMs: within(body) }).then((end) => cut(run, 'bodies', end, body)),
  ]);
  const readers = { ...base, clients: Math.min(MOST_READERS, clients) };
  const withinMs = options.patient ? within(read) : patience.gather;
  const leaveAfterMs = options.patient ? undefined : STAY_MS;
  const [{ most, ms }] = await Promise.all([
    stalledReaders({ ...readers, withinMs }, { path: picture, leaveAfterMs, waiting: () => holding(run) }),
    first,
  ]);
  if (most < readers.clients) breaches.push(`only ${most} of ${readers.clients} readers were waited for`);
  if (options.patient) cut(run, 'readers', { ms, served: 0 }, read);
}

function cut(run: Slow, what: string, { ms, served: answered }: Cut, promised: number): void {
  const { figures, breaches, options, patience } = run;
  figures.push({ name: `s until ${what} were cut`, value: (ms / 1000).toFixed(1) });
  if (ms > promised + patience.cut)
    breaches.push(`${what} were cut after ${ms} ms, ${promised} were promised`);
  if (answered > 0)
    breaches.push(`${what}: ${answered} of ${options.cycles} were answered: they were not slow`);
  options.say(`${what}: cut after ${(ms / 1000).toFixed(1)} s`);
}

/** Descriptors that the server holds of the large picture: one a reader who has not got it all. */
async function holding({ pid, outputs, picture }: Slow): Promise<number> {
  const file = join(outputs, picture.slice('/outputs/'.length));
  const names = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return links.filter((link) => link === file).length;
}

/** The same by a tool of others. */
function toolClients(run: Slow): Promise<void>[] {
  const { server, visitor, picture, options, patience, figures, breaches } = run;
  const probeSeconds = patience.probe / 1000;
  const base = { url: server.url, cookie: visitor.cookie, picture, probeSeconds };
  const tool = async (mode: Mode, clients: number, promisedMs: number, mustBeCut: boolean) => {
    const seconds = (promisedMs + (mustBeCut ? patience.cut : 0)) / 1000;
    const end = await slowTool(mode, { ...base, clients, seconds });
    options.say(`slowhttptest, ${mode}: ${end.seconds.toFixed(1)} s, all cut: ${end.allCut}`);
    if (!end.served) breaches.push(`slowhttptest, ${mode}: others are not served: ${end.output}`);
    if (mustBeCut && !end.allCut) breaches.push(`slowhttptest, ${mode}: not cut: ${end.output}`);
    if (mustBeCut) {
      figures.push({ name: `s until slowhttptest's ${mode} were cut`, value: end.seconds.toFixed(1) });
    }
  };
  const { headers, body, read } = CUT_AFTER;
  const readers = Math.min(MOST_READERS, options.cycles);
  const stay = options.patient ? read : STAY_MS;
  return [
    tool('headers', options.cycles, headers, true),
    tool('body', options.cycles, body, true),
    // what it has not read yet it takes for a connection: only the server tells that they were cut, see `holding`
    tool('read', readers, stay, false),
  ];
}

function run(options: ProofOptions): Promise<ProofResult> {
  if (hasTool('slowhttptest')) return proveSlow({ ...options, patient: true, by: ['us', 'tool'] });
  options.say('slowhttptest is not installed here: only our own slow clients');
  return proveSlow({ ...options, patient: true, by: ['us'] });
}

export const slow: ProofPart = {
  what: 'clients who send headers, bodies, or read, as slowly as they can: they are cut in time, and others are served meanwhile',
  unit: 'slow clients of each kind',
  sizes: { ci: 50, command: 300 },
  run,
};
