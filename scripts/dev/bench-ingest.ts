// Ingest of 1024 × 1024 PNGs with the whole durable sequence, in process and over HTTP, beside a bare loop that only
// decodes and writes the same thumbnail with sharp: same pictures, as many at a time, rounds in turn.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { openEngine } from '../../src/compose-engine.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner } from '../../src/domain/owner.ts';
import { createProcessDecoder } from '../../src/media/process-decoder.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { createIdSource } from '../../src/services/ids.ts';
import { createIngest } from '../../src/services/ingest.ts';
import { pngPicture, seededRandom } from '../../test/support/pictures.ts';
import { type Figure, median, report } from './bench-report.ts';
import { firstAnswer, SERVICE_TOKEN, startBenchServer } from './bench-server.ts';
import { describePicture } from './seed-words.ts';

const SIDE = 1024;
const THUMB_SIZE = 320;
const CHUNK = 64 * 1024;
const TARGET = 0.85;
const OWNER = 'bench';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    pictures: { type: 'string', default: '24' },
    /** Where the trees lie; a real disk, as a RAM disk would hide what durability costs. */
    folder: { type: 'string', default: tmpdir() },
  },
});
const rounds = Number(values.rounds);
const count = Number(values.pictures);
const random = seededRandom(7);

/** One side of the comparison: takes in picture number `index`. */
type Take = (index: number) => Promise<unknown>;

/** Pictures a second with `inFlight` at a time. */
async function rate(inFlight: number, take: Take): Promise<number> {
  const began = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < count) await take(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (count * 1000) / (performance.now() - began);
}

/** Rounds in turn; the first warms both sides up. What counts is the middle of the rounds' ratios. */
async function compare(inFlight: number, bare: Take, ours: Take): Promise<{ ratio: number; rate: number }> {
  const results: { ratio: number; rate: number }[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const theirs = await rate(inFlight, bare);
    const own = await rate(inFlight, ours);
    if (round >= 0) results.push({ ratio: own / theirs, rate: own });
  }
  return { ratio: median(results.map(({ ratio }) => ratio)), rate: median(results.map((one) => one.rate)) };
}

/** The least that shows the same picture: no check, no record, nothing synced. */
function bareLoop(folder: string, paths: readonly string[]): Take {
  return async (index) => {
    const thumb = await sharp(paths[index % paths.length])
      .autoOrient()
      .resize({ width: THUMB_SIZE, height: THUMB_SIZE, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80, effort: 2 })
      .toBuffer();
    await writeFile(join(folder, `${index}.webp`), thumb);
  };
}

/** As a body comes from a socket. */
async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

function configFor(tree: string): Config {
  const loaded = loadConfig({ OUTPUT_DIR: tree, DISK_RESERVE_MB: '1', HEALTHZ_DISK_MIN_FREE_MB: '1' });
  if (!loaded.ok) throw new Error(loaded.problems.join(' '));
  return loaded.config;
}

/** The service on a real tree, without HTTP. */
async function inProcess(
  tree: string,
  pictures: readonly Buffer[],
): Promise<{ take: Take; close(): Promise<void> }> {
  if (!isOwner(OWNER)) throw new Error('no owner');
  const owner = OWNER;
  const config = configFor(tree);
  const { maxPixels, maxFrames, thumbSize } = config;
  const engine = await openEngine(config, { log: silentLog });
  const decoder = createProcessDecoder({ limits: { maxPixels, maxFrames, thumbSize } });
  const ingest = createIngest({
    blobs: engine.blobs,
    catalog: engine.catalog,
    decoder,
    log: silentLog,
    sniff: sniffMime,
    ids: createIdSource((bytes) =>
      Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256))),
    ),
    now: () => engine.storage.now(),
    admit: async () => {},
  });
  return {
    async take(index) {
      const bytes = pictures[index % pictures.length] ?? Buffer.alloc(0);
      const received = await ingest.receive(chunksOf(bytes), { maxBytes: config.uploadMaxBytes });
      const meta = describePicture(random);
      await ingest.commit(received, { owner, kind: 'generated', filename: 'bench.png', meta, source: 'api' });
    },
    async close() {
      await decoder.close();
      await engine.close();
    },
  };
}

/** The real server as a process of its own; this one is the client, on the same cores. */
async function overHttp(
  tree: string,
  pictures: readonly Buffer[],
): Promise<{ take: Take; close(): Promise<void> }> {
  const server = await startBenchServer(tree);
  await firstAnswer(server, '/readyz');
  return {
    async take(index) {
      const form = new FormData();
      form.append('owner', OWNER);
      form.append('meta', JSON.stringify(describePicture(random)));
      form.append('file', new Blob([new Uint8Array(pictures[index % pictures.length] ?? [])]), 'bench.png');
      const answer = await fetch(`${server.url}/api/v1/images`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${SERVICE_TOKEN}` },
        body: form,
      });
      await answer.arrayBuffer();
      if (answer.status !== 201) throw new Error(`the server answered ${answer.status}`);
    },
    close: () => server.stop(),
  };
}

const folder = mkdtempSync(join(values.folder, 'kiroku-bench-ingest-'));
sharp.concurrency(1);
sharp.cache(false);
try {
  const pictures: Buffer[] = [];
  for (let seed = 1; seed <= 8; seed += 1)
    pictures.push(await pngPicture({ width: SIDE, height: SIDE, seed }));
  const paths = pictures.map((bytes, index) => {
    const path = join(folder, `${index}.png`);
    writeFileSync(path, bytes);
    return path;
  });
  const bare = bareLoop(folder, paths);
  const figures: Figure[] = [];
  for (const [name, open] of [
    ['in process', inProcess],
    ['over HTTP', overHttp],
  ] as const) {
    const tree = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(tree);
    const ours = await open(tree, pictures);
    for (const inFlight of [1, 2, 4]) {
      const { ratio, rate } = await compare(inFlight, bare, ours.take);
      const note = `a bare sharp loop; ${rate.toFixed(1)} pictures/s`;
      // The client of the HTTP rounds takes its share of the same cores: shown, not judged.
      const target = name === 'in process' ? { atLeast: TARGET } : {};
      figures.push({
        name: `ingest ${name}, ${inFlight} at a time`,
        value: ratio,
        unit: 'x',
        ...target,
        note,
      });
    }
    await ours.close();
  }
  report(figures);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
