import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/kiroku.ts', import.meta.url));

export interface CommandEnd {
  readonly code: number | null;
  readonly out: string;
  readonly told: string;
  /** What `--json` printed. */
  readonly report: Readonly<Record<string, unknown>> | undefined;
}

/** Starts `kiroku …` on a tree, in a process of its own, as an operator would. */
export function startKiroku(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly ended: Promise<CommandEnd> } {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SCRIPT, ...args], {
    env: { PATH: process.env['PATH'], OUTPUT_DIR: root, LOG_LEVEL: 'warn', ...env },
    cwd: root,
  });
  let out = '';
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString('utf8');
  });
  const end = async (): Promise<CommandEnd> => {
    await once(child, 'close');
    return { code: child.exitCode, out, told, report: out.startsWith('{') ? JSON.parse(out) : undefined };
  };
  return { child, ended: end() };
}

/** The same to its end. */
export function kiroku(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandEnd> {
  return startKiroku(root, args, env).ended;
}
