// Plain JavaScript without dependencies: this must run on Node 20, before anything is installed.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { ROOT } from './node.mjs';

const FORWARDED = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** One keystroke reaches us twice, from the terminal and through npm: within this time it is the same one. */
const SAME_SIGNAL_MS = 250;

/**
 * Runs `node` with these arguments as if it stood in our place: same streams, signals handed on. Resolves with its
 * exit code or the signal that ended it. Every `node` that it starts by name is the same one. Told other streams
 * (`stdio`, as `spawn` has it) it writes there.
 */
export function runNode(node, args, { env = {}, cwd = ROOT, stdio = 'inherit' } = {}) {
  const path = `${dirname(node)}:${process.env.PATH ?? ''}`;
  const child = spawn(node, args, {
    cwd,
    stdio,
    env: { ...process.env, PATH: path, ...env },
  });
  const last = new Map();
  const handlers = FORWARDED.map((signal) => {
    const handler = () => {
      const now = performance.now();
      if (now - (last.get(signal) ?? Number.NEGATIVE_INFINITY) < SAME_SIGNAL_MS) return;
      last.set(signal, now);
      child.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      resolve({ code, signal });
    });
  });
}

/** Ends this process the way the other one ended. */
export function endLike({ code, signal }) {
  if (signal === null) process.exit(code ?? 1);
  process.kill(process.pid, signal);
}
