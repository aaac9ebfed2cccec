import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedTree } from '../../scripts/dev/seed-tree.ts';
import type { Entry } from '../../src/catalog/catalog.ts';
import { type Engine, openEngine } from '../../src/compose-engine.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { createVerify, type Verify } from '../../src/services/maintenance/verify.ts';
import { seededRandom } from '../support/pictures.ts';

const PICTURES = 600;
const FLIPPED = 200;
let folder: string;
let engine: Engine;
let verify: Verify;
const signal = new AbortController().signal;

function configOf(outputDir: string): Config {
  const loaded = loadConfig({ OUTPUT_DIR: outputDir });
  if (!loaded.ok) throw new Error(loaded.problems.join());
  return loaded.config;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiroku-verify-'));
  await seedTree({
    out: folder,
    owners: 3,
    images: PICTURES,
    days: 9,
    until: Date.UTC(2026, 10, 1),
    seed: 5,
    random: seededRandom(5),
    manifests: true,
  });
  engine = await openEngine(configOf(folder), { log: silentLog });
  const { catalog, blobs, storage } = engine;
  verify = createVerify({ catalog, blobs, storage, sniff: sniffMime, legacyTz: 'UTC' });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Flips one bit without touching the other names of the same file: seeded pictures share theirs. */
function flip(path: string, random: () => number): void {
  const bytes = readFileSync(path);
  const at = Math.floor(random() * bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  rmSync(path);
  writeFileSync(path, bytes);
}

async function entriesOf(): Promise<Entry[]> {
  const all: Entry[] = [];
  const report = await verify.run({ signal, progress: (entry) => all.push(entry) });
  expect(report).toMatchObject({ pictures: PICTURES, found: [], more: 0, next: undefined });
  return all;
}

describe('verify', () => {
  it('finds each flipped byte of an original or a sidecar, and no other', async () => {
    const random = seededRandom(9);
    const entries = await entriesOf();
    const chosen = entries.filter((_, i) => i % 3 === 0).slice(0, FLIPPED);
    expect(chosen).toHaveLength(FLIPPED);
    const original = new Set<string>();
    for (const [i, entry] of chosen.entries()) {
      const isOriginal = i % 2 === 0;
      if (isOriginal) original.add(entry.id);
      flip(join(folder, isOriginal ? originalKey(entry, entry.ext) : sidecarKey(entry)), random);
    }
    const { found } = await verify.run({ signal });
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(chosen.map(({ id }) => id)));
    for (const { id, damage } of found) {
      expect(damage).toMatch(original.has(id) ? /^original_changed$/ : /^sidecar_/);
    }
    expect(found).toHaveLength(FLIPPED);
  });

  it('tells what is missing from what is broken', async () => {
    const untouched: Entry[] = [];
    await verify.run({ signal, progress: (entry, damage) => damage.length === 0 && untouched.push(entry) });
    const [a, b, c, d] = untouched;
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('too few');
    rmSync(join(folder, originalKey(a, a.ext)));
    rmSync(join(folder, thumbKey(b, 'webp')));
    rmSync(join(folder, sidecarKey(c)));
    rmSync(join(folder, thumbKey(d, 'webp')));
    writeFileSync(join(folder, thumbKey(d, 'webp')), 'not a picture');
    const { found } = await verify.run({ signal });
    const of = (entry: Entry) => found.filter(({ id }) => id === entry.id).map(({ damage }) => damage);
    expect([of(a), of(b), of(c), of(d)]).toEqual([
      ['original_missing'],
      ['thumbnail_missing'],
      ['sidecar_missing'],
      ['thumbnail_broken'],
    ]);
  });

  it('goes on where the run before stopped, and looks at each picture once', async () => {
    const seen: string[] = [];
    let from: string | undefined;
    let runs = 0;
    do {
      const report = await verify.run({
        signal,
        mostBytes: 200_000,
        progress: (entry) => seen.push(entry.id),
        ...(from === undefined ? {} : { from }),
      });
      from = report.next;
      runs += 1;
    } while (from !== undefined);
    expect(runs).toBeGreaterThan(3);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(PICTURES);
  });

  it('stops when it is told to', async () => {
    await expect(verify.run({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  });
});
