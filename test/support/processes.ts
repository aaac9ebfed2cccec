import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isKirokuError } from '../../src/domain/errors.ts';

/** True while a process of this id runs; a zombie that nobody has reaped yet does not. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    // The state is the first letter behind the name, which may hold anything (proc(5)).
    return !/\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

/** Runs something while the process stands still: whatever it was asked in that time is certainly not done yet. */
export async function stopped<T>(pid: number, run: () => Promise<T>): Promise<T> {
  process.kill(pid, 'SIGSTOP');
  try {
    return await run();
  } finally {
    if (alive(pid)) process.kill(pid, 'SIGCONT');
  }
}

/** The code with which a promise is refused; the test fails on any other outcome. */
export async function kindOfError(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (isKirokuError(error)) return error.code;
    throw error;
  }
  throw new Error('was not refused');
}

/** Resolves when no process of this id is left; a deadline says that something is stuck, and nothing else. */
export async function untilGone(pid: number, deadlineMs = 20_000): Promise<void> {
  const step = 20;
  for (let waited = 0; alive(pid); waited += step) {
    if (waited > deadlineMs) throw new Error(`process ${pid} is still there`);
    await new Promise((resolve) => setTimeout(resolve, step));
  }
}

/** What a script prints, as JSON, that may open 96 descriptors at most. */
export async function runWithFewDescriptors(script: URL): Promise<unknown> {
  const shell = spawn('sh', ['-c', 'ulimit -n 96; exec "$0" "$1"', process.execPath, fileURLToPath(script)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  shell.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(shell, 'close');
  return JSON.parse(output);
}
