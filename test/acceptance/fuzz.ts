import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ProofOptions, ProofResult } from '../../scripts/dev/proof-part.ts';
import { descriptors, inParallel, strangers } from './calls.ts';
import {
  type Callers,
  createPools,
  createSender,
  type Pools,
  type Sender,
  type SentRequest,
  toSend,
} from './fuzz-client.ts';
import { faultsOf, learn } from './fuzz-judge.ts';
import { requestsOf } from './fuzz-requests.ts';
import type { OpenApi } from './fuzz-schema.ts';
import { tinyPng } from './png.ts';
import { ADMIN_TOKEN, type RunningServer, SERVICE_TOKEN, serviceClient, startServer } from './rig.ts';

/**
 * Requests made from the server's own OpenAPI document, right ones and broken ones, from everybody who may call. Every answer
 * must be one that the document has; no failure of ours, no request without an answer, nothing in the log that nobody caught.
 */
const LANES = 8;
const BATCH = 500;
/** Longer than this is a hang, ms. */
const HANG_MS = 5_000;

const ENV = {
  RATE_LIMIT_PER_ADDRESS: '0',
  RATE_LIMIT_PER_OWNER: '0',
  RATE_LIMIT_NEW_IDENTITIES: '0',
  // the proof says from which address a wrong token comes
  TRUST_PROXY: '127.0.0.1',
  LOG_LEVEL: 'warn',
};

export interface FuzzOptions extends ProofOptions {
  /** The longest wait for an answer, ms. */
  readonly patienceMs?: number;
}

export async function runFuzz(options: FuzzOptions): Promise<ProofResult> {
  const parent = await mkdtemp(join(tmpdir(), 'kiroku-fuzz-'));
  const outputs = join(parent, 'outputs');
  const comfy = join(parent, 'comfy');
  await Promise.all([mkdir(outputs), mkdir(comfy)]);
  const server = await startServer({ outputDir: outputs, env: { ...ENV, COMFY_INPUT_DIR: comfy } });
  const log = watchLog(server);
  try {
    const run = await prepare(server, options.patienceMs ?? HANG_MS);
    const statuses = await fuzz(run, options);
    run.sender.close();
    const breaches = [...run.breaches, ...(await aftermath(server, outputs, run)), ...log.faults()];
    if ((await server.stop()) !== 0) breaches.push(`the stop was not clean:\n${server.output()}`);
    const by = (from: number) =>
      [...statuses].reduce(
        (sum, [status, count]) => (Math.floor(status / 100) === from ? sum + count : sum),
        0,
      );
    return {
      breaches,
      figures: [
        { name: 'requests', value: options.cycles },
        { name: 'operations', value: run.operations.size },
        { name: 'of them with a success', value: run.succeeded.size },
        { name: 'answers 2xx', value: by(2) },
        { name: '4xx', value: by(4) },
        { name: 'slowest, ms', value: Math.round(run.slowestMs) },
      ],
    };
  } finally {
    await server.kill();
    await rm(parent, { recursive: true, force: true });
  }
}

interface Run {
  readonly document: OpenApi;
  readonly callers: Callers;
  readonly pools: Pools;
  readonly sender: Sender;
  readonly url: string;
  readonly breaches: string[];
  readonly operations: Set<string>;
  readonly succeeded: Set<string>;
  readonly descriptorsBefore: number;
  slowestMs: number;
}

async function prepare(server: RunningServer, patienceMs: number): Promise<Run> {
  const { url } = server;
  const visitors = await Promise.all(
    [1, 2].map(async (seed) => {
      const answer = await fetch(`${url}/api/v1/me`);
      const { owner }: { owner: string } = JSON.parse(await answer.text());
      await firstPictures(url, owner, seed);
      return { owner, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
    }),
  );
  const page = await fetch(url).then((answer) => answer.text());
  const assets = [...page.matchAll(/"\.?\/?assets\/([^"]+)"/g)].map(([, name = '']) => name);
  const [owner, other] = visitors;
  return {
    document: JSON.parse(await fetch(`${url}/openapi.json`).then((answer) => answer.text())),
    callers: { owner: owner?.cookie ?? '', other: other?.cookie ?? '', session: await session(url) },
    pools: createPools({
      owner: [...visitors.map(({ owner: name }) => name), 'u-fuzz-1', 'u-fuzz-2', 'u-fuzz-3'],
      asset: ['icon-192.png', ...assets],
      job: [
        'sweep',
        'verify',
        'thumbnails',
        'reconcile-recent',
        'reconcile-full',
        'purge-trash',
        'quotas',
        'comfy-inputs',
      ],
    }),
    sender: createSender(url, LANES, patienceMs),
    url,
    breaches: [],
    operations: new Set(),
    succeeded: new Set(),
    descriptorsBefore: await descriptors(server.process.pid ?? 0),
    slowestMs: 0,
  };
}

/** One of each kind with a graph in it, so that there is something to ask about from the first request on. */
async function firstPictures(url: string, owner: string, seed: number): Promise<void> {
  const graph = JSON.stringify({
    nodes: [{ id: 1, type: 'Note', widgets_values: ['mine'] }],
    links: [],
    version: 0.4,
  });
  for (const path of ['images', 'inputs/upload', 'controls/upload']) {
    const file = new Blob([tinyPng(seed, 24, { workflow: graph })], { type: 'image/png' });
    const body = new FormData();
    body.set('file', file, 'picture.png');
    const headers = { authorization: `Bearer ${SERVICE_TOKEN}` };
    const stored = await fetch(`${url}/api/v1/${path}?owner=${owner}`, { method: 'POST', headers, body });
    if (stored.status !== 201) throw new Error(`upload: ${await stored.text()}`);
  }
}

async function session(url: string): Promise<string> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const answer = await fetch(`${url}/api/v1/admin/session`, { method: 'POST', headers });
  await answer.arrayBuffer();
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

async function fuzz(run: Run, { cycles, seed, say }: FuzzOptions): Promise<ReadonlyMap<number, number>> {
  const requests = requestsOf(run.document);
  const statuses = new Map<number, number>();
  for (let done = 0; done < cycles; done += BATCH) {
    const batch = fc.sample(requests, { numRuns: Math.min(BATCH, cycles - done), seed: seed + done });
    // one that a request ended is begun anew
    run.callers.session = await session(run.url);
    await inParallel(batch, LANES, async (made) => {
      const sent = toSend(made, run.callers, run.pools);
      run.operations.add(made.operation);
      const answer = await run.sender.send(sent).catch((error: unknown) => String(error));
      if (typeof answer === 'string') {
        run.breaches.push(`${answer}: ${shown(sent)}`);
        return;
      }
      run.slowestMs = Math.max(run.slowestMs, answer.ms);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      for (const fault of faultsOf(run.document, made, answer)) run.breaches.push(`${fault}: ${shown(sent)}`);
      if (answer.status < 400) run.succeeded.add(made.operation);
      learn(run.pools, made, answer);
    });
    if (run.breaches.length > 50) return statuses;
    if ((done / BATCH) % 20 === 19) say(`${done + BATCH} requests, ${run.breaches.length} breaches`);
  }
  const never = [...run.operations].filter((operation) => !run.succeeded.has(operation));
  say(`never a success: ${never.join(', ') || 'none'}`);
  say(
    [...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
  );
  return statuses;
}

function shown({ method, target, headers, body }: SentRequest): string {
  const { cookie: _cookie, ...rest } = headers;
  return `${method} ${target} ${JSON.stringify(rest)} ${body?.toString('utf8', 0, 600) ?? ''}`;
}

/** Afterwards everything is as it was: nothing staged, nothing strange on the disk, no descriptor more, and it still works. */
async function aftermath(server: RunningServer, outputs: string, run: Run): Promise<string[]> {
  const faults: string[] = [];
  const stored = await serviceClient(run.url, 'u-after').upload(tinyPng(99));
  if (stored.status !== 201) faults.push(`an upload afterwards: ${stored.status} ${await stored.text()}`);
  faults.push(...(await verified(run.url)));
  const health = await fetch(`${run.url}/healthz`);
  const told = await health.text();
  if (health.status !== 200) faults.push(`health afterwards: ${told}`);
  const quiet = async () => (await readdir(join(outputs, '.kiroku/staging'))).length === 0;
  if (!(await eventually(quiet))) faults.push('something stays staged');
  const pid = server.process.pid ?? 0;
  if (!(await eventually(async () => (await descriptors(pid)) < run.descriptorsBefore + 40))) {
    faults.push(`${await descriptors(pid)} descriptors, ${run.descriptorsBefore} before`);
  }
  // a pipeline and an admin may name any owner: the document's texts are made of words that are names too
  const strange = await strangers(outputs, /^users\/[a-z0-9][a-z0-9_-]{0,63}\//);
  if (strange.length > 0) faults.push(`strange files: ${strange.slice(0, 5).join(', ')}`);
  return faults;
}

/** Everything that is there says what was written. */
async function verified(url: string): Promise<string[]> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/admin/verify`, { method: 'POST', headers, body: '{}' });
  const report = await answer.text();
  return /"found":\[\]/.test(report) ? [] : [`verify: ${answer.status} ${report.slice(0, 500)}`];
}

async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  for (let turn = 0; turn < 400; turn += 1) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return holds();
}

/** Failures, and a manifest that was found wanting: nobody lays hand on the tree. */
const BAD_LINE = /"level":(50|60)|not handled|"why":"(?!asked for").*manifest is rebuilt/;

/** A request that an admin's transfer of its owner got in the way of is told of as any 5xx is. */
const HONEST_LINE = /"level":50.*"code":"(owner_moved|not_configured)"/;

/** Lines of the log that no request of anybody's may bring about. */
function watchLog(server: RunningServer) {
  const bad: string[] = [];
  let rest = '';
  for (const stream of [server.process.stdout, server.process.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      bad.push(...lines.filter((line) => BAD_LINE.test(line) && !HONEST_LINE.test(line)));
    });
  }
  return { faults: () => bad.slice(0, 20).map((line) => `in the log: ${line.slice(0, 1500)}`) };
}
