import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Each ends before anything is begun. */
const NOTHING: readonly (readonly [title: string, args: readonly string[], words: RegExp])[] = [
  ['a case that nobody knows', ['sabotage', '--only', 'no such one'], /BROKEN: sabotage/],
  ['no cycles', ['schemathesis', '--cycles', '0'], /--cycles is no whole number from 1 on: 0/],
  ['cycles without a number', ['schemathesis', '--cycles', ''], /--cycles is no whole number/],
  ['by command only, in the size of the suite', ['sabotage', '--ci'], /nothing was tried/],
  ['a judge that is not there', ['schemathesis'], /could not be installed[\s\S]*BROKEN: schemathesis/],
  ['a piece of a run, to be written down', ['schemathesis', '--cycles', '7', '--write'], /whole runs only/],
  ['one case, to be written down', ['schemathesis', '--only', 'noise', '--write'], /whole runs only/],
];

describe('where nothing was tried nothing held', () => {
  it.each(NOTHING)('%s', (_, args, words) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', 'scripts/dev/proof.ts', ...args],
      // no Python, no git
      { cwd: ROOT, encoding: 'utf8', env: { PATH: '' } },
    );
    expect(stdout + stderr).toMatch(words);
    expect(status).toBeGreaterThan(0);
    expect(stdout).not.toMatch(/^held|every promise held/m);
  });
});
