// From the start of the process to the first correct page, with 100,000 pictures of 200 owners; and how little of the
// tree that reads.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../test/support/pictures.ts';
import { type Figure, median, report } from './bench-report.ts';
import { type BenchServer, firstAnswer, startBenchServer } from './bench-server.ts';
import { seedTree } from './seed-tree.ts';

const PAGE = 24;

const { values } = parseArgs({
  options: {
    owners: { type: 'string', default: '200' },
    images: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    folder: { type: 'string', default: tmpdir() },
  },
});

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly total: number;
}

/** What the first page has to be, read from the manifest without the server's code. */
function expectedPage(tree: string, owner: string): { ids: string[]; total: number } {
  const lines = readFileSync(join(tree, 'users', owner, 'manifest.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1);
  const active = lines
    .map((line): { id: string; t: number; st: string } => JSON.parse(line))
    .filter(({ st }) => st === 'active')
    .sort((a, b) => b.t - a.t || (a.id < b.id ? 1 : -1));
  return { ids: active.slice(0, PAGE).map(({ id }) => id), total: active.length };
}

async function checkPage(tree: string, owner: string, answer: Response): Promise<void> {
  const page: Page = JSON.parse(await answer.text());
  const expected = expectedPage(tree, owner);
  const ids = page.items.map(({ id }) => id);
  if (page.total !== expected.total || ids.join() !== expected.ids.join()) {
    throw new Error(`the first page of ${owner} is not right`);
  }
}

/** Bytes that the process has read so far, page cache included (Linux); NaN elsewhere. */
function bytesRead(server: BenchServer): number {
  try {
    const io = readFileSync(`/proc/${server.process.pid}/io`, 'utf8');
    return Number(/^rchar: (\d+)$/m.exec(io)?.[1]);
  } catch {
    return Number.NaN;
  }
}

async function start(tree: string, owner: string): Promise<{ ms: number; read: number; answer: Response }> {
  const server = await startBenchServer(tree);
  try {
    const answer = await firstAnswer(server, `/api/v1/images?size=${PAGE}&owner=${owner}`);
    const ms = performance.now() - server.startedAt;
    return { ms, read: bytesRead(server), answer };
  } finally {
    await server.stop();
  }
}

function indexMemory(tree: string): { counted: number; measured: number } {
  const script = fileURLToPath(new URL('./index-memory.ts', import.meta.url));
  const args = ['--disable-warning=ExperimentalWarning', script, tree];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

const folder = mkdtempSync(join(values.folder, 'kiroku-bench-start-'));
try {
  const tree = join(folder, 'tree');
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  process.stdout.write(`seeding ${values.images} pictures of ${values.owners} owners …\n`);
  const owners = await seedTree({
    out: tree,
    owners: Number(values.owners),
    images: Number(values.images),
    days: 60,
    until: Date.UTC(2026, 10, 1),
    seed: 1,
    random: seededRandom(1),
    manifests: true,
  });
  // The first start of a tree makes its secrets and folders; it is not what an operator waits for.
  await start(tree, owners[0] ?? '');
  await start(empty, 'nobody');
  const times: number[] = [];
  const extra: number[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const owner = owners[(round * 37) % owners.length] ?? '';
    const nothing = await start(empty, 'nobody');
    const { ms, read, answer } = await start(tree, owner);
    await checkPage(tree, owner, answer);
    times.push(ms);
    extra.push(read - nothing.read);
  }
  const manifests = readdirSync(join(tree, 'users')).map(
    (owner) => statSync(join(tree, 'users', owner, 'manifest.jsonl')).size,
  );
  const all = manifests.reduce((sum, size) => sum + size, 0);
  const memory = indexMemory(tree);
  const figures: Figure[] = [
    { name: 'process start to first correct page', value: median(times), unit: 'ms', atMost: 1000 },
    {
      name: 'bytes read by then, beyond those of an empty tree, of all manifests',
      value: median(extra) / all,
      unit: 'x',
      atMost: 0.05,
      note: `${(all / 2 ** 20).toFixed(0)} MiB of manifests`,
    },
    {
      name: 'index memory a picture, all owners loaded, beside the ring',
      value: memory.counted,
      unit: 'bytes',
      atMost: 64,
      note: `heap and buffers grew by ${memory.measured.toFixed(0)}`,
    },
  ];
  report(figures.filter(({ value }) => Number.isFinite(value)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
