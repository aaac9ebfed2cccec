// Listing beside what a user would write instead: one server that scans the day folders and parses the sidecars for
// each request, as the earlier system did, and one that keeps an array of objects. The same tree, the same run.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../test/support/pictures.ts';
import { compare, type Side, startHelper } from './bench-load.ts';
import { type Figure, report } from './bench-report.ts';
import { cookieFor, firstAnswer, startBenchServer } from './bench-server.ts';
import { seedTree } from './seed-tree.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
  },
});
const images = Number(values.images);
const SIZE = 50;
const RIVALS = [
  // a scan of 100,000 sidecars takes seconds: its rounds are longer
  { mode: 'scan', what: 'a server that scans the day folders for each request', atLeast: 1000, longer: 8 },
  { mode: 'objects', what: 'a server that keeps an array of objects', atLeast: 20, longer: 1 },
] as const;

/** First pages and deep ones in turn. */
function pages(base: string): string[] {
  const last = Math.floor((images * 0.95) / SIZE);
  return [1, 2, last >> 2, last >> 1, last].map((page) => `${base}?size=${SIZE}&page=${page}`);
}

const running: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'kiroku-bench-rivals-'));
try {
  const [owner = ''] = await seedTree({
    out: folder,
    owners: 1,
    images,
    days: 100,
    until: Date.UTC(2026, 10, 1),
    seed: 6,
    random: seededRandom(6),
    manifests: true,
  });
  const server = await startBenchServer(folder, { LOG_LEVEL: 'info', PAGE_CACHE_MB: '0' });
  running.push(server.process);
  await firstAnswer(server, '/readyz');
  const ours: Side = {
    url: server.url,
    pid: server.process.pid ?? 0,
    paths: pages('/api/v1/images'),
    headers: { Cookie: cookieFor(owner) },
  };
  const figures: Figure[] = [];
  for (const { mode, what, atLeast, longer } of RIVALS) {
    const rival = await startHelper('bench-rival-server.ts', [mode, folder, owner]);
    running.push(rival.process);
    // one at a time: a scan takes seconds, and a queue of them would only wait
    const options = {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds) * longer,
      connections: 1,
    };
    const found = await compare(ours, { ...rival.side, paths: pages('/') }, options);
    figures.push({
      name: `listing at ${images.toLocaleString('en')} against ${what}`,
      value: found.ratio,
      unit: 'x',
      atLeast,
      note: `pages of ${SIZE}, page cache off; ${found.micros.toFixed(0)} against ${found.bare.toFixed(0)} CPU-µs a request`,
    });
    rival.process.kill();
  }
  await server.stop();
  report(figures);
} finally {
  for (const child of running) if (child.exitCode === null) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
