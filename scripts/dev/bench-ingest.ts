// Ingest of 1024 × 1024 PNGs with the whole durable sequence, in process and over HTTP, beside a bare loop that only
// decodes and writes the same thumbnail with sharp: same pictures, as many at a time, rounds in turn.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { descriptions } from './seed-words.ts';

const SIDE = 1024;
const THUMB_SIZE = 320;
const CHUNK = 64 * 1024;
const TARGET = 0.85;
const OWNER = 'bench';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    pictures: { type: 'string', default: '24' },
    /** Pictures at a time, and one of the two ways in, for a closer look. */
    flights: { type: 'string', default: '1,2,4' },
    only: { type: 'string', default: '' },
    /** Where the trees lie; a real disk, as a RAM disk would hide what durability costs. */
    folder: { type: 'string', default: tmpdir() },
  },
});
const rounds = Number(values.rounds);
const count = Number(values.pictures);
const random = seededRandom(7);
const describe = descriptions(random);

/** One side of the comparison: takes in picture number `index`. */
type Take = (index: number) => Promise<unknown>;

interface Side {
  readonly take: Take;
  /** Processes whose work belongs to this side, besides this one. */
  pids(): readonly number[];
}

/** A round of one side: pictures a second, and CPU-ms a picture of this process and of the side's others. */
interface Round {
  readonly rate: number;
  readonly own: number;
  readonly others: number;
}

/** CPU-ms of a process so far, from `utime` and `stime` of proc(5) in ticks of 10 ms; 0 where there is no `/proc`. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

function othersCpu(side: Side): number {
  return side.pids().reduce((sum, pid) => sum + cpuOf(pid), 0);
}

/** `count` pictures, `inFlight` at a time. */
async function round(inFlight: number, side: Side): Promise<Round> {
  const [own, others, began] = [process.cpuUsage(), othersCpu(side), performance.now()];
  let next = 0;
  const lane = async () => {
    while (next < count) await side.take(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(own);
  return {
    rate: (count * 1000) / took,
    own: (user + system) / 1000 / count,
    others: (othersCpu(side) - others) / count,
  };
}

/** Middle values of the rounds. */
interface Comparison {
  readonly ratio: number;
  readonly rate: number;
  readonly bare: number;
  readonly own: number;
  readonly others: number;
}

/**
 * Short rounds in turn, each pair in the other order than the one before, so that a slow moment of the machine meets
 * both; the first pair warms up. What counts is the middle of the pairs' ratios.
 */
async function compare(inFlight: number, bare: Side, ours: Side): Promise<Comparison> {
  const pairs: { theirs: Round; mine: Round }[] = [];
  for (let pair = -1; pair < rounds; pair += 1) {
    const first = pair % 2 === 0 ? await round(inFlight, bare) : undefined;
    const mine = await round(inFlight, ours);
    const theirs = first ?? (await round(inFlight, bare));
    if (pair >= 0) pairs.push({ theirs, mine });
  }
  const middle = (of: (pair: (typeof pairs)[number]) => number) => median(pairs.map(of));
  return {
    ratio: middle(({ theirs, mine }) => mine.rate / theirs.rate),
    rate: middle(({ mine }) => mine.rate),
    bare: middle(({ theirs }) => theirs.own),
    own: middle(({ mine }) => mine.own),
    others: middle(({ mine }) => mine.others),
  };
}

function describeCpu(name: string, { bare, own, others }: Comparison): string {
  const here = name === 'in process' ? 'service' : 'client';
  const there = name === 'in process' ? 'decoders' : 'server and decoders';
  return `CPU-ms a picture: bare ${bare.toFixed(1)}, ours ${here} ${own.toFixed(1)} + ${there} ${others.toFixed(1)}`;
}

/** The least that shows the same picture: no check, no record, nothing synced. Each picture has a file of its own. */
function bareLoop(folder: string, paths: readonly string[]): Take {
  let written = 0;
  return async (index) => {
    const thumb = await sharp(paths[index % paths.length])
      .autoOrient()
      .resize({ width: THUMB_SIZE, height: THUMB_SIZE, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80, effort: 2 })
      .toBuffer();
    written += 1;
    await writeFile(join(folder, `${written}.webp`), thumb);
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
): Promise<Side & { close(): Promise<void> }> {
  if (!isOwner(OWNER)) throw new Error('no owner');
  const owner = OWNER;
  const config = configFor(tree);
  const { maxPixels, maxFrames, thumbSize } = config;
  const engine = await openEngine(config, { log: silentLog });
  const decoder = createProcessDecoder({ limits: { maxPixels, maxFrames, thumbSize } });
  const ingest = createIngest({
    resolveOwner: async (owner) => owner,
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
    pids: () => decoder.stats().pids,
    async take(index) {
      const bytes = pictures[index % pictures.length] ?? Buffer.alloc(0);
      const received = await ingest.receive(chunksOf(bytes), { maxBytes: config.uploadMaxBytes });
      const meta = describe();
      await ingest.commit(received, { owner, kind: 'generated', filename: 'bench.png', meta, source: 'api' });
    },
    async close() {
      await decoder.close();
      await engine.close();
    },
  };
}

/** The processes that a process started; none where there is no `/proc`. */
function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}

/** The real server as a process of its own; this one is the client, on the same cores. */
async function overHttp(
  tree: string,
  pictures: readonly Buffer[],
): Promise<Side & { close(): Promise<void> }> {
  const server = await startBenchServer(tree);
  await firstAnswer(server, '/readyz');
  const pid = server.process.pid ?? 0;
  return {
    pids: () => [pid, ...childrenOf(pid)],
    async take(index) {
      const form = new FormData();
      form.append('owner', OWNER);
      form.append('meta', JSON.stringify(describe()));
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
  const bare: Side = { take: bareLoop(folder, paths), pids: () => [] };
  const figures: Figure[] = [];
  for (const [name, open] of [
    ['in process', inProcess],
    ['over HTTP', overHttp],
  ] as const) {
    if (!name.includes(values.only)) continue;
    const tree = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(tree);
    const ours = await open(tree, pictures);
    for (const inFlight of values.flights.split(',').map(Number)) {
      const found = await compare(inFlight, bare, ours);
      const note = `a bare sharp loop; ${found.rate.toFixed(1)} pictures/s; ${describeCpu(name, found)}`;
      // The client of the HTTP rounds takes its share of the same cores: shown, not judged.
      const target = name === 'in process' ? { atLeast: TARGET } : {};
      figures.push({
        name: `ingest ${name}, ${inFlight} at a time`,
        value: found.ratio,
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
