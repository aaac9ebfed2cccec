// How soon a server answers: process start to the first correct page, with one owner of a million pictures and with a
// thousand owners of a thousand, with and without snapshots of the indexes; the full index against `JSON.parse` of every
// line; what others notice of a large load; the memory of a thousand active owners.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../test/support/pictures.ts';
import { type Figure, median, report } from './bench-report.ts';
import { type BenchServer, firstAnswer, SERVICE_TOKEN, startBenchServer } from './bench-server.ts';
import { seedTree } from './seed-tree.ts';

const PAGE = 24;
const HEADERS = { Authorization: `Bearer ${SERVICE_TOKEN}` };

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1000000' },
    owners: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    folder: { type: 'string', default: tmpdir() },
    /** Trees are made here once, and kept. */
    keep: { type: 'string' },
  },
});
const rounds = Number(values.rounds);

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly total: number;
  readonly total_relation: 'eq' | 'gte';
}

async function tree(folder: string, owners: number): Promise<string> {
  const out = join(folder, `${owners}-owners`);
  if (existsSync(join(out, '.kiroku', 'volume.json'))) return out;
  process.stdout.write(`seeding ${values.images} records of ${owners} owners …\n`);
  const random = seededRandom(owners);
  await seedTree({
    out,
    owners,
    images: Number(values.images),
    days: 700,
    until: Date.UTC(2026, 10, 1),
    seed: owners,
    random,
    manifests: true,
    files: false,
  });
  return out;
}

function ownersOf(out: string): string[] {
  return readdirSync(join(out, 'users')).sort();
}

/** The newest active ids, from the last megabyte of a manifest that is all base. */
function newestIds(out: string, owner: string): string[] {
  const fd = openSync(join(out, 'users', owner, 'manifest.jsonl'), 'r');
  const { size } = fstatSync(fd);
  const bytes = Buffer.alloc(Math.min(size, 1 << 20));
  readSync(fd, bytes, 0, bytes.length, size - bytes.length);
  closeSync(fd);
  const lines = bytes.toString('utf8').trimEnd().split('\n').slice(1);
  return lines
    .map((line): { id: string; st: string } => JSON.parse(line))
    .filter(({ st }) => st === 'active')
    .map(({ id }) => id)
    .reverse()
    .slice(0, PAGE);
}

async function pageOf(answer: Response): Promise<Page> {
  return JSON.parse(await answer.text());
}

function listPath(owner: string): string {
  return `/api/v1/images?size=${PAGE}&owner=${owner}`;
}

interface Start {
  /** Process start to the first page, ms. */
  readonly first: number;
  /** To the first page with an exact total, ms. */
  readonly whole: number;
  /** Milliseconds of each list of the other owner in between. */
  readonly others: readonly number[];
}

/** One start: the first page of `owner` (of nobody without one), then lists of another one until the first one's index is in memory. */
async function start(out: string, owner: string | undefined, other: string | undefined): Promise<Start> {
  const server = await startBenchServer(out);
  try {
    let page = await pageOf(await firstAnswer(server, listPath(owner ?? 'nobody')));
    const first = performance.now() - server.startedAt;
    const expected = owner === undefined ? [] : newestIds(out, owner);
    if (page.items.map(({ id }) => id).join() !== expected.join()) {
      throw new Error(`the first page of ${owner} is not right`);
    }
    const others: number[] = [];
    while (page.total_relation === 'gte') {
      const until = performance.now() + 200;
      while (other !== undefined && performance.now() < until) others.push(await timedList(server, other));
      page = await pageOf(await fetch(server.url + listPath(owner ?? 'nobody'), { headers: HEADERS }));
    }
    return { first, whole: performance.now() - server.startedAt, others };
  } finally {
    await server.stop();
  }
}

async function timedList(server: BenchServer, owner: string): Promise<number> {
  const from = performance.now();
  // a query of its own each time: not from the cache of finished pages
  const answer = await fetch(`${server.url}${listPath(owner)}&page=${1 + (Math.floor(from) % 20)}`, {
    headers: HEADERS,
  });
  await answer.arrayBuffer();
  return performance.now() - from;
}

async function starts(
  out: string,
  owner: string | undefined,
  other: string | undefined,
  before: () => void,
): Promise<Start[]> {
  const all: Start[] = [];
  for (let round = 0; round < rounds; round += 1) {
    before();
    all.push(await start(out, owner, other));
  }
  return all;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

interface Ready {
  readonly parse: readonly number[];
  readonly load: readonly number[];
  readonly restore: readonly number[];
}

/** In a process of its own; see `ready-times.ts`. */
function child<T>(script: string, args: readonly string[]): T {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const flags = ['--disable-warning=ExperimentalWarning', '--expose-gc'];
  return JSON.parse(execFileSync(process.execPath, [...flags, path, ...args], { encoding: 'utf8' }));
}

const folder = values.keep ?? mkdtempSync(join(values.folder, 'kiroku-bench-ready-'));
mkdirSync(folder, { recursive: true });
try {
  const many = await tree(folder, Number(values.owners));
  const one = await tree(folder, 1);
  const [small = ''] = ownersOf(many);
  cpSync(join(many, 'users', small), join(one, 'users', small), { recursive: true });
  const [large = ''] = ownersOf(one).filter((name) => name !== small);
  const forget = () => rmSync(join(one, '.kiroku', 'index'), { recursive: true, force: true });
  const ready = child<Ready>('./ready-times.ts', [one, large, values.rounds]);
  // the first start of a tree makes secrets and folders
  await start(many, small, undefined);
  const cold = await starts(one, large, small, forget);
  const warm = await starts(one, large, small, () => undefined);
  const empty = join(folder, 'empty');
  mkdirSync(empty, { recursive: true });
  await start(empty, undefined, undefined);
  const nothing = await starts(empty, undefined, undefined, () => undefined);
  const thousand = await starts(many, ownersOf(many)[500] ?? small, undefined, () => undefined);
  const memory = child<{ mebibytes: number; limit: number }>('./ready-memory.ts', [many]);
  const others = cold.flatMap((one) => one.others);
  const firsts = (all: readonly Start[]) => median(all.map(({ first }) => first));
  const label = `${values.images} pictures`;
  const figures: Figure[] = [
    {
      name: `full index, ${label}, of JSON.parse of every line`,
      value: median(ready.load) / median(ready.parse),
      unit: 'x',
      atMost: 0.7,
      note: `${median(ready.load).toFixed(0)} of ${median(ready.parse).toFixed(0)} ms`,
    },
    {
      name: 'the same from a snapshot',
      value: median(ready.restore) / median(ready.parse),
      unit: 'x',
      atMost: 0.2,
      note: `${median(ready.restore).toFixed(0)} ms`,
    },
    {
      name: 'process start to first correct page, one owner, no snapshot',
      value: firsts(cold),
      unit: 'ms',
      atMost: 1000,
      note: `exact total after ${median(cold.map(({ whole }) => whole)).toFixed(0)}`,
    },
    { name: 'the same with a snapshot', value: firsts(warm), unit: 'ms', atMost: 1000 },
    { name: `the same with ${values.owners} owners`, value: firsts(thousand), unit: 'ms', atMost: 1000 },
    { name: 'the same with an empty tree', value: firsts(nothing), unit: 'ms' },
    {
      name: 'list of another owner meanwhile, p99',
      value: percentile(others, 0.99),
      unit: 'ms',
      atMost: 50,
      note: `of ${others.length}, median ${median(others).toFixed(1)}`,
    },
    {
      name: `memory of ${values.owners} active owners, of INDEX_MAX_BYTES`,
      value: memory.mebibytes / memory.limit,
      unit: 'x',
      atMost: 1.2,
      note: `${memory.mebibytes.toFixed(0)} MiB with rings and everything around`,
    },
  ];
  report(figures);
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}
