import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { descriptors } from './calls.ts';
import { ADMIN_TOKEN, type RunningServer } from './rig.ts';

/** What a server costs, seen from outside: /proc (proc(5)) and its own `/metrics`. */

const MIB = 2 ** 20;

/** Memory that a process holds now, MiB (VmRSS). NaN when it is gone. */
export async function memory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024) / MIB;
}

/** Memory of what the process started and still runs, MiB: its decoders. */
export async function memoryOfChildren(pid: number): Promise<number> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  const children = lists.flatMap((list) => list.split(' ').filter((id) => id !== ''));
  const held = await Promise.all(children.map((id) => memory(Number(id))));
  return held.reduce((sum, one) => sum + (Number.isNaN(one) ? 0 : one), 0);
}

/** Seconds of CPU that a process has used, its own alone (proc(5), stat: utime and stime in ticks of 10 ms). */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export interface LoopDelay {
  /** Both in ms, since the last time that anybody asked: the server begins anew with every answer. */
  readonly p99: number;
  readonly max: number;
}

export async function loopDelay({ url }: Pick<RunningServer, 'url'>): Promise<LoopDelay> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  const text = await answer.text();
  const read = (name: string) => {
    const found = new RegExp(`^kiroku_nodejs_eventloop_lag_${name}_seconds (\\S+)$`, 'm').exec(text);
    if (found === null) throw new Error(`no delay of the loop in the metrics: ${text.slice(0, 300)}`);
    return Number(found[1]) * 1000;
  };
  return { p99: read('p99'), max: read('max') };
}

/** What a server that is gone has left: nobody told it to go. */
export function lastWords({ process: { exitCode, signalCode }, output }: RunningServer): string {
  return `the server ended by itself (${exitCode ?? signalCode}): ${output()}`;
}

interface Agent {
  close(): Promise<void>;
}

/** Where Node's `fetch` looks for who holds its connections (undici, lib/global.js). */
const AGENT = Symbol.for('undici.globalDispatcher.1');

function isAgent(value: unknown): value is Agent {
  return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}

/** Closes every connection that `fetch` keeps open, as when the clients were processes of their own and ended. */
export async function leave(): Promise<void> {
  const agent: unknown = Reflect.get(globalThis, AGENT);
  if (!isAgent(agent)) throw new Error('fetch holds its connections elsewhere');
  Reflect.set(globalThis, AGENT, Reflect.construct(agent.constructor, []));
  await agent.close();
}

/** Descriptors of a server that nobody talks to: when they have not changed for a while. */
export async function descriptorsAtRest(pid: number): Promise<number> {
  let last = await descriptors(pid);
  for (let same = 0, looks = 0; same < 10 && looks < 100; looks += 1) {
    await delay(200);
    const now = await descriptors(pid);
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}

/** Waits until no more than so many are open; the deadline says that some stay. @returns how many are */
export async function descriptorsBackAt(pid: number, most: number, withinMs = 10_000): Promise<number> {
  const until = performance.now() + withinMs;
  for (;;) {
    const now = await descriptors(pid);
    if (now <= most || performance.now() > until) return now;
    await delay(200);
  }
}

/**
 * The median of the slopes through every two points: a third of the points may be off without moving it (Theil 1950,
 * Sen 1968). @param points x and y; fewer than two give NaN
 */
export function theilSen(points: readonly (readonly [number, number])[]): number {
  const slopes: number[] = [];
  for (const [index, [x, y]] of points.entries()) {
    for (const [otherX, otherY] of points.slice(index + 1)) {
      if (otherX !== x) slopes.push((otherY - y) / (otherX - x));
    }
  }
  return quantile(slopes, 0.5);
}

/** The value below which this share lies; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
