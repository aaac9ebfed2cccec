import { readFile, rm } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { NODE_FLAGS } from '../../scripts/lib/node-flags.mjs';
import { lockOf, type Run, useBootstrapCopy } from '../support/bootstrap-copy.ts';

const { path, put, putPackage, run, runNpm } = useBootstrapCopy();

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
    const started = runNpm('start', '--silent');
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
    const calls = (await readFile(path('npm-calls.txt'), 'utf8')).trim().split('\n');
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
  const built = () => readFile(path('web/dist/index.html'), 'utf8');

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
    await rm(path('node_modules/vite'), { recursive: true });
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
