import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProofOptions, ProofResult } from '../../scripts/dev/proof-part.ts';
import { hasTool, thirdPartyPictures } from '../support/tools.ts';
import {
  bytesOf,
  CALM,
  filePart,
  inParallel,
  seeded,
  strangers,
  untilStagingEmpty,
  uploadParts,
} from './calls.ts';
import { ANY, below, FAMILIES, type HostileFile, mutate, type Outcome, pick } from './hostile-files.ts';
import { sha256, tinyPng } from './png.ts';
import { type Item, type RunningServer, serviceClient, startServer } from './rig.ts';

/**
 * Files that mean harm, sent to the real server: each is refused for what it is, or kept bit for bit; quickly, in bounded memory,
 * and the next upload goes through.
 */
const LANES = 3;
const LATE_MS = 5_000;
const MOST_MEMORY = 512 * 1024 * 1024;
const OWNER = 'u-hostile';

export interface HostileOptions extends ProofOptions {
  /** The longest wait for an answer, ms. */
  readonly patienceMs?: number;
}

export async function runHostile(options: HostileOptions): Promise<ProofResult> {
  const parent = await mkdtemp(join(tmpdir(), 'kiroku-hostile-'));
  const outputs = join(parent, 'outputs');
  await mkdir(outputs);
  const server = await startServer({ outputDir: outputs, env: { ...CALM, LOG_LEVEL: 'warn' } });
  try {
    return await attack(server, outputs, options);
  } finally {
    await server.kill();
    await rm(parent, { recursive: true, force: true });
  }
}

interface Tally {
  readonly breaches: string[];
  readonly outcomes: Map<string, number>;
  readonly families: Map<string, number>;
  slowestMs: number;
  slowest: string;
}

async function attack(server: RunningServer, outputs: string, options: HostileOptions): Promise<ProofResult> {
  const { cycles, seed, say, patienceMs = LATE_MS } = options;
  const tally: Tally = { breaches: [], outcomes: new Map(), families: new Map(), slowestMs: 0, slowest: '' };
  const others = thirdPartyPictures();
  const memory = watchMemory(server.process.pid ?? 0);
  // the first decode of a process loads its libraries
  await serviceClient(server.url, OWNER).upload(tinyPng(1));
  const numbers = Array.from({ length: cycles }, (_, index) => index);
  await inParallel(numbers, LANES, async (_number, index) => {
    if (tally.breaches.length > 50) return;
    const { name, file } = await hostile(seed, index, others, options.only);
    const where = `${name} (seed ${seed}, file ${index}, ${file.bytes.length} bytes)`;
    for (const fault of await send(server.url, file, { tally, where, patienceMs, name }))
      tally.breaches.push(`${where}: ${fault}`);
    if (index % 500 === 499) say(`${index + 1} files, ${tally.breaches.length} breaches`);
  });
  const peak = await memory.stop();
  // a machine that does not tell is no proof either
  if (!(peak > 0 && peak <= MOST_MEMORY))
    tally.breaches.push(
      `${(peak / 2 ** 20).toFixed(0)} MiB of memory (0: not measured), server and decoders together`,
    );
  tally.breaches.push(...(await aftermath(server, outputs)));
  say([...tally.outcomes].map(([outcome, count]) => `${outcome}: ${count}`).join(', '));
  say(`slowest: ${tally.slowest}`);
  return {
    breaches: tally.breaches,
    figures: [
      { name: 'files', value: cycles },
      { name: 'families', value: tally.families.size },
      {
        name: 'refused',
        value: [...tally.outcomes].reduce(
          (sum, [outcome, count]) => (outcome === 'stored' ? sum : sum + count),
          0,
        ),
      },
      { name: 'slowest, ms', value: Math.round(tally.slowestMs) },
      { name: 'peak memory, server and decoders, MiB', value: Math.round(peak / 2 ** 20) },
    ],
  };
}

/** File `index` of a seed: the families in turn, every third one a mutated picture that others made. */
async function hostile(
  seed: number,
  index: number,
  others: readonly string[],
  only: string | undefined,
): Promise<{ name: string; file: HostileFile }> {
  const random = seeded(seed + index * 7919);
  const families = Object.entries(FAMILIES).filter(([name]) => only === undefined || name.includes(only));
  if (index % 3 === 2 && others.length > 0 && only === undefined) {
    const path = pick(random, others);
    return {
      name: `mutated ${path.split('/').at(-1)}`,
      file: { bytes: await mutatedOf(path, random), may: ANY },
    };
  }
  const [name, make] = families[(index - Math.floor(index / 3)) % families.length] ?? [];
  if (name === undefined || make === undefined) throw new Error(`no family is called ${only}`);
  return { name, file: await make(random) };
}

/** By zzuf where it is there, which changes bits anywhere; else, and half of the time, by ours. */
async function mutatedOf(path: string, random: () => number): Promise<Uint8Array> {
  const whole = await readFile(path);
  if (random() < 0.5 || !hasTool('zzuf')) return mutate(whole, random);
  const ratio = pick(random, ['0.0001', '0.001', '0.01']);
  const made = spawnSync('zzuf', ['-s', String(below(random, 1e6)), '-r', ratio], {
    input: whole,
    maxBuffer: 64 * 2 ** 20,
  });
  return made.status === 0 && made.stdout.length > 0 ? made.stdout : mutate(whole, random);
}

interface Sending {
  readonly tally: Tally;
  readonly where: string;
  readonly name: string;
  readonly patienceMs: number;
}

async function send(
  url: string,
  file: HostileFile,
  { tally, where, name, patienceMs }: Sending,
): Promise<string[]> {
  const began = performance.now();
  const call = { parts: [filePart(file.bytes)], owner: OWNER };
  const answer = await uploadParts(url, call).catch((error: unknown) => String(error));
  const text = typeof answer === 'string' ? answer : await answer.text().catch(String);
  const ms = performance.now() - began;
  if (ms > tally.slowestMs) Object.assign(tally, { slowestMs: ms, slowest: `${where}, ${ms.toFixed(0)} ms` });
  const outcome = outcomeOf(answer, text);
  tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1);
  tally.families.set(name, (tally.families.get(name) ?? 0) + 1);
  const faults: string[] = [];
  if (ms > patienceMs) faults.push(`answered after ${ms.toFixed(0)} ms`);
  if (!file.may.some((may) => may === outcome))
    faults.push(`${outcome}, where ${file.may.join(' or ')} was due: ${text.slice(0, 300)}`);
  if (outcome === 'stored') faults.push(...(await keptAsSent(url, JSON.parse(text), file.bytes)));
  return faults;
}

const STATUS: Readonly<Record<number, readonly string[]>> = {
  415: ['unsupported_type'],
  422: ['undecodable_image', 'image_too_large'],
};

function outcomeOf(answer: Response | string, text: string): Outcome | string {
  if (typeof answer === 'string') return answer;
  if (answer.status === 201) return 'stored';
  const code = /"code":"(\w+)"/.exec(text)?.[1] ?? 'no code';
  return STATUS[answer.status]?.includes(code) === true ? code : `${answer.status} ${code}`;
}

/** The same bytes, and a thumbnail that is none of them; both harmless to a browser. */
async function keptAsSent(url: string, item: Item, bytes: Uint8Array): Promise<string[]> {
  const client = serviceClient(url, OWNER);
  const original = await client.call(item.url);
  const faults = harmful(original, /^image\/(png|jpeg|webp)$/);
  if (sha256(await bytesOf(original)) !== sha256(bytes)) faults.push('other bytes than were sent');
  const thumb = await client.call(item.thumb_url);
  const small = await bytesOf(thumb);
  faults.push(...harmful(thumb, /^image\/webp$/).map((fault) => `its thumbnail: ${fault}`));
  if (sha256(small) === sha256(bytes)) faults.push('its thumbnail: the very bytes that were sent');
  if (small.toString('latin1', 8, 12) !== 'WEBP') faults.push('its thumbnail: no WebP');
  return faults;
}

function harmful({ status, headers }: Response, type: RegExp): string[] {
  const faults: string[] = [];
  if (status !== 200) faults.push(`served with ${status}`);
  if (headers.get('x-content-type-options') !== 'nosniff') faults.push('served without nosniff');
  const told = headers.get('content-type') ?? '';
  if (!type.test(told)) faults.push(`served as ${told}`);
  if (!headers.get('content-security-policy')?.includes('sandbox')) faults.push('served without a sandbox');
  return faults;
}

async function aftermath(server: RunningServer, outputs: string): Promise<string[]> {
  const faults: string[] = [];
  const after = await serviceClient(server.url, OWNER).upload(tinyPng(2));
  if (after.status !== 201) faults.push(`an upload afterwards: ${after.status} ${await after.text()}`);
  await untilStagingEmpty(outputs).catch((error: unknown) => faults.push(String(error)));
  const strange = await strangers(outputs);
  if (strange.length > 0) faults.push(`strange files: ${strange.slice(0, 5).join(', ')}`);
  const loud = server
    .output()
    .split('\n')
    .filter((line) => /"level":(50|60)/.test(line));
  faults.push(...loud.slice(0, 5).map((line) => `in the log: ${line.slice(0, 1000)}`));
  if ((await server.stop()) !== 0) faults.push(`the stop was not clean:\n${server.output()}`);
  return faults;
}

/** The most memory that the server and the decoders below it ever held together, bytes; looked at ten times a second. */
function watchMemory(pid: number) {
  let peak = 0;
  let stopped = false;
  const looking = (async () => {
    while (!stopped) {
      peak = Math.max(peak, await memoryOf(pid));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    async stop(): Promise<number> {
      stopped = true;
      await looking;
      return peak;
    },
  };
}

/** Resident memory of a process and of all below it, each shared page counted by its share (proc(5), Pss). */
async function memoryOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const own = Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  const children = lists
    .join(' ')
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
  const below = await Promise.all(children.map(memoryOf));
  return below.reduce((sum, one) => sum + one, own);
}
