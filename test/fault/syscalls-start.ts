import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CALM } from '../acceptance/calls.ts';
import { sha256, tinyPng } from '../acceptance/png.ts';
import { serviceClient, startServer } from '../acceptance/rig.ts';
import { happened, injectionFlags, release } from './strace-attach.ts';
import { type CaseOutcome, countAnswer, type Session, start } from './syscalls.ts';
import { ACTIVE } from './syscalls-acts.ts';
import type { Case } from './syscalls-cases.ts';

/** strace takes each path apart; more than these would make it slow. */
const MOST_PATHS = 60;

/**
 * A start with a fault in it, after a kill in the middle of an upload. It comes up, or refuses and says why, or dies where it was told
 * to; the start after that finds everything.
 */
export async function startUnderFault(
  session: Session,
  one: Case,
  index: number,
  where: string,
): Promise<CaseOutcome> {
  const { outputs, log } = session;
  await killBesideUploads(session, index);
  // -I 2: it would not let itself be ended while it has a program to run
  const strace = ['strace', '-D', '-I', '2', '-f', '-qq', '-o', log, ...injectionFlags(one)];
  const prefix = [...strace, ...(await pathFlags(outputs, one))];
  // Node's own cache makes folders and files too: the faults are for ours
  const own = { UV_THREADPOOL_SIZE: '1', NODE_DISABLE_COMPILE_CACHE: '1' };
  const env = { ...CALM, LOG_LEVEL: 'warn', ...own };
  const outcome = await startServer({ outputDir: outputs, env, prefix, readyWithinMs: 60_000 }).catch(String);
  const faults = typeof outcome === 'string' ? judgeRefusal(one, outcome) : [];
  if (typeof outcome !== 'string') {
    session.server = outcome;
    await release(outcome.process.pid ?? 0);
    await outcome.stop();
  }
  const hit = await happened(log, one);
  countAnswer(session, `start-up ${one.error} ${typeof outcome === 'string' ? 'refused' : 'came up'}`);
  session.server = await start(outputs, session.loud).catch((error: unknown) => {
    throw new Error(`${where}: the start after it: ${error}`);
  });
  return { hit, died: true, faults };
}

/** One upload that was just answered when the server dies, and one on its way, so that there is something to recover. */
async function killBesideUploads(session: Session, index: number): Promise<void> {
  const { server, owners } = session;
  const upload = async (owner: string) => {
    const file = tinyPng(index, 200);
    const answer = await serviceClient(server.url, owner)
      .upload(file)
      .catch(() => undefined);
    if (answer?.status === 201) owners.set(owner, new Map([[sha256(file), ACTIVE]]));
  };
  await upload(`u-last-${index}`);
  const torn = upload(`u-torn-${index}`);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await server.kill();
  await torn;
}

/** A start that did not come up must say why, unless it was killed. */
function judgeRefusal({ error }: Case, output: string): string[] {
  if (/an error was not handled/.test(output))
    return [`an error that nobody caught: ${output.slice(0, 1500)}`];
  if (error === 'KILL' || /"level":60/.test(output)) return [];
  return [`neither came up nor said why: ${output.slice(-1000)}`];
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
