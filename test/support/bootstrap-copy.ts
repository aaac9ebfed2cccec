import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Waits for a signal, says which, and ends with a code of its own; a second signal changes the code. */
const SERVER = `
  let signals = 0;
  for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => {
    signals += 1;
    console.log(name);
    setTimeout(() => process.exit(40 + signals), 400);
  });
  console.log('ready', process.execArgv.join(' '), process.argv.slice(2).join(' '));
  setInterval(() => {}, 1000);
`;

/** Stands in for npm: notes how it was called and leaves behind what a finished install leaves. */
const FAKE_NPM = `
  const fs = require('node:fs');
  fs.appendFileSync('npm-calls.txt', process.argv.slice(2).join(' ') + '\\n');
  fs.mkdirSync('node_modules/thing', { recursive: true });
  fs.writeFileSync('node_modules/thing/package.json', '{}');
  fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;

export interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

/** The scripts of the two commands in a folder of their own, with an npm and a server that only say what they were told. */
export interface BootstrapCopy {
  readonly path: (...names: string[]) => string;
  readonly put: (path: string, text: string) => Promise<void>;
  /** With the real scripts, so that what npm runs is what it runs for everybody. */
  readonly putPackage: (engine: string) => Promise<void>;
  /** What stands in `bin` of the copy goes before this machine's programs. */
  readonly run: (script: string, ...args: string[]) => Run;
  /** By npm, with words of its own. */
  readonly runNpm: (...args: string[]) => Run;
}

/** A new one for each test, which ends what that started. */
export function useBootstrapCopy(): BootstrapCopy {
  let folder = '';
  const children: ChildProcess[] = [];
  const path = (...names: string[]) => join(folder, ...names);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiroku-bootstrap-'));
    await cp(join(ROOT, 'scripts', 'lib'), path('scripts', 'lib'), { recursive: true });
    for (const name of ['start.mjs', 'test.mjs', 'build.mjs']) {
      await cp(join(ROOT, 'scripts', name), path('scripts', name));
    }
    await putPackage('>=20.0.0');
    await put('package-lock.json', lockOf({}));
    await put('src/main.ts', SERVER);
    await put('package-of-npm/npm-cli.js', FAKE_NPM);
    await put('package-of-npm/package.json', '{"type":"commonjs"}');
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  async function put(name: string, text: string): Promise<void> {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), text);
  }

  async function putPackage(engine: string): Promise<void> {
    const { scripts }: { scripts: object } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    await put('package.json', JSON.stringify({ type: 'module', engines: { node: engine }, scripts }));
  }

  function run(script: string, ...args: string[]): Run {
    const env = {
      ...process.env,
      PATH: `${path('bin')}:${process.env['PATH'] ?? ''}`,
      npm_execpath: path('package-of-npm', 'npm-cli.js'),
    };
    return watch(spawn(process.execPath, [path('scripts', script), ...args], { cwd: folder, env }));
  }

  function watch(child: ChildProcessWithoutNullStreams): Run {
    children.push(child);
    return runOf(child);
  }

  return { path, put, putPackage, run, runNpm: (...args) => watch(spawn('npm', args, { cwd: folder })) };
}

function runOf(child: ChildProcessWithoutNullStreams): Run {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = once(child, 'close').then(
    ([code, signal]: (number | string | null)[]) => code ?? signal ?? null,
  );
  return { child, output: () => output, ended };
}

/** A lock file of these packages. */
export function lockOf(packages: Record<string, object>): string {
  return JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'x' }, ...packages } });
}
