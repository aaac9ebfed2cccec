import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CALM } from '../acceptance/calls.ts';
import { tinyPng } from '../acceptance/png.ts';
import { serviceClient, startServer } from '../acceptance/rig.ts';
import { happened, injectionFlags, tracersOf } from './strace-attach.ts';
import { type Case, type CaseOutcome, type Session, start } from './syscalls.ts';

/** strace takes each path apart; more than these would make it slow. */
const MOST_PATHS = 60;

/**
 * A start with a fault in it, after a kill in the middle of an upload. It comes up, or refuses and says why, or dies where it was told
 * to; the start after that finds everything.
 */
export async function startUnderFault(session: Session, one: Case, where: string): Promise<CaseOutcome> {
  const { server, outputs, log } = session;
  // an upload on its way when the server dies, so that there is something to recover
  const torn = serviceClient(server.url, 'u-torn')
    .upload(tinyPng(Math.floor(performance.now()), 200))
    .catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await server.kill();
  await torn;
  // -I 2: it would not let itself be ended while it has a program to run
  const prefix = [
    'strace',
    '-D',
    '-I',
    '2',
    '-f',
    '-qq',
    '-o',
    log,
    ...injectionFlags(one),
    ...(await pathFlags(outputs, one)),
  ];
  const env = { ...CALM, LOG_LEVEL: 'warn', UV_THREADPOOL_SIZE: '1' };
  const faults: string[] = [];
  const outcome = await startServer({ outputDir: outputs, env, prefix, readyWithinMs: 60_000 }).catch(String);
  if (typeof outcome === 'string') {
    if (/"level":60.*not handled|at .*\.ts:\d+:\d+\n\s+at/s.test(outcome) && !/"level":60/.test(outcome))
      faults.push(outcome.slice(0, 1000));
    if (/an error was not handled/.test(outcome))
      faults.push(`an error that nobody caught: ${outcome.slice(0, 1500)}`);
  } else {
    const pid = outcome.process.pid ?? 0;
    const [tracer = 0] = await tracersOf(pid);
    if (tracer > 0) process.kill(tracer, 'SIGTERM');
    await untilFree(pid);
    await outcome.stop();
  }
  const hit = await happened(log, one);
  session.answers.set(
    `start-up ${one.error} ${typeof outcome === 'string' ? 'refused' : 'came up'}`,
    (session.answers.get(`start-up ${one.error} ${typeof outcome === 'string' ? 'refused' : 'came up'}`) ??
      0) + 1,
  );
  session.server = await start(outputs, session.loud).catch((error: unknown) => {
    throw new Error(`${where}: the start after it: ${error}`);
  });
  return { hit, died: true, faults };
}

async function untilFree(pid: number): Promise<void> {
  while ((await tracersOf(pid)).some((tracer) => tracer !== 0))
    await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Node opens its own files too, and cannot start without them: only ours fail. */
async function pathFlags(outputs: string, { call }: Case): Promise<string[]> {
  if (call !== 'openat') return [];
  const own = await readdir(join(outputs, '.kiroku'), { recursive: true });
  const owners = (await readdir(join(outputs, 'users'))).flatMap((owner) => [
    `users/${owner}`,
    `users/${owner}/manifest.jsonl`,
    `users/${owner}/owner.json`,
  ]);
  const paths = ['.kiroku', 'users', ...own.map((path) => `.kiroku/${path}`), ...owners];
  return paths.slice(0, MOST_PATHS).flatMap((path) => ['-P', join(outputs, path)]);
}
