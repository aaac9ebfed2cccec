import { chmod } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { useBootstrapCopy } from '../support/bootstrap-copy.ts';

const { path, put, run } = useBootstrapCopy();

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
    await chmod(path('bin/python3'), 0o755);
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
