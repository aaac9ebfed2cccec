import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CALM } from '../../../test/acceptance/calls.ts';
import { ADMIN_TOKEN, type RunningServer, SERVICE_TOKEN, startServer } from '../../../test/acceptance/rig.ts';
import type { ProofOptions, ProofPart, ProofResult } from '../proof-part.ts';

/** An independent judge: what others made to hold a server against its OpenAPI document (PyPI). */
const PACKAGE = 'schemathesis==4.32.5';
const CHECKS =
  'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';
/** A stream of events has no end; what ComfyUI needs is not there, and says so with 501. */
const EXCLUDED = ['/api/v1/events', '/api/v1/inputs/{id}/place'];

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

async function command(program: string, args: readonly string[]): Promise<Ran> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
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

async function judge(
  server: RunningServer,
  program: string,
  token: string,
  options: ProofOptions,
): Promise<Ran> {
  return command(program, [
    ...['run', `${server.url}/openapi.json`, '-H', `Authorization: Bearer ${token}`, '--checks', CHECKS],
    ...EXCLUDED.flatMap((path) => ['--exclude-path', path]),
    ...['--phases', 'examples,coverage,fuzzing', '--mode', 'all', '--request-timeout', '10', '--no-color'],
    ...['--max-examples', String(options.cycles), '--seed', String(options.seed)],
  ]);
}

async function run(options: ProofOptions): Promise<ProofResult> {
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-judge-'));
  const bin = join(folder, 'venv/bin');
  try {
    await command('python3', ['-m', 'venv', join(folder, 'venv')]);
    const installed = await command(join(bin, 'pip'), ['install', '-q', PACKAGE]);
    if (installed.code !== 0)
      throw new Error(`schemathesis could not be installed: ${installed.output.slice(-500)}`);
    const outputs = join(folder, 'outputs');
    await mkdir(outputs);
    const server = await startServer({ outputDir: outputs, env: { ...CALM, LOG_LEVEL: 'warn' } });
    try {
      return await judgeAll(server, join(bin, 'schemathesis'), options);
    } finally {
      await server.kill();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judgeAll(server: RunningServer, program: string, options: ProofOptions): Promise<ProofResult> {
  const breaches: string[] = [];
  let requests = 0;
  for (const [name, token] of [
    ['the service', SERVICE_TOKEN],
    ['the admin', ADMIN_TOKEN],
  ] as const) {
    const { code, output } = await judge(server, program, token, options);
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
      { name: 'judge', value: PACKAGE },
    ],
    breaches,
  };
}

const part: ProofPart = {
  what: 'schemathesis (PyPI) holds the server against its OpenAPI document: no 5xx, documented statuses, types and shapes',
  unit: 'examples an operation',
  sizes: { ci: 5, command: 50 },
  run,
};

export default part;
