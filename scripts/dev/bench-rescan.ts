// A reindex from 100,000 sidecars beside the plainest loop that reads and parses them; passes over a tree that did not
// change beside `find`; and how long the main thread keeps others waiting meanwhile.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { type Engine, openEngine } from '../../src/compose-engine.ts';
import { createIntake } from '../../src/compose-reconcile.ts';
import { loadConfig } from '../../src/config.ts';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { createReindex, type Reindex, type ReindexDepth } from '../../src/services/maintenance/reindex.ts';
import { seededRandom } from '../../test/support/pictures.ts';
import { type Figure, median, report } from './bench-report.ts';
import { seedTree } from './seed-tree.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    days: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '5' },
    folder: { type: 'string', default: tmpdir() },
    tree: { type: 'string' },
  },
});
const images = Number(values.images);

/** Every day folder of one owner. */
function dayFolders(users: string, owner: Owner): string[] {
  const root = join(users, owner);
  const inside = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^\d+$/.test(entry.name))
      .map(({ name }) => join(path, name));
  return inside(root).flatMap(inside).flatMap(inside);
}

/** The plainest thing that can be done with sidecars: list, open, read into one buffer, parse, forget. */
function readAndParse(folders: readonly string[]): number {
  const buffer = Buffer.alloc(1 << 20);
  let parsed = 0;
  for (const folder of folders) {
    for (const name of readdirSync(folder)) {
      if (!name.endsWith('.json')) continue;
      const fd = openSync(`${folder}/${name}`, 'r');
      const length = readSync(fd, buffer, 0, buffer.length, 0);
      closeSync(fd);
      const record: { readonly id?: string } = JSON.parse(buffer.toString('utf8', 0, length));
      if (record.id !== undefined) parsed += 1;
    }
  }
  return parsed;
}

interface Measured {
  readonly ms: number;
  /** How long the main thread's loop stood still, ms: 99 of 100 times it was less. */
  readonly lag: number;
  /** Processor time over all threads of this process, ms. */
  readonly cpu: number;
}

async function measured(work: () => unknown): Promise<Measured> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  delays.disable();
  return { ms, lag: delays.percentile(99) / 1e6, cpu: (user + system) / 1000 };
}

interface Subject {
  readonly engine: Engine;
  readonly reindex: Reindex;
  close(): Promise<void>;
}

async function openSubject(tree: string): Promise<Subject> {
  const loaded = loadConfig({ OUTPUT_DIR: tree });
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const { signal } = new AbortController();
  const engine = await openEngine(loaded.config, { log: silentLog });
  const { decoder, reconcile } = createIntake(loaded.config, silentLog, engine, signal);
  const { storage, folders, state, catalog, rebuild } = engine;
  const { legacyTz } = loaded.config;
  return {
    engine,
    reindex: createReindex({
      storage,
      folders,
      state,
      catalog,
      reconcile,
      rebuild,
      legacyTz,
      log: silentLog,
    }),
    async close() {
      await decoder.close();
      await engine.close();
    },
  };
}

async function run({ reindex }: Subject, depth: ReindexDepth, expected: object): Promise<void> {
  const { signal } = new AbortController();
  const done = { ...(await reindex.run({ depth }, signal)) };
  for (const [name, value] of Object.entries(expected)) {
    if (Object.entries(done).find(([member]) => member === name)?.[1] !== value) {
      throw new Error(`${depth}: not ${JSON.stringify(expected)} but ${JSON.stringify(done)}`);
    }
  }
}

function find(users: string, ...more: readonly string[]): void {
  execFileSync('find', [users, ...more], { stdio: ['ignore', 'ignore', 'inherit'] });
}

interface Round {
  readonly parse: Measured;
  readonly sidecars: Measured;
  readonly names: Measured;
  readonly plainFind: Measured;
  readonly changes: Measured;
  readonly statFind: Measured;
}

async function oneRound(subject: Subject, users: string, folders: readonly string[]): Promise<Round> {
  const unchanged = { folders: folders.length, corrected: 0, adopted: 0, waiting: 0 };
  const parse = await measured(() => {
    if (readAndParse(folders) !== images) throw new Error('not every sidecar was parsed');
  });
  const sidecars = await measured(() => run(subject, 'sidecars', { rebuilt: 1, failed: 0 }));
  // a manifest made again has another epoch: nothing that was seen before is believed
  await run(subject, 'changes', unchanged);
  const plainFind = await measured(() => find(users));
  const names = await measured(() => run(subject, 'names', unchanged));
  const statFind = await measured(() => find(users, '-printf', '%s %T@ %p\n'));
  const changes = await measured(() => run(subject, 'changes', unchanged));
  return { parse, sidecars, names, plainFind, changes, statFind };
}

function ratio(rounds: readonly Round[], of: keyof Round, to: keyof Round): number {
  return median(rounds.map((round) => round[of].ms / round[to].ms));
}

function ms(rounds: readonly Round[], of: keyof Round): string {
  return `${median(rounds.map((round) => round[of].ms)).toFixed(0)} ms`;
}

function figuresOf(rounds: readonly Round[], first: Measured): Figure[] {
  const lags = (['sidecars', 'names', 'changes'] as const).map((of) =>
    median(rounds.map((round) => round[of].lag)),
  );
  return [
    {
      name: `reindex from ${images} sidecars`,
      value: ratio(rounds, 'parse', 'sidecars'),
      unit: 'x',
      atLeast: 0.7,
      note: `sync open, read and parse of each: ${ms(rounds, 'parse')}; ours ${ms(rounds, 'sidecars')}`,
    },
    {
      name: 'full pass over an unchanged tree, time',
      value: ratio(rounds, 'changes', 'statFind'),
      unit: 'x',
      atMost: 1.5,
      note: `find -printf of size and time: ${ms(rounds, 'statFind')}; ours ${ms(rounds, 'changes')}`,
    },
    {
      name: 'pass by names over an unchanged tree, time',
      value: ratio(rounds, 'names', 'plainFind'),
      unit: 'x',
      atMost: 1.5,
      note: `plain find: ${ms(rounds, 'plainFind')}; ours ${ms(rounds, 'names')}`,
    },
    { name: 'main loop standing still meanwhile, p99', value: Math.max(...lags), unit: 'ms', atMost: 10 },
    {
      name: 'reindex, processor time of all threads',
      value: median(rounds.map((round) => round.sidecars.cpu / round.parse.cpu)),
      unit: 'x',
      note: 'the same loop; it knows no index, no order, no checksum and no disk',
    },
    { name: 'first pass, with every sidecar compared', value: first.ms, unit: 'ms' },
  ];
}

const folder = mkdtempSync(join(values.folder, 'kiroku-bench-rescan-'));
try {
  const tree = values.tree ?? join(folder, 'tree');
  if (values.tree === undefined) {
    process.stdout.write(`seeding ${images} pictures …\n`);
    await seedTree({
      out: tree,
      owners: 1,
      images,
      days: Number(values.days),
      until: Date.UTC(2026, 10, 1),
      seed: 1,
      random: seededRandom(1),
      manifests: true,
    });
  }
  const users = join(tree, 'users');
  const owner = readdirSync(users).find((name) => isOwner(name));
  if (owner === undefined || !isOwner(owner)) throw new Error('there is no owner');
  const folders = dayFolders(users, owner);
  const subject = await openSubject(tree);
  try {
    // files as young as these prove nothing yet (docs/operations.md, "Reindex")
    await new Promise((resolve) => setTimeout(resolve, values.tree === undefined ? 6_000 : 0));
    const first = await measured(() => run(subject, 'changes', { folders: folders.length, corrected: 0 }));
    const rounds: Round[] = [];
    for (let round = -1; round < Number(values.rounds); round += 1) {
      const found = await oneRound(subject, users, folders);
      if (round >= 0) rounds.push(found);
    }
    report(figuresOf(rounds, first));
  } finally {
    await subject.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
