// Pages and thumbnails over HTTP with the whole stack on (cookie, headers, log), beside the barest servers that send the
// same bytes. What counts is the CPU that a server spends on a request: the client shares the machine.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { isOwner } from '../../src/domain/owner.ts';
import { createIdentity, IDENTITY_COOKIE } from '../../src/services/identity.ts';
import { pngPicture, seededRandom } from '../../test/support/pictures.ts';
import { type Figure, median, report } from './bench-report.ts';
import { firstAnswer, SERVICE_TOKEN, startBenchServer } from './bench-server.ts';
import { seedTree } from './seed-tree.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    pictures: { type: 'string', default: '10000,100000' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const BARE = fileURLToPath(new URL('bench-bare-server.ts', import.meta.url));
const CONNECTIONS = 16;
/** Clock ticks a second of `/proc/{pid}/stat`: USER_HZ, 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** One side of a comparison. */
interface Side {
  readonly url: string;
  readonly pid: number;
  readonly paths: readonly string[];
  readonly headers: Record<string, string>;
}

/** CPU of a process so far, user and system, ms. Source: proc(5), fields 14 and 15. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** CPU-µs a request under load. @throws Error when anything but 200 came back */
async function load(side: Side): Promise<number> {
  const before = cpuOf(side.pid);
  const result = await autocannon({
    url: side.url,
    connections: CONNECTIONS,
    duration: seconds,
    headers: side.headers,
    requests: side.paths.map((path) => ({ method: 'GET', path })),
  });
  const spent = cpuOf(side.pid) - before;
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${side.url}${side.paths[0]}: ${result.non2xx} not 2xx, ${result.errors} errors`);
  }
  return (spent * 1000) / result.requests.total;
}

/** Rounds in turn, the first only warms up. The ratio is of requests a CPU second: ours to theirs. */
async function compare(ours: Side, theirs: Side): Promise<{ ratio: number; micros: number; bare: number }> {
  const results: { ratio: number; micros: number; bare: number }[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const bare = await load(theirs);
    const micros = await load(ours);
    if (round >= 0) results.push({ ratio: bare / micros, micros, bare });
  }
  return {
    ratio: median(results.map((one) => one.ratio)),
    micros: median(results.map((one) => one.micros)),
    bare: median(results.map((one) => one.bare)),
  };
}

const running: ChildProcess[] = [];

async function bareServer(mode: 'string' | 'buffer' | 'static', file: string): Promise<Side> {
  const child = spawn(process.execPath, [BARE, mode, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const [port] = await once(child.stdout, 'data');
  return {
    url: `http://127.0.0.1:${String(port).trim()}`,
    pid: child.pid ?? 0,
    paths: ['/'],
    headers: {},
  };
}

const figures: Figure[] = [];

function note(found: { micros: number; bare: number }, against: string): string {
  return `${against}; ${found.micros.toFixed(0)} against ${found.bare.toFixed(0)} CPU-µs a request`;
}

async function benchPages(folder: string, count: number): Promise<void> {
  const tree = join(folder, `pages-${count}`);
  const [owner = ''] = await seedTree({
    out: tree,
    owners: 1,
    images: count,
    days: 90,
    seed: 3,
    random: seededRandom(3),
    until: Date.UTC(2026, 10, 1),
    manifests: true,
  });
  // Two servers on two trees would differ in more than the cache: the same tree, one after the other.
  const headers = { Cookie: cookieFor(owner) };
  await benchQueries(folder, tree, headers, count, { PAGE_CACHE_MB: '0' }, (size, last) => [
    ['first page, page cache off', [`?size=${size}&page=1`], 0.8],
    ['last page, page cache off', [`?size=${size}&page=${last}`], 0.6],
    ['random deep pages, page cache off', deepPages(size, last), undefined],
  ]);
  await benchQueries(folder, tree, headers, count, {}, (size) => [['repeated page', [`?size=${size}`], 1.2]]);
}

type Case = readonly [what: string, queries: readonly string[], atLeast: number | undefined];

async function benchQueries(
  folder: string,
  tree: string,
  headers: Record<string, string>,
  count: number,
  env: Record<string, string>,
  casesOf: (size: number, last: number) => readonly Case[],
): Promise<void> {
  const server = await startBenchServer(tree, { LOG_LEVEL: 'info', ...env });
  running.push(server.process);
  await firstAnswer(server, '/readyz');
  for (const size of [24, 50]) {
    // The last whole page: part of a page would be less work.
    const last = Math.floor((await totalOf(server.url, headers)) / size);
    for (const [what, queries, atLeast] of casesOf(size, last)) {
      const path = `/api/v1/images${queries[0]}`;
      const body = await (await fetch(server.url + path, { headers })).text();
      const file = join(folder, 'page.json');
      writeFileSync(file, body);
      const bare = await bareServer('string', file);
      const paths = queries.map((query) => `/api/v1/images${query}`);
      const found = await compare({ url: server.url, pid: server.process.pid ?? 0, paths, headers }, bare);
      figures.push({
        name: `${what} of ${size} at ${count.toLocaleString('en')}`,
        value: found.ratio,
        unit: 'x',
        ...(atLeast === undefined ? {} : { atLeast }),
        note: note(found, `a bare hono string of ${body.length} characters`),
      });
      process.kill(bare.pid);
    }
  }
  await server.stop();
}

/** Active pictures of the owner; some of the seeded ones lie in the trash. */
async function totalOf(url: string, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(`${url}/api/v1/images?size=1`, { headers });
  const { total } = (await answer.json()) as { total: number };
  return total;
}

/** Pages all over the history, none of them the first ones. */
function deepPages(size: number, last: number): string[] {
  return Array.from({ length: 400 }, (_, index) => {
    const page = Math.max(10, Math.floor(((index * 0.618034) % 1) * last));
    return `?size=${size}&page=${page}`;
  });
}

/** The cookie that a server with the benchmarks' secret takes as proof of this owner. */
function cookieFor(owner: string): string {
  const keys = [`cookie-${SERVICE_TOKEN}`];
  const identity = createIdentity({ keys, now: Date.now, random: randomBytes });
  if (!isOwner(owner)) throw new Error('no owner');
  return `${IDENTITY_COOKIE}=${identity.issue(owner).value}`;
}

async function cookieOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/me`);
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** A thumbnail that a browser asks for with its cookie: owner checked, from the hot cache. */
async function benchThumbnail(folder: string): Promise<void> {
  const tree = join(folder, 'thumb');
  await seedTree({
    out: tree,
    owners: 1,
    images: 10,
    days: 1,
    seed: 4,
    random: seededRandom(4),
    until: Date.UTC(2026, 10, 1),
    manifests: true,
  });
  const server = await startBenchServer(tree, { LOG_LEVEL: 'info' });
  running.push(server.process);
  await firstAnswer(server, '/readyz');
  const cookie = await cookieOf(server.url);
  const me = (await (await fetch(`${server.url}/api/v1/me`, { headers: { cookie } })).json()) as {
    owner: string;
  };
  const form = new FormData();
  form.set('owner', me.owner);
  form.set('file', new Blob([await picture()], { type: 'image/png' }), 'bench.png');
  const sent = await fetch(`${server.url}/api/v1/images`, {
    method: 'POST',
    body: form,
    headers: { Authorization: `Bearer ${SERVICE_TOKEN}` },
  });
  const item = (await sent.json()) as { thumb_url: string };
  const thumb = await fetch(server.url + item.thumb_url, { headers: { cookie } });
  const file = join(folder, 'thumb.webp');
  writeFileSync(file, Buffer.from(await thumb.arrayBuffer()));
  const ours = {
    url: server.url,
    pid: server.process.pid ?? 0,
    paths: [item.thumb_url],
    headers: { Cookie: cookie },
  };
  for (const [mode, atLeast, against] of [
    ['buffer', 0.4, 'node:http with the bytes in memory'],
    ['static', 4, "hono's serveStatic"],
  ] as const) {
    const bare = await bareServer(mode, file);
    const found = await compare(ours, bare);
    figures.push({
      name: `hot thumbnail against ${against}`,
      value: found.ratio,
      unit: 'x',
      atLeast,
      note: note(found, `${readFileSync(file).length} bytes`),
    });
    process.kill(bare.pid);
  }
  await server.stop();
}

/** A picture whose thumbnail has the size of an ordinary one. */
async function picture(): Promise<Buffer<ArrayBuffer>> {
  return Buffer.from(await pngPicture({ width: 1024, height: 1024, seed: 5 }));
}

const folder = mkdtempSync(join(tmpdir(), 'kiroku-bench-http-'));
try {
  for (const count of values.pictures.split(',').map(Number)) await benchPages(folder, count);
  await benchThumbnail(folder);
  report(figures);
} finally {
  for (const child of running) if (child.exitCode === null) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
