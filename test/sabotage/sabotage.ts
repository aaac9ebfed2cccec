import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ProofOptions, ProofResult } from '../../scripts/dev/proof-part.ts';
import { SABOTAGES, type Sabotage, timesIn } from './cases.ts';

/**
 * Whether the tests would notice: in a copy of the project one promise after another is broken, and the tests that guard it
 * must fail. Before that, and untouched, each of them must pass.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Longer than this nothing of it takes; what hangs is ended, ms. */
const LONGEST_MS = 300_000;

export async function runSabotage({ cycles, seed, say, only }: ProofOptions): Promise<ProofResult> {
  const cases = SABOTAGES.filter(({ name }) => only === undefined || name.includes(only)).slice(0, cycles);
  if (cases.length === 0) throw new RangeError(`nothing to break is called ${only ?? 'so'}`);
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-sabotage-'));
  try {
    await copyProject(folder);
    const breaches: string[] = [];
    const sound = new Map<string, boolean>();
    let noticed = 0;
    for (const one of cases) {
      const run = JSON.stringify([one.tests, one.only]);
      const holds = sound.get(run) ?? (await untouched(folder, one, { seed, say, breaches }));
      sound.set(run, holds);
      if (!holds) continue;
      const judged = await sabotage(folder, one, seed);
      if (judged.noticed) noticed += 1;
      else breaches.push(`${one.name}: ${judged.words}`);
      say(`${one.name} → ${judged.words}`);
    }
    const figures = [
      { name: 'promises broken on purpose', value: cases.length },
      { name: 'noticed', value: noticed },
    ];
    return { breaches, figures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything that git has or would take, as it lies there; what is installed or built is shared. */
async function copyProject(folder: string): Promise<void> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await promisify(execFile)('git', args, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
  for (const path of new Set(stdout.split('\0').filter((name) => name !== ''))) {
    await cp(join(ROOT, path), join(folder, path)).catch((error: NodeJS.ErrnoException) => {
      // removed, and the removal not committed yet
      if (error.code !== 'ENOENT') throw error;
    });
  }
  for (const path of ['node_modules', 'web/dist']) await symlink(join(ROOT, path), join(folder, path));
}

interface Told {
  readonly seed: number;
  readonly say: ProofOptions['say'];
  readonly breaches: string[];
}

/** Whether the tests pass where nothing is broken: else their failure would say nothing. */
async function untouched(folder: string, one: Sabotage, { seed, say, breaches }: Told): Promise<boolean> {
  const ran = await runTests(folder, one, seed);
  const holds = typeof ran !== 'string' && ran.failed.length === 0 && ran.passed > 0;
  const words = typeof ran === 'string' ? ran : (ran.failed[0] ?? `${ran.passed} passed`);
  const line = `untouched, ${one.tests.join(', ')}: ${words}`;
  say(line);
  if (!holds) breaches.push(line);
  return holds;
}

interface Judged {
  readonly noticed: boolean;
  readonly words: string;
}

async function sabotage(folder: string, one: Sabotage, seed: number): Promise<Judged> {
  const before = new Map<string, string>();
  try {
    for (const { file, find, put } of one.edits) {
      const path = join(folder, file);
      const text = await readFile(path, 'utf8');
      if (!before.has(path)) before.set(path, text);
      const times = timesIn(text, find);
      if (times !== 1) return { noticed: false, words: `${file} has it ${times} times: ${find}` };
      await writeFile(
        path,
        text.replace(find, () => put),
      );
    }
    const ran = await runTests(folder, one, seed);
    if (typeof ran === 'string') return { noticed: false, words: ran };
    const [first] = ran.failed;
    return { noticed: first !== undefined, words: first ?? `NOT NOTICED: ${ran.passed} tests passed` };
  } finally {
    for (const [path, text] of before) await writeFile(path, text);
  }
}

interface Ran {
  readonly passed: number;
  /** The tests that failed, each with the first words of its message. */
  readonly failed: readonly string[];
}

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** What came out, or why nothing did: a copy that does not even start has proved nothing. */
async function runTests(folder: string, { tests, only }: Sabotage, seed: number): Promise<Ran | string> {
  const outputFile = join(folder, 'sabotage-report.json');
  await rm(outputFile, { force: true });
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...tests,
    '--reporter=json',
    `--outputFile=${outputFile}`,
  ];
  const child = spawn(process.execPath, [...args, ...(only === undefined ? [] : ['-t', only])], {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, KIROKU_SEED: String(seed) },
    timeout: LONGEST_MS,
  });
  await once(child, 'close');
  const text = await readFile(outputFile, 'utf8').catch(() => '');
  if (text === '') return `the tests came to no end (${child.signalCode ?? child.exitCode})`;
  const report: Report = JSON.parse(text);
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const unread = report.testResults.find(({ assertionResults }) => assertionResults.length === 0);
  if (unread !== undefined) return `${unread.name} did not run: ${oneLine(unread.message ?? '')}`;
  const failed = results.filter(({ status }) => status === 'failed');
  return {
    passed: report.numPassedTests,
    failed: failed.map(
      ({ fullName, failureMessages }) => `"${fullName}": ${oneLine(failureMessages?.[0] ?? '')}`,
    ),
  };
}

function oneLine(message: string): string {
  const here = message.replaceAll(/\s*\n\s*at .*/g, '').replaceAll(/\/\S*\/kiroku-[a-z]+-\w+\//g, '');
  const words = here.replaceAll(/\s+/g, ' ');
  return words.length > 240 ? `${words.slice(0, 240)}…` : words;
}
