// Load on a server in another process, and what it costs there. What counts is the CPU that the server spends on a
// request: the client shares the machine.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { median } from './bench-report.ts';

/** Clock ticks a second of `/proc/{pid}/stat`: USER_HZ, 100 on every Linux that Node runs on. */
const TICK_MS = 10;
const CONNECTIONS = 16;

/** One side of a comparison. */
export interface Side {
  readonly url: string;
  readonly pid: number;
  /** Asked in turn; each connection begins at another place of the list. */
  readonly paths: readonly string[];
  readonly headers: Record<string, string>;
}

/** CPU of a process so far, user and system, ms. Source: proc(5), fields 14 and 15. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

interface LoadOptions {
  /** Length of one round, s. */
  readonly seconds: number;
  readonly connections?: number;
}

/** CPU-µs a request under load. @throws Error when anything but 200 came back */
export async function load(side: Side, { seconds, connections }: LoadOptions): Promise<number> {
  const { headers, paths } = side;
  const amount = connections ?? CONNECTIONS;
  let connection = 0;
  const before = cpuOf(side.pid);
  const result = await autocannon({
    url: side.url,
    connections: amount,
    duration: seconds,
    headers,
    timeout: 60,
    requests: paths.map((path) => ({ method: 'GET', path })),
    // side by side they would all ask for the same thing at the same time
    setupClient(client) {
      const from = Math.floor((connection++ / amount) * paths.length);
      const turned = [...paths.slice(from), ...paths.slice(0, from)];
      if (from > 0) client.setRequests(turned.map((path) => ({ method: 'GET', path, headers })));
    },
  });
  const spent = cpuOf(side.pid) - before;
  if (result.non2xx > 0 || result.errors > 0 || result.requests.total === 0) {
    throw new Error(`${side.url}${side.paths[0]}: ${result.non2xx} not 2xx, ${result.errors} errors`);
  }
  return (spent * 1000) / result.requests.total;
}

export interface Comparison {
  /** Requests a CPU second: ours to theirs. */
  readonly ratio: number;
  /** CPU-µs a request. */
  readonly micros: number;
  readonly bare: number;
}

/** Rounds in turn, the first only warms up. */
export async function compare(
  ours: Side,
  theirs: Side,
  options: LoadOptions & { readonly rounds: number },
): Promise<Comparison> {
  const results: Comparison[] = [];
  for (let round = -1; round < options.rounds; round += 1) {
    const bare = await load(theirs, options);
    const micros = await load(ours, options);
    if (round >= 0) results.push({ ratio: bare / micros, micros, bare });
  }
  return {
    ratio: median(results.map((one) => one.ratio)),
    micros: median(results.map((one) => one.micros)),
    bare: median(results.map((one) => one.bare)),
  };
}

interface HelperServer {
  readonly side: Side;
  readonly process: ChildProcess;
}

/** Starts a script of this folder that prints its port. */
export async function startHelper(script: string, args: readonly string[]): Promise<HelperServer> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}`;
  return { process: child, side: { url, pid: child.pid ?? 0, paths: ['/'], headers: {} } };
}
