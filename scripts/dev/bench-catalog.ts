import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { encodeHeader, HEADER_LENGTH } from '../../src/catalog/manifest/header.ts';
import { encodeLine } from '../../src/catalog/manifest/line.ts';
import { createManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import { isPictureId } from '../../src/domain/id.ts';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { encodeRecord } from '../../src/domain/record-codec.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';

/**
 * The manifest catalog alone, on one owner: loading against `JSON.parse` of every line (nothing kept), first, middle
 * and last page, bytes a picture. Only the ratios mean anything on another machine.
 */
const { values } = parseArgs({
  options: { pictures: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } },
});
const pictures = Number(values.pictures);
const rounds = Number(values.rounds);
const START = Date.UTC(2024, 0, 1);
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

function benchOwner(): Owner {
  const text = 'anon-bec00000000000000000000000000000';
  if (!isOwner(text)) throw new Error('not an owner');
  return text;
}

function recordOf(owner: Owner, n: number): PictureRecord {
  let id = '';
  for (let rest = n; id.length < 10; rest = Math.floor(rest / 32)) id = `${DIGITS[rest % 32]}${id}`;
  id = `01hkbench0000000${id}`;
  if (!isPictureId(id)) throw new Error('not an id');
  const time = new Date(START + n * 60_000).toISOString();
  return {
    v: 1,
    rev: 1,
    id,
    owner,
    kind: 'generated',
    status: n % 50 === 0 ? 'trash' : 'active',
    created_at: time,
    updated_at: time,
    trashed_at: n % 50 === 0 ? time : null,
    original_filename: `ComfyUI_${n}_.png`,
    mime: 'image/png',
    bytes: 1_343_000 + n,
    sha256: n.toString(16).padStart(8, '0').repeat(8),
    crc32: n.toString(16).padStart(8, '0').slice(-8),
    width: 1024,
    height: 1024,
    thumbhash: '3OcRJYB4d3h/iIeHeEh3eIhw+j2w',
    thumb: `thumb/${id}.webp`,
    thumb_bytes: 11_400,
    thumb_v: 1,
    tags: n % 3 === 0 ? ['cat', '고양이'] : [],
    favorite: n % 10 === 0,
    rating: null,
    source: 'api',
    workflow_id: 'txt2img-v3',
    aspect_ratio: '1:1',
    seed: String(n * 7919),
    prompt: `a cat number ${n} on a roof at night, masterpiece, 지붕 위에 앉아 있는 고양이, highly detailed`,
    model: 'sdxl-1.0',
    steps: 30,
    cfg: 7,
    extra: {},
  };
}

async function writeManifest(path: string, owner: Owner): Promise<number> {
  const file = await open(path, 'w');
  let size = HEADER_LENGTH;
  try {
    let lines: Buffer[] = [];
    for (let n = 1; n <= pictures; n++) {
      const record = recordOf(owner, n);
      const { id, kind, status } = record;
      const facts = { seq: n, op: 'put' as const, id, time: Date.parse(record.created_at), kind, status };
      lines.push(encodeLine(facts, encodeRecord(record)));
      if (n % 2_000 === 0 || n === pictures) {
        const chunk = Buffer.concat(lines);
        await file.write(chunk, 0, chunk.length, size);
        size += chunk.length;
        lines = [];
      }
    }
    const header = { owner, epoch: 'be'.repeat(8), floor: 0, maxSeq: pictures, sortedEnd: size };
    await file.write(encodeHeader(header), 0, HEADER_LENGTH, 0);
  } finally {
    await file.close();
  }
  return size;
}

/** ms of one run. */
async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/** Every line through `JSON.parse`, nothing kept: what a reader without columns cannot do without. */
async function parseAll(path: string): Promise<number> {
  const bytes = await readFile(path);
  let count = 0;
  for (let at = HEADER_LENGTH; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    const value: unknown = JSON.parse(bytes.toString('utf8', at, end));
    if (value !== null) count += 1;
    at = end + 1;
  }
  return count;
}

function openBench(root: string, recentSize: number) {
  const storage = createNodeStorage(root);
  const folders = createFolderSync(storage);
  const limits = { recentSize, indexMaxBytes: 2 ** 31, legacyTz: 'UTC' };
  return createManifestCatalog({ storage, folders, log: silentLog, ...limits });
}

async function pageTimes(root: string, owner: Owner): Promise<string[]> {
  const catalog = openBench(root, 200);
  const at = { owner, kind: 'generated', status: 'active', order: 'newest', size: 50 } as const;
  const { total } = await catalog.list({ ...at, at: { page: 1 } });
  const last = Math.ceil(total / 50);
  const rows: string[] = [];
  for (const [name, page] of [
    ['first (ring)', 1],
    ['middle', last >> 1],
    ['last', last],
  ] as const) {
    const runs = 2_000;
    const ms = await timed(async () => {
      for (let i = 0; i < runs; i++) await catalog.list({ ...at, at: { page } });
    });
    rows.push(`page of 50, ${name}: ${((ms / runs) * 1000).toFixed(1)} µs`);
  }
  const { indexBytes } = catalog.stats();
  rows.push(`index: ${(indexBytes / pictures).toFixed(1)} bytes a picture`);
  await catalog.close();
  return rows;
}

async function main(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'kiroku-bench-'));
  try {
    const owner = benchOwner();
    await mkdir(join(root, 'users', owner), { recursive: true });
    const path = join(root, 'users', owner, 'manifest.jsonl');
    const size = await writeManifest(path, owner);
    console.log(
      `${pictures} pictures, ${(size / 2 ** 20).toFixed(0)} MiB, ${Math.round(size / pictures)} bytes a line`,
    );
    const loads: number[] = [];
    const parses: number[] = [];
    for (let round = 0; round < rounds; round++) {
      parses.push(await timed(() => parseAll(path)));
      const catalog = openBench(root, 0);
      loads.push(await timed(() => catalog.version(owner)));
      await catalog.close();
    }
    console.log(`load, every checksum proved: ${median(loads).toFixed(0)} ms`);
    console.log(`JSON.parse of every line, nothing kept: ${median(parses).toFixed(0)} ms`);
    console.log(`load / parse: ${(median(loads) / median(parses)).toFixed(2)}`);
    for (const row of await pageTimes(root, owner)) console.log(row);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

await main();
