import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProofOptions, ProofResult } from '../../scripts/dev/proof-part.ts';
import { CALM } from '../acceptance/calls.ts';
import { tinyPng } from '../acceptance/png.ts';
import { ADMIN_TOKEN, type RunningServer, serviceClient, startServer } from '../acceptance/rig.ts';
import { attach, callsIn, happened, injectionFlags } from './strace-attach.ts';
import { ACTS, type Act, type Library, look, prepare, sameLibrary, shownLibrary } from './syscalls-acts.ts';
import { CALLS, type Case, casesOf, nameOf, sample } from './syscalls-cases.ts';
import { judgeAnswer, judgeState, lostSyncs } from './syscalls-judge.ts';
import { startUnderFault } from './syscalls-start.ts';

/**
 * The real server, with strace making one of its system calls fail (or killing it there) while something is done. It answers as
 * it must, lives on (or starts again), and then everything acknowledged is there, nothing is half there, and the same call succeeds.
 */
const CHECK_EVERY = 75;

export interface Session {
  readonly outputs: string;
  readonly log: string;
  server: RunningServer;
  /** Every owner since the last start, with what must be there. */
  owners: Map<string, Library>;
  readonly breaches: string[];
  readonly answers: Map<string, number>;
  /** Lines that nobody may bring about, of all servers so far. */
  readonly loud: string[];
}

export async function runSyscalls(options: ProofOptions): Promise<ProofResult> {
  const parent = await mkdtemp(join(tmpdir(), 'kiroku-calls-'));
  const outputs = join(parent, 'outputs');
  const loud: string[] = [];
  try {
    await mkdir(outputs);
    const session: Session = {
      outputs,
      log: join(parent, 'strace.log'),
      server: await start(outputs, loud),
      owners: new Map(),
      breaches: [],
      answers: new Map(),
      loud,
    };
    try {
      return await provedIn(session, options);
    } finally {
      await session.server.kill();
    }
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

async function provedIn(session: Session, options: ProofOptions): Promise<ProofResult> {
  const { breaches, loud, answers } = session;
  const figures = await figuresOf(session, options).catch((error: unknown) => {
    // what was found until then is told all the same
    breaches.push(`the run came to an end before its time: ${error}`);
    return [];
  });
  breaches.push(...loud.slice(0, 10).map((line) => `in the log: ${line}`));
  const told = [...answers].sort().map(([answer, count]) => `${answer}: ${count}`);
  options.say(told.join(', '));
  return { breaches, figures };
}

async function figuresOf(session: Session, options: ProofOptions): Promise<ProofResult['figures']> {
  const cases = sample(await everyCase(session), options);
  const tally = await runCases(session, cases, options);
  await restart(session, 'at the end');
  const stopped = await session.server.stop();
  if (stopped !== 0) session.breaches.push(`the last stop: ${stopped}`);
  return tally;
}

export async function start(outputs: string, loud: string[]): Promise<RunningServer> {
  const env = { ...CALM, LOG_LEVEL: 'warn', UV_THREADPOOL_SIZE: '1' };
  const server = await startServer({ outputDir: outputs, env, readyWithinMs: 60_000 });
  try {
    // decoders are begun by the first uploads: the faults are for the server, not for how a decoder's process loads
    const warm = serviceClient(server.url, 'u-warm');
    await Promise.all([1, 2, 3].map(async (seed) => (await warm.upload(tinyPng(seed))).arrayBuffer()));
  } catch (error) {
    await server.kill();
    throw error;
  }
  for (const stream of [server.process.stdout, server.process.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      const lines = chunk.toString('utf8').split('\n');
      loud.push(
        ...lines.filter((line) => /"level":60|not handled/.test(line)).map((line) => line.slice(0, 1500)),
      );
    });
  }
  return server;
}

/** One more of these answers was given. */
export function countAnswer({ answers }: Session, answer: string): void {
  answers.set(answer, (answers.get(answer) ?? 0) + 1);
}

/** The whole product: each act × each call that it makes, each time it makes it × each error × once and for ever. */
async function everyCase(session: Session): Promise<Case[]> {
  const cases: Case[] = [];
  for (const act of ACTS) {
    const [one, other] = [await callsOf(session, act, 1), await callsOf(session, act, 2)];
    for (const [call, count] of one)
      cases.push(...casesOf(act.name, call, Math.min(count, other.get(call) ?? 0)));
  }
  // what a start makes of each is known only by doing it; these are about as many as it makes
  for (const call of CALLS) cases.push(...casesOf('start-up', call, call === 'openat' ? 20 : 4));
  return cases;
}

/** How often an act makes each call, where nothing goes wrong. */
async function callsOf(session: Session, act: Act, turn: number): Promise<Map<string, number>> {
  const { url, process: running } = session.server;
  const owner = `u-plain-${turn}-${ACTS.indexOf(act)}`;
  const prepared = await prepare(
    url,
    serviceClient(url, owner),
    owner,
    act,
    turn * 1_000_000 + ACTS.indexOf(act),
  );
  const tracer = await attach(running.pid ?? 0, ['-e', `trace=${CALLS.join(',')}`], session.log);
  const answer = await act.run(prepared);
  await answer.arrayBuffer();
  await tracer.detach();
  session.owners.set(owner, prepared.after);
  return callsIn(session.log);
}

async function runCases(
  session: Session,
  cases: readonly Case[],
  { say, seed }: ProofOptions,
): Promise<ProofResult['figures']> {
  let hit = 0;
  let killed = 0;
  for (const [index, one] of cases.entries()) {
    if (session.breaches.length > 50) break;
    const where = `${nameOf(one)} (seed ${seed}, case ${index})`;
    const before = session.breaches.length;
    const outcome =
      one.act === 'start-up'
        ? await startUnderFault(session, one, index, where)
        : await runCase(session, one, index, where);
    if (outcome.hit) hit += 1;
    if (outcome.died) killed += 1;
    session.breaches.push(...outcome.faults.map((fault) => `${where}: ${fault}`));
    if (outcome.died || index % CHECK_EVERY === CHECK_EVERY - 1) await restart(session, where);
    for (const breach of session.breaches.slice(before)) say(breach);
    if (index % 200 === 199) say(`${index + 1} cases, ${hit} hit, ${session.breaches.length} breaches`);
  }
  return [
    { name: 'cases', value: cases.length },
    { name: 'of them hit', value: hit },
    { name: 'deaths and starts', value: killed },
    { name: 'kinds of answers', value: session.answers.size },
  ];
}

export interface CaseOutcome {
  readonly hit: boolean;
  readonly died: boolean;
  readonly faults: readonly string[];
}

async function runCase(session: Session, one: Case, index: number, where: string): Promise<CaseOutcome> {
  const act = ACTS.find(({ name }) => name === one.act);
  if (act === undefined) throw new Error(`there is no act ${one.act}`);
  const { server } = session;
  const owner = `u-case-${index}`;
  const prepared = await prepare(server.url, serviceClient(server.url, owner), owner, act, index);
  const tracer = await attach(server.process.pid ?? 0, injectionFlags(one), session.log);
  const answer = await act.run(prepared).catch(() => undefined);
  const body = (await answer?.text().catch(() => undefined)) ?? '';
  await tracer.detach();
  const hit = await happened(session.log, one);
  const lost = await lostSyncs(session.log, session.outputs);
  const died = hit && one.error === 'KILL';
  if (died) {
    await server.kill();
    session.server = await start(session.outputs, session.loud);
  }
  const told =
    answer === undefined ? 'cut' : `${answer.status} ${/"code":"(\w+)"/.exec(body)?.[1] ?? ''}`.trim();
  countAnswer(session, `${one.error} ${told}`);
  const faults = judgeAnswer({ error: one.error, act: act.name, told, ok: answer?.ok === true, died });
  const { exitCode, signalCode } = server.process;
  if (!died && (exitCode !== null || signalCode !== null))
    return { hit, died: true, faults: [...faults, `the server died: ${server.output()}`] };
  const sure = answer?.ok === true && (act.done?.(body) ?? true);
  if (sure && act.needsNoSync !== true)
    faults.push(...lost.map((path) => `answered ${told} although a sync of ${path} failed`));
  const now = { ...prepared, url: session.server.url, client: serviceClient(session.server.url, owner) };
  faults.push(...(await judgeState(now, act, sure, `${told} ${body.slice(0, 300)}`)));
  session.owners.set(owner, now.after);
  if (faults.length > 0)
    faults.push(
      `the log: ${server.output().slice(-3000)}`,
      `reproduce: --only '${nameOf(one)}' --cycles 1, ${where}`,
    );
  return { hit, died, faults };
}

/** A start anew: every owner's library is as it was, nothing is staged, and every byte is what was written. */
export async function restart(session: Session, where: string): Promise<void> {
  const stopped = await session.server.stop();
  if (stopped !== 0) session.breaches.push(`${where}: the stop after it ended with ${stopped}`);
  session.server = await start(session.outputs, session.loud);
  // what an undo could not remove under a fault that stayed, the start does
  const staged = await readdir(join(session.outputs, '.kiroku/staging'));
  if (staged.length > 0) session.breaches.push(`${where}: staged after a start: ${staged.slice(0, 3)}`);
  await checkAll(session, where);
  session.owners = new Map();
}

export async function checkAll({ server, owners, breaches }: Session, where: string): Promise<void> {
  for (const [owner, wanted] of owners) {
    const seen = await look(serviceClient(server.url, owner)).catch(String);
    if (typeof seen === 'string') breaches.push(`${where}: ${owner} after a start: ${seen}`);
    else if (!sameLibrary(seen, wanted))
      breaches.push(
        `${where}: ${owner} after a start: ${shownLibrary(seen)}; wanted ${shownLibrary(wanted)}`,
      );
  }
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const answer = await fetch(`${server.url}/api/v1/admin/verify`, { method: 'POST', headers, body: '{}' });
  const report = await answer.text();
  if (!/"found":\[\]/.test(report)) breaches.push(`${where}: verify: ${report.slice(0, 500)}`);
}
