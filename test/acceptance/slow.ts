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
import { slowBodies, slowHeaders, stalledReaders } from './slow-clients.ts';
import { type Mode, slowTool } from './slow-tool.ts';
import { descriptorsAtRest, descriptorsBackAt, leave, quantile } from './soak-watch.ts';

/**
 * What the server promises, ms: 15 s for headers, looked at every 5 s; two windows of 10 s for a body; 120 s for a socket
 * on which nothing moves, and as long again where something is still to be written (Node's own rule).
 */
const CUT_AFTER = { headers: 20_000, body: 20_000, read: 245_000 };
/** For a machine that is busy with other things. */
const SPARE_MS = 30_000;
const SPARE_DESCRIPTORS = 5;
/** More than the system takes off the server's hands for a reader who reads nothing: 17 MB. */
const LARGE_SIDE = 2_400;
const MOST_READERS = 20;
/** Others may wait in the middle this much longer than before, on a machine that others use, ms. */
const MARGIN_MS = 1_000;

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
    const run: Slow = { server, pid, outputs, visitor, picture, options, figures: [], breaches: [] };
    await slowAndFast(run);
    return { figures: run.figures, breaches: run.breaches };
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
  const { server, pid, outputs, options, figures, breaches } = run;
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
  if (!(meanwhile < 5 * before + MARGIN_MS)) {
    breaches.push(`others waited ${meanwhile.toFixed(0)} ms instead of ${before.toFixed(0)}`);
  }
  await untilStagingEmpty(outputs);
  await leave();
  const left = await descriptorsBackAt(pid, rested + SPARE_DESCRIPTORS);
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
  const { server, visitor, options, picture, figures, breaches } = run;
  const base = { url: server.url, cookie: visitor.cookie };
  const clients = options.cycles;
  const cut = (what: string, ms: number, promised: number) => {
    figures.push({ name: `s until ${what} were cut`, value: (ms / 1000).toFixed(1) });
    if (ms > promised + SPARE_MS) breaches.push(`${what} were cut after ${ms} ms, ${promised} were promised`);
    options.say(`${what}: cut after ${(ms / 1000).toFixed(1)} s`);
  };
  const within = (promised: number) => promised + 2 * SPARE_MS;
  const { headers, body, read } = CUT_AFTER;
  const first = Promise.all([
    slowHeaders({ ...base, clients, withinMs: within(headers) }).then((ms) => cut('headers', ms, headers)),
    slowBodies({ ...base, clients, withinMs: within(body) }).then((ms) => cut('bodies', ms, body)),
  ]);
  const readers = { ...base, clients: Math.min(MOST_READERS, clients) };
  const withinMs = options.patient ? within(read) : CUT_AFTER.body / 2;
  const [{ most, ms }] = await Promise.all([
    stalledReaders({ ...readers, withinMs }, picture, () => holding(run)),
    first,
  ]);
  if (most < readers.clients) breaches.push(`only ${most} of ${readers.clients} readers were waited for`);
  if (options.patient) cut('readers', ms, read);
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
  const { server, visitor, picture, options, figures, breaches } = run;
  const base = { url: server.url, cookie: visitor.cookie, picture };
  const tool = async (mode: Mode, clients: number, promisedMs: number, mustBeCut: boolean) => {
    const seconds = (promisedMs + (mustBeCut ? SPARE_MS : 0)) / 1000;
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
  const patience = options.patient ? read : body / 2;
  return [
    tool('headers', options.cycles, headers, true),
    tool('body', options.cycles, body, true),
    // what it has not read yet it takes for a connection: only the server tells that they were cut, see `holding`
    tool('read', readers, patience, false),
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
