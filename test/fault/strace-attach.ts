import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';

/** What is to go wrong in a process: at its nth call of this name (counted a thread), once or from then on. */
export interface Injection {
  /** A system call's name, or several with commas. */
  readonly call: string;
  /** An error's name, or `KILL`. */
  readonly error: string;
  readonly nth: number;
  readonly forever: boolean;
}

/** strace(1), `-e inject`; `-y` says of what file a descriptor is. */
export function injectionFlags({ call, error, nth, forever }: Injection): string[] {
  const what = error === 'KILL' ? 'signal=KILL' : `error=${error}`;
  return ['-y', '-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${nth}${forever ? '+' : ''}`];
}

/** strace lets a process go in a few ms, where it does. */
const STUCK_MS = 300;

export interface Attached {
  /** Lets the process go; it runs on without us. */
  detach(): Promise<void>;
}

/**
 * Puts strace onto a process that runs, every thread of it; resolves when none can make a call unseen.
 * @param flags what to trace and inject
 */
export async function attach(pid: number, flags: readonly string[], log: string): Promise<Attached> {
  const tracer = spawn('strace', ['-f', '-qq', '-o', log, ...flags, '-p', String(pid)], { stdio: 'ignore' });
  const ended = once(tracer, 'exit');
  await untilTraced(pid, tracer);
  return {
    async detach() {
      if (tracer.exitCode === null && tracer.signalCode === null) tracer.kill('SIGTERM');
      // told to go while its process dies, strace waits for ever; without it the kernel lets every thread go
      const stuck = setTimeout(() => tracer.kill('SIGKILL'), STUCK_MS);
      await ended;
      clearTimeout(stuck);
    },
  };
}

async function untilTraced(pid: number, tracer: ChildProcess): Promise<void> {
  for (;;) {
    const tracers = await tracersOf(pid);
    if (tracers.length > 0 && tracers.every((one) => one === tracer.pid)) return;
    if (tracer.exitCode !== null) throw new Error(`strace could not attach to ${pid}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

/** Lets a process go that strace began, by its end or, where it does not let go, by force. */
export async function release(pid: number): Promise<void> {
  const tracer = async () => (await tracersOf(pid)).find((one) => one !== 0);
  const begun = performance.now();
  signal(await tracer(), 'SIGTERM');
  for (let left = await tracer(); left !== undefined; left = await tracer()) {
    if (performance.now() - begun > STUCK_MS) signal(left, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name);
  } catch {
    // it has ended by itself
  }
}

/** Who traces each thread of a process (proc(5), TracerPid); 0 where nobody does, nothing where it is gone. */
export async function tracersOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const texts = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/status`, 'utf8').catch(() => '')),
  );
  return texts.filter((text) => text !== '').map((text) => Number(/^TracerPid:\s+(\d+)$/m.exec(text)?.[1]));
}

/** Whether what was to go wrong did. */
export async function happened(log: string, { error }: Injection): Promise<boolean> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return error === 'KILL' ? text.includes('killed by SIGKILL') : text.includes('(INJECTED)');
}

/** The most calls of each name that one thread made. */
export async function callsIn(log: string): Promise<Map<string, number>> {
  const byThread = new Map<string, number>();
  for (const line of (await readFile(log, 'utf8')).split('\n')) {
    const found = /^(\d+)\s+(?:<\.\.\. )?(\w+)(?:\(| resumed>)/.exec(line);
    if (found === null || line.includes('resumed>')) continue;
    const key = `${found[1]} ${found[2]}`;
    byThread.set(key, (byThread.get(key) ?? 0) + 1);
  }
  const most = new Map<string, number>();
  for (const [key, count] of byThread) {
    const name = key.split(' ')[1] ?? '';
    most.set(name, Math.max(most.get(name) ?? 0, count));
  }
  return most;
}
