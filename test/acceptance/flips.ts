import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProofOptions, ProofResult } from '../../scripts/dev/proof-part.ts';
import { NODE_FLAGS } from '../../scripts/lib/node-flags.mjs';
import { filesIn, seeded } from './calls.ts';
import { judgeFlips, lineAround, type Told } from './flips-judge.ts';
import { fillTree, type Kept, keptOf, ROLES, type Role } from './flips-tree.ts';

/**
 * One bit of many files of a real tree turns over, each in another file; `kiroku verify` must find and name every one of
 * them, and nothing else, and must leave what it looked at as it was.
 */
export interface Flip extends Kept {
  readonly at: number;
  readonly bit: number;
  readonly before: Buffer;
  readonly after: Buffer;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type Random = () => number;
/** Of the files of a tree that are flipped at once; the others tell whether too much is found. */
const SHARE = 0.3;

export async function runFlips({ cycles, seed, say }: ProofOptions): Promise<ProofResult> {
  const parent = await mkdtemp(join(tmpdir(), 'kiroku-flips-'));
  const whole = join(parent, 'whole');
  try {
    await mkdir(whole);
    await fillTree(whole, Math.min(40, Math.max(4, Math.ceil(cycles / 8))));
    const files = (await filesIn(join(whole, 'users'))).flatMap(keptOf);
    const breaches = await untouched(whole, join(parent, 'untouched'));
    const counts = new Map<Role, number>();
    let found = 0;
    let rounds = 0;
    for (let left = cycles; left > 0 && breaches.length < 50; rounds += 1) {
      const round = seed + rounds;
      const tree = join(parent, 'tree');
      await cp(whole, tree, { recursive: true });
      const flips = await flipSome(tree, files, Math.min(left, Math.floor(files.length * SHARE)), round);
      const wrong = await verifyFlipped(tree, whole, flips);
      breaches.push(...wrong.breaches.map((words) => `seed ${round}, ${flips.length} flips: ${words}`));
      for (const { role } of flips) counts.set(role, (counts.get(role) ?? 0) + 1);
      found += wrong.found;
      left -= flips.length;
      say(`seed ${round}: ${wrong.found} of ${flips.length} found`);
      await rm(tree, { recursive: true });
    }
    return { breaches, figures: figuresOf(found, counts, rounds, files.length) };
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

function figuresOf(found: number, counts: ReadonlyMap<Role, number>, rounds: number, files: number) {
  const roles = ROLES.map((role) => `${counts.get(role) ?? 0} in ${role}s`);
  return [
    { name: 'flips found', value: found },
    { name: 'of them', value: roles.join(', ') },
    { name: 'runs of verify', value: rounds },
    { name: 'files each', value: files },
  ];
}

async function flipSome(tree: string, files: readonly Kept[], count: number, seed: number): Promise<Flip[]> {
  const random = seeded(seed);
  const flips: Flip[] = [];
  const chosen = chooseByRole(files, count, random);
  // a record is kept twice; a bit in each copy at once leaves nobody who knows what was written
  const recordsHit = chosen.filter(({ role }) => role === 'sidecar').map(({ id }) => id);
  for (const file of chosen) {
    const path = join(tree, 'users', file.path);
    const before = await readFile(path);
    const at = file.role === 'manifest' ? placeIn(before, recordsHit, random) : below(random, before.length);
    if (at === undefined) continue;
    const bit = below(random, 8);
    const after = Buffer.from(before);
    after[at] = (after[at] ?? 0) ^ (1 << bit);
    await writeFile(path, after);
    flips.push({ ...file, at, bit, before, after });
  }
  return flips;
}

function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

/** A byte of a manifest whose line, and the next, which a lost newline would join to it, tell of none of these. */
function placeIn(bytes: Buffer, ids: readonly string[], random: Random): number | undefined {
  for (let tries = 0; tries < 200; tries += 1) {
    const at = below(random, bytes.length);
    const { from, to } = lineAround(bytes, at);
    const lines = bytes.toString('latin1', from, lineAround(bytes, Math.min(to + 1, bytes.length - 1)).to);
    if (!ids.some((id) => lines.includes(id))) return at;
  }
  return undefined;
}

/** As many of each role as there are, in turn. */
function chooseByRole(files: readonly Kept[], count: number, random: Random): Kept[] {
  const heaps = ROLES.map((role) => files.filter((file) => file.role === role));
  const chosen: Kept[] = [];
  for (let turn = 0; chosen.length < count && heaps.some(({ length }) => length > 0); turn += 1) {
    const heap = heaps[turn % heaps.length] ?? [];
    chosen.push(...heap.splice(below(random, heap.length), 1));
  }
  return chosen;
}

interface Judged {
  readonly breaches: readonly string[];
  readonly found: number;
}

interface Verified {
  readonly code: unknown;
  readonly out: string;
  readonly told: string;
  /** What it printed; undefined when that is none. */
  readonly report: { readonly found?: readonly Told[]; readonly more?: number } | undefined;
}

/** The command as an operator has it, on a tree that no server has open. */
function verify(tree: string): Promise<Verified> {
  const args = [...NODE_FLAGS, 'scripts/kiroku.ts', 'verify', '--json'];
  const env = { PATH: process.env['PATH'] ?? '', OUTPUT_DIR: tree, LOG_LEVEL: 'warn' };
  const options = { cwd: ROOT, env, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, out, told) => {
      const report = out.startsWith('{') ? JSON.parse(out) : undefined;
      resolve({ code: error === null ? 0 : error.code, out, told, report });
    });
  });
}

async function verifyFlipped(tree: string, whole: string, flips: readonly Flip[]): Promise<Judged> {
  const { code, report, out, told } = await verify(tree);
  const said = report?.found;
  if (code !== 1 || said === undefined) return { breaches: [`verify: ${code} ${out} ${told}`], found: 0 };
  const { missed, unexplained } = judgeFlips(flips, said);
  const breaches = [
    ...missed.map((flip) => `not found: ${placeOf(flip)}`),
    ...unexplained.map((one) => `found where nothing was flipped: ${JSON.stringify(one)}`),
    ...(await changed(tree, whole, flips)),
  ];
  if (report?.more !== 0) breaches.push(`more than it told of: ${JSON.stringify(report?.more)}`);
  return { breaches, found: flips.length - missed.length };
}

function placeOf({ path, at, bit }: Flip): string {
  return `${path}, bit ${bit} of byte ${at}`;
}

/** What a start keeps of a manifest that is damaged. */
const ASIDE = /^([^/]+\/manifest\.jsonl)\.(?:bad|torn)-[0-9a-f]{16}(?:-\d+)?$/;

/**
 * Files that are neither what they were before the flips nor after them, flipped or not, ones that are gone, and new ones.
 * Manifests are an index, which is made again; one that was flipped is kept aside.
 */
async function changed(tree: string, whole: string, flips: readonly Flip[]): Promise<string[]> {
  const [now, before] = await Promise.all([tree, whole].map((root) => filesIn(join(root, 'users'))));
  if (now === undefined || before === undefined) throw new Error('no folders');
  const flipped = new Map(flips.map((flip) => [flip.path, flip.after]));
  const there = new Set(now);
  const known = new Set(before);
  const held = await Promise.all(
    before.map(async (path) => {
      if (!there.has(path)) return [`verify removed ${path}`];
      if (path.endsWith('/manifest.jsonl')) return [];
      const [is, was] = await Promise.all([tree, whole].map((root) => readFile(join(root, 'users', path))));
      // a flipped sidecar is brought into agreement with a sound line, and nothing else is written
      const right = is !== undefined && (was?.equals(is) || flipped.get(path)?.equals(is));
      return right ? [] : [`verify changed ${path}`];
    }),
  );
  const made = now.filter((path) => !known.has(path) && !flipped.has(ASIDE.exec(path)?.[1] ?? ''));
  return [...held.flat(), ...made.map((path) => `verify made ${path}`)];
}

/** Before anything is flipped, on a copy: it must have nothing to tell of, and nothing to write. */
async function untouched(whole: string, tree: string): Promise<string[]> {
  await cp(whole, tree, { recursive: true });
  const { code, report, told } = await verify(tree);
  const faults = await changed(tree, whole, []);
  if (code !== 0) faults.push(`verify ends with ${code}: ${JSON.stringify(report)} ${told}`);
  return faults.map((fault) => `nothing was flipped: ${fault}`);
}
