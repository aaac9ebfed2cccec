// `npm test [-- filter …] [--no-skips]`: installs what is missing, then runs every check. The last line is the sum.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { requireBootstrapNode, requireNode, say } from './lib/node.mjs';
import { ensurePages } from './lib/pages.mjs';
import { runNode } from './lib/run.mjs';
import { schemathesisHere } from './lib/schemathesis.mjs';

/** Each is one test: it passes when the tool exits with 0. */
const CHECKS = [
  {
    name: 'format and lint',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'],
  },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'types of the pages', args: ['node_modules/typescript/bin/tsc', '-p', 'web'] },
  { name: 'unused code', args: ['node_modules/knip/bin/knip.js'] },
];

const SUITES = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default'];

/**
 * Proofs that take minutes and do next to nothing in them. They run one after another beside the suites, which take every
 * core, and so cost no time of their own; each is one test. An independent judge where Python has it: nothing needs it.
 */
const BESIDE = ['soak', 'slow'];
const JUDGE = 'schemathesis';
const PROOF = ['--disable-warning=ExperimentalWarning', 'scripts/dev/proof.ts'];

const flags = process.argv.slice(2);
const noSkips = flags.includes('--no-skips');
const filters = flags.filter((flag) => flag !== '--no-skips');

requireBootstrapNode();
await ensureInstalled({ dev: true });
const node = requireNode();
const sum = { passed: 0, failed: [], skipped: [], told: [] };
if (filters.length === 0) {
  for (const check of CHECKS) await runCheck(check);
  // before the suites: those that need the pages would each build them
  count('pages', await ensurePages(node));
}
const beside = filters.length === 0 ? runBeside() : undefined;
await runSuites();
await beside;
report();

async function runCheck({ name, args }) {
  const began = performance.now();
  const { code, signal } = await runNode(node, args);
  stopOn(signal);
  say(`${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  count(name, code === 0);
}

function count(name, passed) {
  if (passed) sum.passed += 1;
  else sum.failed.push(name);
}

/** The runner's own exit code is the judge; the counts that our reporter leaves behind only say how many. */
async function runSuites() {
  const folder = mkdtempSync(join(tmpdir(), 'kiroku-test-'));
  const counts = join(folder, 'counts.json');
  try {
    const args = [...SUITES, '--reporter=./test/support/reporter.ts', ...filters];
    const { code, signal } = await runNode(node, args, { env: { KIROKU_TEST_COUNTS: counts } });
    stopOn(signal);
    const { passed, failed, skipped } = readCounts(counts);
    sum.passed += passed;
    sum.failed.push(...failed);
    sum.skipped.push(...skipped);
    if (code !== 0 && failed.length === 0) sum.failed.push(`the test runner ended with code ${code}`);
    if (passed + failed.length === 0) sum.failed.push('no test ran');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCounts(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: ['the test runner left no counts'], skipped: [] };
  }
}

/** What they say waits for the suites' end: lines of both would stand among each other. */
async function runBeside() {
  const folder = mkdtempSync(join(tmpdir(), 'kiroku-beside-'));
  try {
    for (const name of judgeHere() ? [...BESIDE, JUDGE] : BESIDE) {
      const told = join(folder, name);
      const file = openSync(told, 'w');
      const { code, signal } = await runNode(node, [...PROOF, name, '--ci'], {
        stdio: ['ignore', file, file],
      });
      closeSync(file);
      stopOn(signal);
      sum.told.push(readFileSync(told, 'utf8'));
      count(`proof of ${name}`, code === 0);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Says so where it is not, with how to have it. */
function judgeHere() {
  if (schemathesisHere() !== undefined) return true;
  sum.told.push(
    `${JUDGE}: not run, this machine's Python has no ${JUDGE} 4; \`npm run proof -- ${JUDGE}\` brings its own\n`,
  );
  return false;
}

/** A signal that ended a part ends the whole, without a sum that looks like a result. */
function stopOn(signal) {
  if (signal === null) return;
  say(`stopped by ${signal}.`);
  process.exit(1);
}

function report() {
  for (const text of sum.told) process.stdout.write(`\n${text}`);
  const lines = sum.failed.map((name) => `FAILED: ${name}`);
  lines.push(...sum.skipped.map((name) => `SKIPPED: ${name}`));
  if (noSkips && sum.skipped.length > 0) lines.push('Skipped tests are not allowed here (--no-skips).');
  const skips = sum.skipped.length > 0 ? `, ${sum.skipped.length} skipped` : '';
  lines.push(`${sum.passed} passed, ${sum.failed.length} failed${skips}`);
  process.exitCode = sum.failed.length > 0 || (noSkips && sum.skipped.length > 0) ? 1 : 0;
  process.stdout.write(`\n${lines.join('\n')}\n`);
}
