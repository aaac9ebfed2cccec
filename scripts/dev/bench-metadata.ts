/**
 * What reading a recipe costs at worst, beside its targets: 50 ms of CPU and 64 MiB for any file.
 * `node scripts/dev/bench-metadata.ts [--files 20000] [--seed 1]`; exits with 1 past a target. Mutated samples are
 * read in this process, a slow one twice more; the least counts, because what collects other files' garbage is not its cost.
 * Constructed hostile files are each read in a process of their own, five times, so that its peak memory is that file's; the
 * file's own bytes are in memory before the count begins.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { bytesSource } from '../../src/media/byte-source.ts';
import { descriptiveOf } from '../../src/media/metadata/descriptive.ts';
import { readRecipe } from '../../src/media/metadata/read-recipe.ts';
import { hostileFiles } from '../../test/support/metadata/hostile.ts';
import { samples } from '../../test/support/metadata/samples.ts';
import { type Random, randomBelow, seededRandom } from '../../test/support/random.ts';
import { report } from './bench-report.ts';

const MAX_MS = 50;
const MAX_MIB = 64;
const MIB = 1024 * 1024;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    one: { type: 'string' },
  },
});

/** CPU of all threads of this process, ms: unpacking runs on threads of its own. */
async function cpuOf(bytes: Uint8Array): Promise<number> {
  const before = process.cpuUsage();
  const { recipe } = await readRecipe(bytesSource(bytes));
  if (recipe !== undefined) descriptiveOf(recipe);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const peakMib = () => process.resourceUsage().maxRSS / 1024;

function mutated(file: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(file);
  for (let edits = 1 + randomBelow(random, 6); edits > 0; edits -= 1) {
    const at = randomBelow(random, bytes.length + 1);
    const kind = randomBelow(random, 8);
    const length = randomBelow(random, 256);
    if (kind === 0) bytes = bytes.subarray(0, at);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (kind === 2)
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length))]);
    else bytes[at] = length;
  }
  return bytes;
}

async function mutations(files: readonly Buffer[]) {
  const random = seededRandom(Number(values.seed));
  const count = Number(values.files);
  let worst = 0;
  let name = '';
  let before = 0;
  for (let index = -2000; index < count; index += 1) {
    // The first ones warm this process up.
    if (index === 0) before = peakMib();
    const which = randomBelow(random, files.length);
    const bytes = mutated(files[which] ?? Buffer.alloc(0), random);
    let ms = await cpuOf(bytes);
    if (ms > 10) ms = Math.min(ms, await cpuOf(bytes), await cpuOf(bytes));
    if (index >= 0 && ms > worst) [worst, name] = [ms, samples[which]?.name ?? ''];
  }
  return { file: `${count} mutated samples; worst: ${name}`, MB: 0, ms: worst, MiB: peakMib() - before };
}

/** Of one file in this process: CPU, and how far its peak of memory rose. */
async function measure(path: string): Promise<void> {
  const bytes = await readFile(path);
  const warm = await Promise.all(samples.map(({ file }) => file()));
  for (let run = 0; run < 20; run += 1) for (const file of warm) await cpuOf(file);
  const before = peakMib();
  const first = await cpuOf(bytes);
  const mib = peakMib() - before;
  const again: number[] = [];
  for (let run = 0; run < 4; run += 1) again.push(await cpuOf(bytes));
  const ms = Math.min(first, ...again);
  process.stdout.write(JSON.stringify({ ms, MiB: mib }));
}

async function hostile(folder: string) {
  const rows = [];
  for (const [name, make] of Object.entries(hostileFiles)) {
    const bytes = await make();
    const path = join(folder, 'hostile');
    await writeFile(path, bytes);
    const { stdout } = await promisify(execFile)(process.execPath, [
      fileURLToPath(import.meta.url),
      '--one',
      path,
    ]);
    const found: { ms: number; MiB: number } = JSON.parse(stdout);
    rows.push({ file: name, MB: bytes.length / MIB, ...found });
  }
  return rows;
}

async function all(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-bench-metadata-'));
  try {
    const files = await Promise.all(samples.map(({ file }) => file()));
    const rows = [await mutations(files), ...(await hostile(folder))];
    console.table(
      rows.map(({ file, MB, ms, MiB }) => ({
        file,
        'size MiB': MB.toFixed(1),
        'CPU ms': ms.toFixed(1),
        'peak MiB': MiB.toFixed(1),
      })),
    );
    const slowest = rows.reduce((worst, row) => (row.ms > worst.ms ? row : worst));
    const largest = rows.reduce((worst, row) => (row.MiB > worst.MiB ? row : worst));
    report([
      {
        name: 'CPU to read one hostile file, the worst',
        value: slowest.ms,
        unit: 'ms',
        atMost: MAX_MS,
        note: slowest.file,
      },
      {
        name: 'memory to read one hostile file, the worst',
        value: largest.MiB * MIB,
        unit: 'bytes',
        atMost: MAX_MIB * MIB,
        note: largest.file,
      },
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

await (values.one === undefined ? all() : measure(values.one));
