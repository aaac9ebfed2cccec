import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Of each reason: whoever sees only a run's last lines still learns a failing property's seed and history. */
const REASON_LINES = 12;
const REASON_CHARACTERS = 1_500;

/** What `scripts/test.mjs` sums up. Failures and skips are named, so that nobody has to look for them. */
interface Counts {
  passed: number;
  readonly failed: string[];
  readonly skipped: string[];
}

/** Writes the run's counts as JSON to the file named by KIROKU_TEST_COUNTS; without that variable it does nothing. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly { message?: string }[]): void {
    const target = process.env['KIROKU_TEST_COUNTS'];
    if (target === undefined) return;
    const counts: Counts = { passed: 0, failed: [], skipped: [] };
    for (const module of modules) countModule(module, counts);
    for (const error of unhandledErrors) {
      counts.failed.push(`unhandled error: ${String(error.message ?? error).split('\n')[0]}`);
    }
    writeFileSync(target, JSON.stringify(counts));
  }
}

/** A file that does not load and a hook that throws have no failed test of their own: each counts as one failure. */
function countModule(module: TestModule, counts: Counts): void {
  const file = relative(process.cwd(), module.moduleId);
  if (module.errors().length > 0) counts.failed.push(`${file} (does not load, or a hook failed)`);
  for (const suite of module.children.allSuites()) {
    if (suite.errors().length > 0) counts.failed.push(`${file} > ${suite.fullName} (a hook failed)`);
  }
  for (const test of module.children.allTests()) countTest(test, file, counts);
}

function countTest(test: TestCase, file: string, counts: Counts): void {
  const name = `${file} > ${test.fullName}`;
  const { state } = test.result();
  if (state === 'passed') counts.passed += 1;
  else if (state === 'failed') counts.failed.push(`${name}${reasonsOf(test)}`);
  else counts.skipped.push(name);
}

/** The first lines of what was thrown, indented below the name. */
function reasonsOf(test: TestCase): string {
  // a property's own reason is the cause of fast-check's
  const errors = (test.result().errors ?? []).flatMap(({ message, cause }) =>
    cause === undefined ? [message] : [message, `because: ${cause.message}`],
  );
  return errors.map(indented).join('');
}

function indented(text: string): string {
  const lines = stripVTControlCharacters(text).slice(0, REASON_CHARACTERS).split('\n', REASON_LINES);
  return lines.map((line) => `\n    ${line}`).join('');
}
