// Pages of one owner with up to a million pictures, wherever they lie in the history: the whole stack on, beside the
// barest hono servers that send as many bytes. What counts is the CPU that a server spends on a request.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../test/support/pictures.ts';
import { load, type Side, startHelper } from './bench-load.ts';
import { type Figure, median, report } from './bench-report.ts';
import { cookieFor, firstAnswer, startBenchServer } from './bench-server.ts';
import { seedTree } from './seed-tree.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    pictures: { type: 'string', default: '10000,100000,1000000' },
    sizes: { type: 'string', default: '24,50' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const sizes = values.sizes.split(',').map(Number);
/** More than the server remembers the queries of. */
const PAGES = 4_000;
const FAR_PAGE = 18_000;
const DAY_PICTURES = 1_000;
/** Targets are for pages of this size; smaller ones are shown beside them. */
const JUDGED_SIZE = 50;

const running: ChildProcess[] = [];
const figures: Figure[] = [];

async function bareServer(mode: 'string' | 'hono-buffer', file: string): Promise<Side> {
  const { process, side } = await startHelper('bench-bare-server.ts', [mode, file]);
  running.push(process);
  return side;
}

/** CPU-µs a request of each side, round by round; all of them in turn, the first round only warms up. */
async function inTurn(sides: readonly Side[]): Promise<number[][]> {
  const found: number[][] = [];
  for (let round = -1; round < rounds; round += 1) {
    const one: number[] = [];
    for (const side of sides) one.push(await load(side, { seconds }));
    if (round >= 0) found.push(one);
  }
  return found;
}

/** Median over the rounds of one side's requests a CPU second to another's. */
function ratioOf(found: readonly number[][], ours: number, theirs: number): number {
  return median(found.map((round) => (round[theirs] ?? 0) / (round[ours] ?? 0)));
}

function microsOf(found: readonly number[][], side: number): number {
  return median(found.map((round) => round[side] ?? 0));
}

function note(found: readonly number[][], ours: number, theirs: number, against: string): string {
  const micros = [microsOf(found, ours), microsOf(found, theirs)].map((value) => value.toFixed(0));
  return `${against}; ${micros[0]} against ${micros[1]} CPU-µs a request`;
}

function show({ atLeast, atMost, ...figure }: Figure, size: number): void {
  const isJudged = size === JUDGED_SIZE;
  figures.push({
    ...figure,
    ...(isJudged && atLeast !== undefined ? { atLeast } : {}),
    ...(isJudged && atMost !== undefined ? { atMost } : {}),
  });
}

interface Tree {
  readonly count: number;
  readonly folder: string;
  readonly headers: Record<string, string>;
}

/** Active pictures of the owner, as soon as the whole index is there. */
async function totalOf(url: string, headers: Record<string, string>): Promise<number> {
  for (;;) {
    const answer = await fetch(`${url}/api/v1/images?size=1`, { headers });
    const page = (await answer.json()) as { total: number; total_relation: string };
    if (page.total_relation === 'eq') return page.total;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function withServer(
  { folder, headers }: Tree,
  env: Record<string, string>,
  work: (ours: Side, total: number) => Promise<void>,
): Promise<void> {
  const server = await startBenchServer(folder, { LOG_LEVEL: 'info', ...env });
  running.push(server.process);
  await firstAnswer(server, '/readyz');
  const total = await totalOf(server.url, headers);
  await work({ url: server.url, pid: server.process.pid ?? 0, paths: [], headers }, total);
  await server.stop();
}

const pathOf = (size: number, page: number) => `/api/v1/images?size=${size}&page=${page}`;

async function bodyOf(side: Side, path: string, file: string): Promise<number> {
  const body = Buffer.from(await (await fetch(side.url + path, { headers: side.headers })).arrayBuffer());
  writeFileSync(file, body);
  return body.length;
}

/** CPU of the first page at the smallest history, by page size: what larger ones are compared with. */
const atSmallest = new Map<string, number>();

async function benchUncached(tree: Tree, file: string): Promise<void> {
  await withServer(tree, { PAGE_CACHE_MB: '0' }, async (ours, total) => {
    for (const size of sizes) {
      const last = Math.floor(total / size);
      const far = Math.min(last, FAR_PAGE);
      const length = await bodyOf(ours, pathOf(size, far), file);
      const bare = await bareServer('string', file);
      const found = await inTurn([
        bare,
        { ...ours, paths: [pathOf(size, 1)] },
        { ...ours, paths: [pathOf(size, far)] },
        { ...ours, paths: deepPages(size, last) },
      ]);
      process.kill(bare.pid);
      reportUncached(tree.count, size, far, length, found);
    }
  });
}

function reportUncached(count: number, size: number, far: number, length: number, found: number[][]): void {
  const at = `of ${size} at ${count.toLocaleString('en')}`;
  const against = `a bare hono string of ${length} bytes`;
  // the bare server's body is the far page's: pages differ by a few bytes in a thousand
  const cases = [
    [`first page, page cache off ${at}`, 1, 1],
    [`page ${far}, page cache off ${at}`, 2, 0.8],
    [`random deep pages ${at}`, 3, 0.8],
  ] as const;
  for (const [name, load, atLeast] of cases) {
    const ratio = ratioOf(found, load, 0);
    show({ name, value: ratio, unit: 'x', atLeast, note: note(found, load, 0, against) }, size);
    // measured by what the bare server needed in the same rounds: a slower minute moves both
    const key = `${size} ${load}`;
    const small = atSmallest.get(key);
    if (small === undefined) atSmallest.set(key, ratio);
    else show({ name: `${name}, beside the smallest`, value: small / ratio, unit: 'x', atMost: 1.2 }, size);
  }
  const beside = {
    name: `page ${far} beside page 1 ${at}`,
    value: 1 / ratioOf(found, 2, 1),
    unit: 'x',
  } as const;
  show({ ...beside, atMost: 1.2, note: 'CPU a request, page cache off' }, size);
}

async function benchRepeated(tree: Tree, file: string): Promise<void> {
  await withServer(tree, {}, async (ours) => {
    for (const size of sizes) {
      const length = await bodyOf(ours, pathOf(size, 1), file);
      const bare = await bareServer('hono-buffer', file);
      const found = await inTurn([bare, { ...ours, paths: [pathOf(size, 1)] }]);
      process.kill(bare.pid);
      const name = `repeated page of ${size} at ${tree.count.toLocaleString('en')}`;
      const against = note(found, 1, 0, `a bare hono Buffer of ${length} bytes`);
      show({ name, value: ratioOf(found, 1, 0), unit: 'x', atLeast: 0.65, note: against }, size);
    }
  });
}

/** Pages all over the history, none of them the first ones. */
function deepPages(size: number, last: number): string[] {
  return Array.from({ length: PAGES }, (_, index) => {
    return pathOf(size, Math.max(10, Math.floor(((index * 0.618034) % 1) * last)));
  });
}

async function benchTree(folder: string, count: number): Promise<void> {
  const out = join(folder, `deep-${count}`);
  const [owner = ''] = await seedTree({
    out,
    owners: 1,
    images: count,
    days: Math.max(90, count / DAY_PICTURES),
    seed: 3,
    random: seededRandom(3),
    until: Date.UTC(2026, 10, 1),
    manifests: true,
    files: false,
  });
  const tree = { count, folder: out, headers: { Cookie: cookieFor(owner) } };
  const file = join(folder, 'page.json');
  await benchUncached(tree, file);
  await benchRepeated(tree, file);
  rmSync(out, { recursive: true });
}

const folder = mkdtempSync(join(tmpdir(), 'kiroku-bench-deep-'));
try {
  for (const count of values.pictures.split(',').map(Number)) await benchTree(folder, count);
  report(figures);
} finally {
  for (const child of running) if (child.exitCode === null) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
