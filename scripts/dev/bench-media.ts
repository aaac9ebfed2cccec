/**
 * How much the decode costs beside a bare sharp loop that makes the same thumbnail.
 * `node scripts/dev/bench-media.ts [--rounds 7] [--pictures 24]`. Both sides run in turn within each round, over the
 * same files, at the same number of pictures in flight (ours: never more processes than cores); the ratio of a round is what counts, and its median is shown.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { createProcessDecoder } from '../../src/media/process-decoder.ts';
import { pngPicture } from '../../test/support/pictures.ts';

const THUMB = 320;
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, pictures: { type: 'string', default: '24' } },
});
const rounds = Number(values.rounds);
const pictures = Number(values.pictures);

type Make = (path: string) => Promise<Uint8Array>;

async function bare(path: string): Promise<Uint8Array> {
  return await sharp(path)
    .autoOrient()
    .resize({ width: THUMB, height: THUMB, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 80, effort: 2 })
    .toBuffer();
}

/** Pictures a second, each thumbnail written beside its picture. */
async function rate(paths: readonly string[], inFlight: number, make: Make): Promise<number> {
  const started = performance.now();
  const rest = [...paths];
  const lane = async () => {
    for (let path = rest.pop(); path !== undefined; path = rest.pop()) {
      await writeFile(`${path}.webp`, await make(path));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (paths.length * 1000) / (performance.now() - started);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function compare(paths: readonly string[], inFlight: number) {
  const limits = { maxPixels: 50_000_000, maxFrames: 60, thumbSize: THUMB };
  const decoder = createProcessDecoder({ limits });
  const ours: Make = async (path) => (await decoder.decode({ path })).thumbnail?.bytes ?? new Uint8Array();
  const results: { bare: number; ours: number }[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const inTurn = { bare: await rate(paths, inFlight, bare), ours: await rate(paths, inFlight, ours) };
    // The first round warms both sides up.
    if (round >= 0) results.push(inTurn);
  }
  await decoder.close();
  const ratios = results.map((each) => each.ours / each.bare);
  return {
    'in flight': inFlight,
    'bare sharp /s': Number(median(results.map((each) => each.bare)).toFixed(1)),
    'our decode /s': Number(median(results.map((each) => each.ours)).toFixed(1)),
    ratio: Number(median(ratios).toFixed(2)),
    'ratio, lowest': Number(Math.min(...ratios).toFixed(2)),
    'ratio, highest': Number(Math.max(...ratios).toFixed(2)),
  };
}

sharp.concurrency(1);
sharp.cache(false);
const folder = await mkdtemp(join(tmpdir(), 'kiroku-bench-media-'));
try {
  const paths: string[] = [];
  let bytes = 0;
  for (let seed = 1; seed <= pictures; seed += 1) {
    const png = await pngPicture({ width: 1024, height: 1024, seed });
    bytes += png.length;
    paths.push(join(folder, `${seed}.png`));
    await writeFile(join(folder, `${seed}.png`), png);
  }
  process.stdout.write(
    `${pictures} PNGs of 1024 × 1024, ${(bytes / pictures / 1e6).toFixed(2)} MB each; ${rounds} rounds, medians; ` +
      `Node ${process.versions.node}, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}\n`,
  );
  const table = [];
  for (const inFlight of [1, 2, 4]) table.push(await compare(paths, inFlight));
  console.table(table);
} finally {
  await rm(folder, { recursive: true });
}
