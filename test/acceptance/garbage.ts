import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProofOptions, ProofResult } from '../../scripts/dev/proof-part.ts';
import { CALM, descriptors, inParallel, seeded, stored, untilStagingEmpty, visit } from './calls.ts';
import { goodRequests, nearlyRight } from './garbage-requests.ts';
import { tinyPng } from './png.ts';
import { openSocket, type RawAnswer } from './raw-socket.ts';
import { type RunningServer, serviceClient, startServer } from './rig.ts';

/**
 * Bytes that are nearly requests, each on a socket of its own: an answer or a closed connection within the time, never a
 * failure of ours, and afterwards everything is as it was. The right ones that they are made from get a whole answer each,
 * before and after all of them.
 */
const LANES = 16;
/** Longer than this is a hang, ms. */
const HANG_MS = 5_000;
const OWNER_AFTER = 'u-after';

export interface RawOptions extends ProofOptions {
  /** The longest wait for an answer, ms. */
  readonly patienceMs?: number;
}

export async function runRaw(options: RawOptions): Promise<ProofResult> {
  const parent = await mkdtemp(join(tmpdir(), 'kiroku-raw-'));
  const outputs = join(parent, 'outputs');
  await mkdir(outputs);
  const server = await startServer({ outputDir: outputs, env: { ...CALM, LOG_LEVEL: 'warn' } });
  try {
    const { owner, cookie } = await visit(server.url);
    const item = await stored(server.url, owner, tinyPng(1));
    const before = await descriptors(server.process.pid ?? 0);
    const good = goodRequests({ cookie, item });
    const first = await unchanged(server, good, options);
    const tally = await sendAll(server, good, options);
    const { breaches, statuses } = tally;
    breaches.push(...first, ...(await unchanged(server, good, options)));
    breaches.push(...(await aftermath(server, outputs, { owner, url: item.url, before })));
    if ((await server.stop()) !== 0) breaches.push(`the stop was not clean:\n${server.output()}`);
    const of = (wanted: (status: number) => boolean) =>
      [...statuses].reduce((sum, [status, count]) => sum + (wanted(status) ? count : 0), 0);
    const figures = [
      { name: 'requests', value: options.cycles },
      { name: 'answered 2xx or 3xx', value: of((status) => status >= 200 && status < 400) },
      { name: '4xx', value: of((status) => status >= 400 && status < 500) },
      { name: 'closed without an answer', value: of((status) => status === 0) - tally.brokenOff },
      { name: 'closed within one', value: tally.brokenOff },
      { name: 'slowest, ms', value: Math.round(tally.slowestMs) },
    ];
    return { breaches, figures };
  } finally {
    await server.kill();
    await rm(parent, { recursive: true, force: true });
  }
}

interface Tally {
  readonly breaches: string[];
  readonly statuses: Map<number, number>;
  /** Of those without an answer: something of one came. */
  brokenOff: number;
  slowestMs: number;
}

/** The right requests as they are: each gets an answer, and all of it. */
async function unchanged(
  { url }: RunningServer,
  good: readonly Buffer[],
  { patienceMs = HANG_MS }: RawOptions,
): Promise<string[]> {
  const faults: string[] = [];
  for (const bytes of good) {
    const { status, wrong, begun } = await send(url, bytes, { withinMs: patienceMs, stays: true });
    const fault = wrong ?? (status === 0 ? `no whole answer: ${begun}` : undefined);
    if (fault !== undefined) faults.push(`unchanged: ${fault}: ${bytes.toString('latin1', 0, 600)}`);
  }
  return faults;
}

async function sendAll(server: RunningServer, good: readonly Buffer[], options: RawOptions): Promise<Tally> {
  const { cycles, seed, say, patienceMs = HANG_MS } = options;
  const tally: Tally = { breaches: [], statuses: new Map(), brokenOff: 0, slowestMs: 0 };
  await inParallel(Array.from({ length: cycles }), LANES, async (_, index) => {
    if (tally.breaches.length > 50) return;
    // each of a seed of its own: `--seed` of the breach with `--cycles 1` sends it alone
    const bytes = nearlyRight(good, seeded(seed + index));
    const began = performance.now();
    const { status, wrong, begun } = await send(server.url, bytes, { withinMs: patienceMs, stays: false });
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - began);
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
    if (status === 0 && begun !== '') tally.brokenOff += 1;
    if (wrong !== undefined)
      tally.breaches.push(
        `seed ${seed + index}: ${wrong}: ${JSON.stringify(bytes.toString('latin1', 0, 600))}`,
      );
    if (index % 10_000 === 9_999) say(`${index + 1} requests, ${tally.breaches.length} breaches`);
  });
  return tally;
}

interface Sent {
  /** 0 for a connection that was closed without a whole answer. */
  readonly status: number;
  /** What came of such an answer. */
  readonly begun: string;
  readonly wrong?: string | undefined;
}

interface Sending {
  readonly withinMs: number;
  /** We wait for the answer with our side open, as those do who have said all. */
  readonly stays: boolean;
}

async function send(url: string, bytes: Buffer, { withinMs, stays }: Sending): Promise<Sent> {
  const socket = await openSocket(url);
  try {
    socket.send(bytes);
    if (!stays) socket.end();
    const head = /^\s*HEAD /.test(bytes.toString('latin1', 0, 8));
    const answer = await socket.answer({ withinMs, head });
    const begun = answer === undefined ? socket.rest().toString('latin1', 0, 2_000) : '';
    return { status: answer?.status ?? 0, begun, wrong: wrongIn(answer, begun) };
  } catch (error) {
    return { status: 0, begun: '', wrong: String(error) };
  } finally {
    socket.cut();
  }
}

function wrongIn(answer: RawAnswer | undefined, begun: string): string | undefined {
  const status = answer?.status ?? Number(/^HTTP\/1\.[01] (\d{3})/.exec(begun)?.[1] ?? 0);
  const text = answer?.body.toString('utf8', 0, 2_000) ?? begun;
  if (status >= 500) return `${status} ${text}`;
  const type = answer?.headers.get('content-type') ?? begun;
  const isProblem = type.includes('application/problem+json');
  return isProblem && /node_modules|\bat .*\.ts:\d/.test(text) ? `tells of our code: ${text}` : undefined;
}

interface Before {
  readonly owner: string;
  readonly url: string;
  /** Descriptors. */
  readonly before: number;
}

/** Nothing staged, no descriptor more, the picture is what it was, the next one is taken, and the log is calm. */
async function aftermath(server: RunningServer, outputs: string, known: Before): Promise<string[]> {
  const faults: string[] = [];
  await untilStagingEmpty(outputs).catch((error: unknown) => faults.push(String(error)));
  const bytes = await serviceClient(server.url, known.owner).bytes(known.url);
  if (!bytes.equals(tinyPng(1))) faults.push('the picture is another one afterwards');
  await stored(server.url, OWNER_AFTER, tinyPng(3)).catch((error: unknown) => faults.push(String(error)));
  const now = await descriptors(server.process.pid ?? 0);
  if (now >= known.before + 40) faults.push(`${now} descriptors, ${known.before} before`);
  const bad = server
    .output()
    .split('\n')
    .filter((line) => /"level":(50|60)|not handled/.test(line));
  return [...faults, ...bad.slice(0, 20).map((line) => `in the log: ${line.slice(0, 1_500)}`)];
}
