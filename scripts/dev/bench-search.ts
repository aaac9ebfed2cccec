// Search of one owner's pictures in the manifest catalog, against ripgrep over the same folded texts (one a line in one
// file) in the same run; what it costs others meanwhile; memory. `--tree` keeps the tree for another run.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { ListQuery } from '../../src/catalog/catalog.ts';
import { createManifestCatalog, type ManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import { createWorkerTextIndex } from '../../src/catalog/manifest/search/worker-text-index.ts';
import { manifestKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { decodeRecord } from '../../src/domain/record-codec.ts';
import { parseSearch } from '../../src/domain/search/query.ts';
import { searchText } from '../../src/domain/search/text.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { seededRandom } from '../../test/support/pictures.ts';
import { type Figure, median, report } from './bench-report.ts';
import { seedTree } from './seed-tree.ts';

const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '15' },
    tree: { type: 'string' },
  },
});
const pictures = Number(values.pictures);
const rounds = Number(values.rounds);
const DAY_PICTURES = 1_000;
const PAGE = 50;
const BUSY_MS = 2_000;

const figures: Figure[] = [];
let asked = 0;
const folder = values.tree ?? mkdtempSync(join(tmpdir(), 'kiroku-bench-search-'));
mkdirSync(folder, { recursive: true });

try {
  const owner = await seeded();
  const text = join(folder, 'texts.txt');
  if (!existsSync(text)) await writeTexts(owner, text);
  await measure(owner, text);
  report(figures);
} finally {
  if (values.tree === undefined) rmSync(folder, { recursive: true, force: true });
}

async function seeded(): Promise<Owner> {
  const users = join(folder, 'users');
  const known = existsSync(users) ? readdirSync(users)[0] : undefined;
  const [owner = ''] =
    known === undefined
      ? await seedTree({
          out: folder,
          owners: 1,
          images: pictures,
          days: Math.max(90, pictures / DAY_PICTURES),
          seed: 3,
          random: seededRandom(3),
          until: Date.UTC(2026, 10, 1),
          manifests: true,
          files: false,
        })
      : [known];
  if (!isOwner(owner)) throw new Error(`${owner} is no owner`);
  return owner;
}

/** What is searched, as somebody without us would search it. */
async function writeTexts(owner: Owner, path: string): Promise<void> {
  const lines = createInterface({ input: createReadStream(join(folder, manifestKey(owner))) });
  const out = openSync(path, 'w');
  let held: string[] = [];
  let isHeader = true;
  for await (const line of lines) {
    if (isHeader) isHeader = false;
    else {
      const record: unknown = JSON.parse(line).r;
      held.push(searchText(decodeRecord(Buffer.from(JSON.stringify(record)))).free);
    }
    if (held.length === 10_000) {
      writeSync(out, `${held.join('\n')}\n`);
      held = [];
    }
  }
  writeSync(out, `${held.join('\n')}\n`);
  closeSync(out);
}

function open(): ManifestCatalog {
  const storage = createNodeStorage(folder);
  return createManifestCatalog({
    storage,
    folders: createFolderSync(storage),
    log: silentLog,
    recentSize: 200,
    indexMaxBytes: 1 << 30,
    legacyTz: 'UTC',
    textIndex: createWorkerTextIndex(folder),
  });
}

/** Each time another query, so that no answer is one that was kept. */
function queryOf(owner: Owner, q: string, extra: Partial<ListQuery> = {}): ListQuery {
  asked += 1;
  const terms = parseSearch(q, () => undefined);
  const rest = { kind: 'generated', status: 'active', order: 'newest', size: PAGE, at: { page: 1 } } as const;
  return { owner, ...rest, terms, from: asked, ...extra };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** ripgrep from its start to its end. */
function rg(path: string, word: string): { readonly ms: number; readonly count: number } {
  const start = performance.now();
  const { stdout, error } = spawnSync('rg', ['-i', '-F', '-c', '-j1', '--', word, path], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error('ripgrep (rg) is needed for the comparison', { cause: error });
  return { ms: performance.now() - start, count: Number(stdout.trim() === '' ? 0 : stdout) };
}

interface Case {
  readonly name: string;
  readonly q: string;
  /** What ripgrep looks for: one of the words, where there are several. */
  readonly word: string;
  readonly most: number;
}

/** Names of the tree that occur a few times in a million. */
function rareOf(path: string, script: RegExp): string {
  const { stdout } = spawnSync('rg', ['-o', '-N', '-m', '3000', '--', script.source, path], {
    encoding: 'utf8',
  });
  const found = stdout.split('\n').filter((line) => line !== '');
  const last = found.at(-1)?.split(' ').at(-1);
  if (last === undefined) throw new Error(`no ${script.source} in the texts`);
  return last;
}

function cases(path: string): Case[] {
  const rare = rareOf(path, /by the river [a-z]+/);
  const rareKorean = rareOf(path, /마을 이름 [가-힣]+/);
  return [
    { name: 'rare word', q: rare, word: rare, most: 0.2 },
    { name: 'absent word', q: 'zeppelin', word: 'zeppelin', most: 0.2 },
    { name: 'common word', q: 'watercolor', word: 'watercolor', most: 0.2 },
    { name: 'Korean word', q: '고양이', word: '고양이', most: 0.5 },
    { name: 'rare Korean word', q: rareKorean, word: rareKorean, most: 0.5 },
    { name: 'phrase', q: '"girl with an umbrella"', word: 'girl with an umbrella', most: 0.5 },
    { name: 'three words', q: 'astronauts impasto fog', word: 'impasto', most: 0.5 },
  ];
}

async function measure(owner: Owner, text: string): Promise<void> {
  rmSync(join(folder, '.kiroku', 'index'), { recursive: true, force: true });
  let catalog = open();
  await catalog.list(queryOf(owner, ''));
  await build(catalog, owner);
  await catalog.close();
  catalog = open();
  await catalog.list(queryOf(owner, ''));
  const reopened = await timed(() => catalog.list(queryOf(owner, 'zeppelin')));
  figures.push({ name: 'first search after a start', value: reopened, unit: 'ms' });
  for (const one of cases(text)) await measureCase(catalog, owner, text, one);
  await measureOthers(catalog, owner);
  const { searchBytes, pictures: count } = catalog.stats();
  figures.push({
    name: 'memory a picture for search',
    value: searchBytes / count,
    unit: 'bytes',
    atMost: 16,
  });
  await catalog.close();
}

async function build(catalog: ManifestCatalog, owner: Owner): Promise<void> {
  const ms = await timed(() => catalog.list(queryOf(owner, 'zeppelin')));
  const file = join(folder, '.kiroku', 'index', `${owner}.search`);
  const size = statSync(file).size / pictures;
  const note = `${size.toFixed(0)} bytes a picture on the disk`;
  figures.push({ name: 'search file made', value: (pictures / ms) * 1000, unit: '/s', note });
}

/** All sides in turn, round by round, so that a busy machine is busy for each of them. The first round warms up. */
async function measureCase(
  catalog: ManifestCatalog,
  owner: Owner,
  text: string,
  { name, q, word, most }: Case,
): Promise<void> {
  const exact = { exactTotal: true };
  const page = () => timed(() => catalog.list(queryOf(owner, q)));
  const found: { theirs: number; first: number; whole: number }[] = [];
  for (let round = -1; round < rounds; round++) {
    const one = {
      theirs: rg(text, word).ms,
      // three in a row: the first one behind another process finds its caches cold
      first: median([await page(), await page(), await page()]),
      whole: await timed(() => catalog.list(queryOf(owner, q, exact))),
    };
    if (round >= 0) found.push(one);
  }
  const theirs = median(found.map((one) => one.theirs));
  const { count } = rg(text, word);
  const { total } = await catalog.list(queryOf(owner, q, exact));
  for (const [what, side, atMost] of [
    ['first page', 'first', most],
    ['exact total', 'whole', 2],
  ] as const) {
    const ms = median(found.map((one) => one[side]));
    const note = `${ms.toFixed(1)} ms against ${theirs.toFixed(0)} ms of rg (${count} lines), ${total} found`;
    figures.push({ name: `${name}: ${what} / rg`, value: ms / theirs, unit: 'x', atMost, note });
  }
}

/** Pages one after another for a while: 99th percentile, ms. */
async function listFor(catalog: ManifestCatalog, owner: Owner, ms: number): Promise<number> {
  const times: number[] = [];
  const random = seededRandom(5);
  for (const end = performance.now() + ms; performance.now() < end; ) {
    const page = 1 + Math.floor((random() * pictures * 0.9) / PAGE);
    times.push(await timed(() => catalog.list({ ...queryOf(owner, ''), from: 0, at: { page } })));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}

interface Beside {
  readonly p99: number;
  readonly lag: number;
  readonly longest: number;
}

/** Lists for a while, and how late the loop's timers are meanwhile. */
async function beside(catalog: ManifestCatalog, owner: Owner): Promise<Beside> {
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const p99 = await listFor(catalog, owner, BUSY_MS);
  lag.disable();
  return { p99, lag: lag.percentile(99.9) / 1e6, longest: lag.max / 1e6 };
}

async function measureOthers(catalog: ManifestCatalog, owner: Owner): Promise<void> {
  await listFor(catalog, owner, BUSY_MS / 4);
  const idle = await beside(catalog, owner);
  let isOver = false;
  const searching = (async () => {
    while (!isOver) await catalog.list(queryOf(owner, 'watercolor', { exactTotal: true }));
  })();
  const busy = await beside(catalog, owner);
  isOver = true;
  await searching;
  figures.push({
    name: 'loop lag while searching',
    value: busy.lag,
    unit: 'ms',
    atMost: 10,
    note: `p99.9, ${idle.lag.toFixed(1)} ms idle; longest ${busy.longest.toFixed(1)} ms, ${idle.longest.toFixed(1)} ms idle`,
  });
  figures.push({
    name: 'p99 of lists while searching / idle',
    value: busy.p99 / idle.p99,
    unit: 'x',
    atMost: 3,
    note: `${busy.p99.toFixed(2)} ms against ${idle.p99.toFixed(2)} ms`,
  });
}
