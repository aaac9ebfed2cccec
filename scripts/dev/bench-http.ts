// Pages and thumbnails over HTTP with the whole stack on (cookie, headers, log), beside the barest servers that send the
// same bytes. What counts is the CPU that a server spends on a request: the client shares the machine.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pngPicture, seededRandom } from '../../test/support/pictures.ts';
import { type Comparison, compare, type Side, startHelper } from './bench-load.ts';
import { type Figure, report } from './bench-report.ts';
import { cookieFor, firstAnswer, SERVICE_TOKEN, startBenchServer } from './bench-server.ts';
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
const running: ChildProcess[] = [];

async function bareServer(mode: 'string' | 'buffer' | 'static', file: string): Promise<Side> {
  const { process: child, side } = await startHelper('bench-bare-server.ts', [mode, file]);
  running.push(child);
  return side;
}

const figures: Figure[] = [];

function note(found: Comparison, against: string): string {
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
      const ours = { url: server.url, pid: server.process.pid ?? 0, paths, headers };
      const found = await compare(ours, bare, { rounds, seconds });
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
    const found = await compare(ours, bare, { rounds, seconds });
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
