import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CALM } from '../../../test/acceptance/calls.ts';
import { ADMIN_TOKEN, type RunningServer, SERVICE_TOKEN, startServer } from '../../../test/acceptance/rig.ts';
import { schemathesisHere } from '../../lib/schemathesis.mjs';
import type { ProofOptions, ProofPart, ProofResult } from '../proof-part.ts';

/** An independent judge: what others made to hold a server against its OpenAPI document (PyPI). Installed where Python has none. */
const VERSION = '4.32.5';
const CHECKS =
  'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';
/** A stream of events has no end; what ComfyUI needs is not there, and says so with 501. */
const EXCLUDED = ['/api/v1/events', '/api/v1/inputs/{id}/place'];

/** One that can be run. */
interface Judge {
  readonly python: string;
  readonly version: string;
}

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

async function command(program: string, args: readonly string[], cwd?: string): Promise<Ran> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const failed = once(child, 'error').then(([error]) => ({ code: null, output: String(error) }));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, output }));
  return Promise.race([failed, ended]);
}

/** This machine's own, or one that goes with the folder. */
async function judgeIn(folder: string): Promise<Judge> {
  const version = schemathesisHere();
  if (version !== undefined) return { python: 'python3', version };
  const venv = join(folder, 'venv');
  await command('python3', ['-m', 'venv', venv]);
  const python = join(venv, 'bin/python3');
  const installed = await command(python, ['-m', 'pip', 'install', '-q', `schemathesis==${VERSION}`]);
  if (installed.code !== 0)
    throw new Error(`schemathesis could not be installed: ${installed.output.slice(-500)}`);
  return { python, version: VERSION };
}

async function run(options: ProofOptions): Promise<ProofResult> {
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-judge-'));
  try {
    const judge = await judgeIn(folder);
    const outputs = join(folder, 'outputs');
    await mkdir(outputs);
    const server = await startServer({ outputDir: outputs, env: { ...CALM, LOG_LEVEL: 'warn' } });
    try {
      return await judgeAll(server, judge, folder, options);
    } finally {
      await server.kill();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judgeAll(
  server: RunningServer,
  { python, version }: Judge,
  folder: string,
  options: ProofOptions,
): Promise<ProofResult> {
  const breaches: string[] = [];
  let requests = 0;
  for (const [name, token] of [
    ['the service', SERVICE_TOKEN],
    ['the admin', ADMIN_TOKEN],
  ] as const) {
    // where it runs it leaves what it found out
    const { code, output } = await command(python, wordsFor(server, token, options), folder);
    const cases = Number(/(\d+) generated/.exec(output)?.[1] ?? 0);
    if (cases === 0) breaches.push(`as ${name}: nothing was asked`);
    requests += cases;
    options.say(`as ${name}: ${cases} cases, ended with ${code}`);
    const failures =
      /=+ FAILURES =+[\s\S]*?(?==+ (?:WARNINGS|SUMMARY) =+)/.exec(output)?.[0] ?? output.slice(-3000);
    if (code !== 0) breaches.push(`as ${name}: ${failures.slice(0, 6000)}`);
  }
  return {
    figures: [
      { name: 'requests', value: requests },
      { name: 'judge', value: `schemathesis ${version}` },
    ],
    breaches,
  };
}

function wordsFor({ url }: RunningServer, token: string, { cycles, seed, busy }: ProofOptions): string[] {
  return [
    ...['-m', 'schemathesis.cli', 'run', `${url}/openapi.json`, '-H', `Authorization: Bearer ${token}`],
    ...['--checks', CHECKS, ...EXCLUDED.flatMap((path) => ['--exclude-path', path])],
    ...['--phases', 'examples,coverage,fuzzing', '--mode', 'all', '--no-color'],
    // how fast it makes up requests says nothing of the server
    ...['--suppress-health-check', 'too_slow', '--request-timeout', busy === true ? '60' : '10'],
    ...['--max-examples', String(cycles), '--seed', String(seed)],
  ];
}

const part: ProofPart = {
  what: 'schemathesis (PyPI) holds the server against its OpenAPI document: no 5xx, documented statuses, types and shapes',
  unit: 'examples an operation',
  sizes: { ci: 5, command: 50 },
  run,
};

export default part;
