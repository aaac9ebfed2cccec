import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NODE_FLAGS } from '../../scripts/lib/node-flags.mjs';

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

let folder = '';
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiroku-bootstrap-'));
  await cp(join(ROOT, 'scripts', 'lib'), join(folder, 'scripts', 'lib'), { recursive: true });
  for (const name of ['start.mjs', 'test.mjs', 'build.mjs']) {
    await cp(join(ROOT, 'scripts', name), join(folder, 'scripts', name));
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

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** With the real scripts, so that what npm runs is what it runs for everybody. */
async function putPackage(engine: string): Promise<void> {
  const real: { scripts: Record<string, string> } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  );
  await put(
    'package.json',
    JSON.stringify({ type: 'module', engines: { node: engine }, scripts: real.scripts }),
  );
}

function lockOf(packages: Record<string, object>): string {
  return JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'x' }, ...packages } });
}

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | string | null>;
}

function run(script: string, ...args: string[]): Run {
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    npm_execpath: join(folder, 'package-of-npm', 'npm-cli.js'),
  };
  return watch(spawn(process.execPath, [join(folder, 'scripts', script), ...args], { cwd: folder, env }));
}

function watch(child: ChildProcessWithoutNullStreams): Run {
  children.push(child);
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

async function saysSoon(what: Run, words: string): Promise<void> {
  while (!what.output().includes(words)) {
    const stopped = await Promise.race([
      what.ended,
      new Promise((resolve) => setTimeout(resolve, 10, 'wait')),
    ]);
    if (stopped !== 'wait') throw new Error(`it ended with ${stopped}: ${what.output()}`);
  }
}

describe('npm start', () => {
  it('hands a signal on once, however often it comes at once, and keeps the exit code', async () => {
    const started = run('start.mjs', '--port=0');
    await saysSoon(started, `ready ${NODE_FLAGS.join(' ')} --port=0`);
    started.child.kill('SIGTERM');
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(41);
    expect(started.output().match(/SIGTERM/g)).toHaveLength(1);
  });

  it('is reached by a signal that only npm was sent', async () => {
    const started = watch(spawn('npm', ['start', '--silent'], { cwd: folder }));
    await saysSoon(started, 'ready');
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(41);
  });

  it('hands a second, later signal on', async () => {
    const started = run('start.mjs');
    await saysSoon(started, 'ready');
    started.child.kill('SIGTERM');
    await saysSoon(started, 'SIGTERM');
    started.child.kill('SIGINT');
    expect(await started.ended).toBe(42);
  });

  it('ends by the same signal as the server', async () => {
    await put('src/main.ts', 'process.kill(process.pid, "SIGKILL")');
    expect(await run('start.mjs').ended).toBe('SIGKILL');
  });

  it('installs only what the lock file asks for and is not there', async () => {
    await put('src/main.ts', 'console.log("served")');
    await put('package-lock.json', lockOf({ 'node_modules/thing': { version: '1.0.0', integrity: 'a' } }));
    const first = run('start.mjs');
    expect(await first.ended).toBe(0);
    expect(first.output()).toContain('installing: 1 packages');
    const second = run('start.mjs');
    expect(await second.ended).toBe(0);
    expect(second.output()).toBe('served\n');
    const calls = (await readFile(join(folder, 'npm-calls.txt'), 'utf8')).trim().split('\n');
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatch(/^ci .*--include=optional/);
  });

  it.each([
    ['another version', { version: '2.0.0', integrity: 'a' }],
    ['other contents', { version: '1.0.0', integrity: 'b' }],
  ])('installs again when node_modules holds %s', async (_name, wanted) => {
    await put('src/main.ts', '');
    await put('node_modules/thing/package.json', '{}');
    await put(
      'node_modules/.package-lock.json',
      lockOf({ 'node_modules/thing': { version: '1.0.0', integrity: 'a' } }),
    );
    await put('package-lock.json', lockOf({ 'node_modules/thing': wanted }));
    const started = run('start.mjs');
    expect(await started.ended).toBe(0);
    expect(started.output()).toContain('installing: 1 packages');
  });

  it('does not ask for optional packages of another system', async () => {
    await put('src/main.ts', '');
    const elsewhere = { version: '1.0.0', optional: true, os: ['aix'], cpu: ['s390x'] };
    const theirs = { version: '1.0.0', optional: true };
    await put(
      'package-lock.json',
      lockOf({ 'node_modules/elsewhere': elsewhere, 'node_modules/theirs': theirs }),
    );
    const started = run('start.mjs');
    expect(await started.ended).toBe(0);
    expect(started.output()).toBe('');
  });

  it('stops with the reason when the install fails', async () => {
    await put('package-of-npm/npm-cli.js', 'console.error("no network"); process.exit(3)');
    await put('package-lock.json', lockOf({ 'node_modules/thing': { version: '1.0.0' } }));
    const started = run('start.mjs');
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain('no network');
    expect(started.output()).toContain('"npm ci" failed with code 3');
  });

  it('says which Node it needs when there is none', async () => {
    await putPackage('^99.1.0 || >=100.0.0');
    const started = run('start.mjs');
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain('^99.1.0 || >=100.0.0');
  });
});

describe('the pages', () => {
  const BUILD = `
    const fs = require('node:fs');
    const out = process.argv[process.argv.indexOf('--outDir') + 1];
    if (fs.readFileSync('web/src/main.tsx', 'utf8') === 'broken') process.exit(1);
    fs.mkdirSync(out, { recursive: true });
    fs.writeFileSync(out + '/index.html', 'built from ' + fs.readFileSync('web/src/main.tsx', 'utf8'));
  `;
  const built = () => readFile(join(folder, 'web/dist/index.html'), 'utf8');

  beforeEach(async () => {
    await put('src/main.ts', 'console.log("served")');
    await put('web/src/main.tsx', 'one');
    await put('node_modules/vite/package.json', '{"type":"commonjs"}');
    await put('node_modules/vite/bin/vite.js', BUILD);
  });

  it('are built at the first start, and again only when what they are made of changed', async () => {
    const first = run('start.mjs');
    expect(await first.ended).toBe(0);
    expect(first.output()).toContain('built the pages');
    const second = run('start.mjs');
    expect(await second.ended).toBe(0);
    expect(second.output()).toBe('served\n');
    await put('web/src/main.tsx', 'two');
    await run('start.mjs').ended;
    expect(await built()).toBe('built from two');
  });

  it('stay as they were when the build fails, and the server starts all the same', async () => {
    await run('start.mjs').ended;
    await put('web/src/main.tsx', 'broken');
    const started = run('start.mjs');
    expect(await started.ended).toBe(0);
    expect(started.output()).toContain('could not be built');
    expect(started.output()).toContain('served');
    expect(await built()).toBe('built from one');
  });

  it('are served as they are where nothing can build them; where there are none it is said', async () => {
    await rm(join(folder, 'node_modules/vite'), { recursive: true });
    const bare = run('start.mjs');
    expect(await bare.ended).toBe(0);
    expect(bare.output()).toContain('npm run build');
    await put('web/dist/index.html', 'from elsewhere');
    const started = run('start.mjs');
    expect(await started.ended).toBe(0);
    expect(started.output()).toBe('served\n');
  });

  it('are what npm run build is for', async () => {
    const building = run('build.mjs');
    expect(await building.ended).toBe(0);
    expect(await built()).toBe('built from one');
    await put('web/src/main.tsx', 'broken');
    expect(await run('build.mjs').ended).toBe(1);
  });
});

describe('npm test', () => {
  const tool = (code: number) => `process.exit(${code})`;

  beforeEach(async () => {
    await put('node_modules/@biomejs/biome/bin/biome', tool(0));
    await put('node_modules/typescript/bin/tsc', tool(0));
    await put('node_modules/knip/bin/knip.js', tool(0));
    await put('scripts/dev/proof.ts', `console.log('proved', process.argv.slice(2).join(' '))`);
    await put('web/dist/index.html', 'built');
    // whatever this machine's own has
    await putPython('exit 1');
  });

  async function putPython(commands: string): Promise<void> {
    await put('bin/python3', `#!/bin/sh\n${commands}\n`);
    await chmod(join(folder, 'bin/python3'), 0o755);
  }

  async function suites(counts: object, code: number): Promise<void> {
    const text = `require('node:fs').writeFileSync(process.env.KIROKU_TEST_COUNTS, ${JSON.stringify(JSON.stringify(counts))});
      console.log('args', process.argv.slice(2).join(' ')); process.exit(${code})`;
    await put('node_modules/vitest/package.json', '{"type":"commonjs"}');
    await put('node_modules/vitest/vitest.mjs', `import './run.js'`);
    await put('node_modules/vitest/run.js', text);
  }

  const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

  it('sums the checks and the suites', async () => {
    await suites({ passed: 10, failed: [], skipped: [] }, 0);
    const tested = run('test.mjs');
    expect(await tested.ended).toBe(0);
    expect(lastLine(tested.output())).toBe('17 passed, 0 failed');
    expect(tested.output()).toMatch(/^proved soak --ci\n\nproved slow --ci$/m);
  });

  it.each([
    ['has one that it knows', 'echo 4.7.1', true],
    ['has one with other options', 'echo 3.39.0', false],
    ['has none', 'exit 1', false],
  ])('runs the independent judge only where it can: Python %s', async (_, python, isRun) => {
    await suites({ passed: 10, failed: [], skipped: [] }, 0);
    await putPython(python);
    const tested = run('test.mjs');
    expect(await tested.ended).toBe(0);
    expect(lastLine(tested.output())).toBe(`${isRun ? 18 : 17} passed, 0 failed`);
    expect(tested.output().includes('proved schemathesis --ci')).toBe(isRun);
    expect(tested.output().includes('schemathesis: not run')).toBe(!isRun);
  });

  it('names failures and skips before the sum', async () => {
    await suites({ passed: 1, failed: ['a > b\n    because'], skipped: ['c > d'] }, 1);
    await put('node_modules/typescript/bin/tsc', tool(2));
    const tested = run('test.mjs');
    expect(await tested.ended).toBe(1);
    expect(tested.output()).toContain(
      'FAILED: types\nFAILED: types of the pages\nFAILED: a > b\n    because\nSKIPPED: c > d\n',
    );
    expect(lastLine(tested.output())).toBe('6 passed, 3 failed, 1 skipped');
  });

  it('fails on a skip only where none is allowed', async () => {
    await suites({ passed: 1, failed: [], skipped: ['c > d'] }, 0);
    expect(await run('test.mjs').ended).toBe(0);
    const strict = run('test.mjs', '--no-skips');
    expect(await strict.ended).toBe(1);
    expect(lastLine(strict.output())).toBe('8 passed, 0 failed, 1 skipped');
  });

  it('fails on a promise that is broken beside the suites', async () => {
    await suites({ passed: 10, failed: [], skipped: [] }, 0);
    await put('scripts/dev/proof.ts', `console.log('BREACH'); process.exitCode = 1`);
    const tested = run('test.mjs');
    expect(await tested.ended).toBe(1);
    expect(tested.output()).toContain('BREACH\n\nBREACH\n\nFAILED: proof of soak\nFAILED: proof of slow\n');
    expect(lastLine(tested.output())).toBe('15 passed, 2 failed');
  });

  it('runs a part without the other checks', async () => {
    await suites({ passed: 2, failed: [], skipped: [] }, 0);
    const tested = run('test.mjs', 'unit/domain');
    expect(await tested.ended).toBe(0);
    expect(tested.output()).toContain('unit/domain');
    expect(tested.output()).not.toContain('proved');
    expect(lastLine(tested.output())).toBe('2 passed, 0 failed');
  });

  it('does not call it a pass when the runner fails without a failed test, or no test ran', async () => {
    await suites({ passed: 5, failed: [], skipped: [] }, 1);
    const odd = run('test.mjs');
    expect(await odd.ended).toBe(1);
    expect(lastLine(odd.output())).toBe('12 passed, 1 failed');
    await suites({ passed: 0, failed: [], skipped: [] }, 0);
    const empty = run('test.mjs');
    expect(await empty.ended).toBe(1);
    expect(empty.output()).toContain('FAILED: no test ran');
    await put('node_modules/vitest/run.js', 'process.exit(0)');
    const silent = run('test.mjs');
    expect(await silent.ended).toBe(1);
    expect(silent.output()).toContain('the test runner left no counts');
  });
});
