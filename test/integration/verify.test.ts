import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seedTree } from '../../scripts/dev/seed-tree.ts';
import type { Entry } from '../../src/catalog/catalog.ts';
import { type Engine, openEngine } from '../../src/compose-engine.ts';
import { manifestKey, originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { createThumbnails } from '../../src/services/maintenance/thumbnails.ts';
import { type BadLine, createVerify, type Verify } from '../../src/services/maintenance/verify.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { createTempTree } from '../support/drop.ts';
import { seededRandom } from '../support/pictures.ts';
import { treeConfig } from '../support/tree.ts';

const PICTURES = 600;
const FLIPPED = 200;
const decoder = createInlineDecoder({ maxPixels: 1_000_000, maxFrames: 1, thumbSize: 64 });
const { signal } = new AbortController();

interface Seeded {
  readonly folder: string;
  /** Opens the tree as a start does, and closes what was open. */
  open(): Promise<{ readonly engine: Engine; readonly verify: Verify }>;
}

async function withTree(run: (tree: Seeded) => Promise<void>): Promise<void> {
  await using tree = await createTempTree();
  await seedTree({
    ...{ out: tree.root, owners: 3, images: PICTURES, days: 9, until: Date.UTC(2026, 10, 1) },
    ...{ seed: 5, random: seededRandom(5), manifests: true },
  });
  let engine: Engine | undefined;
  try {
    await run({
      folder: tree.root,
      async open() {
        await engine?.close();
        engine = await openEngine(treeConfig({ outputDir: tree.root }), { log: silentLog });
        const { catalog, blobs, storage } = engine;
        const deps = { catalog, blobs, storage, decoder, sniff: sniffMime, legacyTz: 'UTC' };
        return { engine, verify: createVerify(deps) };
      },
    });
  } finally {
    await engine?.close();
  }
}

/** Another value for one byte between two places. Seeded pictures share their files: the other names keep theirs. */
function flip(path: string, random: () => number, from = 0, to?: number): void {
  const bytes = readFileSync(path);
  const at = from + Math.floor(random() * ((to ?? bytes.length) - from));
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  rmSync(path);
  writeFileSync(path, bytes);
}

async function entriesOf(verify: Verify): Promise<Entry[]> {
  const all: Entry[] = [];
  const report = await verify.run({ signal, progress: (entry) => all.push(entry) });
  expect(report).toMatchObject({ pictures: PICTURES, found: [], manifests: [], more: 0, next: undefined });
  return all;
}

/** Where the line of a picture lies in its owner's manifest: from its first byte to its newline. */
function lineOf(folder: string, { owner, id }: Entry): { from: number; to: number } {
  const bytes = readFileSync(join(folder, manifestKey(owner)));
  const at = bytes.indexOf(`"id":"${id}","t":`);
  return { from: bytes.lastIndexOf(10, at) + 1, to: bytes.indexOf(10, at) };
}

interface Flipped {
  readonly entry: Entry;
  readonly path: string;
  /** What `verify` must say; undefined for a line of a manifest, which lies between two bytes. */
  readonly damage: RegExp | undefined;
  readonly from?: number;
  readonly to?: number;
}

/** One byte of each: an original, a sidecar, a thumbnail and a line of a manifest in turn. */
function flipsOf(folder: string, entries: readonly Entry[]): Flipped[] {
  return entries.map((entry, i) => {
    if (i % 4 === 0) return { entry, path: originalKey(entry, entry.ext), damage: /^original_changed$/ };
    if (i % 4 === 1) return { entry, path: sidecarKey(entry), damage: /^sidecar_/ };
    if (i % 4 === 2) return { entry, path: thumbKey(entry, 'webp'), damage: /^thumbnail_broken$/ };
    return { entry, path: manifestKey(entry.owner), damage: undefined, ...lineOf(folder, entry) };
  });
}

describe('verify', () => {
  it.each([1, 2])(
    'finds each of 200 flipped bytes of originals, sidecars, thumbnails and manifests, and no other (seed %i)',
    async (seed) => {
      await withTree(async ({ folder, open }) => {
        const random = seededRandom(seed);
        const entries = await entriesOf((await open()).verify);
        const flips = flipsOf(folder, entries.filter((_, i) => i % 3 === 0).slice(0, FLIPPED));
        expect(flips).toHaveLength(FLIPPED);
        for (const { path, from, to } of flips) flip(join(folder, path), random, from, to);
        const { found, manifests } = await (await open()).verify.run({ signal });
        const told = found.map(({ id, damage }) => [id, damage]).sort();
        const files = flips.filter(({ damage }) => damage !== undefined);
        const wanted = files.map(({ entry, damage }) => [entry.id, expect.stringMatching(damage ?? '')]);
        expect(told).toEqual(wanted.sort());
        const lines = flips.filter(({ damage }) => damage === undefined);
        const isIn = ({ entry, from = 0, to = 0 }: Flipped, { owner, byte }: BadLine) =>
          owner === entry.owner && byte >= from && byte < to;
        expect(lines.filter((line) => !manifests.some((bad) => isIn(line, bad)))).toEqual([]);
        // a byte that became a newline makes two bad lines of one
        expect(manifests.filter((bad) => !lines.some((line) => isIn(line, bad)))).toEqual([]);
      });
    },
  );

  it('finds a flipped byte of a thumbnail, and `thumbnails` repairs exactly that', async () => {
    await withTree(async ({ folder, open }) => {
      const { engine, verify } = await open();
      const { catalog, blobs } = engine;
      const [entry] = await entriesOf(verify);
      if (entry === undefined) throw new Error('no picture');
      const thumbnails = createThumbnails({ catalog, blobs, decoder, log: silentLog, sniff: sniffMime });
      flip(join(folder, thumbKey(entry, 'webp')), seededRandom(3));
      const { found } = await verify.run({ signal });
      expect(found).toMatchObject([{ id: entry.id, damage: 'thumbnail_broken' }]);
      expect(await thumbnails.run({ signal })).toMatchObject({ pictures: PICTURES, wanted: 1, made: 1 });
      expect((await verify.run({ signal })).found).toEqual([]);
      const made = (await catalog.find(entry.owner, entry.kind, entry.id))?.record();
      const before = entry.record();
      expect(made).toMatchObject({ rev: before.rev + 1, thumb_v: before.thumb_v + 1 });
      expect(made?.thumb_crc32).not.toBe(before.thumb_crc32);
    });
  });

  it('has no checksum of the earlier system’s thumbnails: they must decode as a whole', async () => {
    await withTree(async ({ folder, open }) => {
      const { engine, verify } = await open();
      const [a, b] = await entriesOf(verify);
      if (a === undefined || b === undefined) throw new Error('too few');
      for (const { owner, kind, id } of [a, b]) {
        const change = ({ thumb_crc32: _, ...record }: PictureRecord) => ({ ...record, thumb_bytes: 0 });
        await engine.catalog.commit(owner, { op: 'edit', kind, id, change });
      }
      const path = join(folder, thumbKey(a, 'webp'));
      const bytes = readFileSync(path);
      rmSync(path);
      writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
      const { found } = await verify.run({ signal });
      expect(found).toMatchObject([{ id: a.id, damage: 'thumbnail_broken' }]);
    });
  });

  it('tells what is missing from what is broken', async () => {
    await withTree(async ({ folder, open }) => {
      const { verify } = await open();
      const [a, b, c, d] = await entriesOf(verify);
      if (a === undefined || b === undefined || c === undefined || d === undefined)
        throw new Error('too few');
      rmSync(join(folder, originalKey(a, a.ext)));
      rmSync(join(folder, thumbKey(b, 'webp')));
      rmSync(join(folder, sidecarKey(c)));
      rmSync(join(folder, thumbKey(d, 'webp')));
      writeFileSync(join(folder, thumbKey(d, 'webp')), 'not a picture');
      const { found } = await verify.run({ signal });
      expect(found.map(({ id, damage }) => [id, damage])).toEqual([
        [a.id, 'original_missing'],
        [b.id, 'thumbnail_missing'],
        [c.id, 'sidecar_missing'],
        [d.id, 'thumbnail_broken'],
      ]);
    });
  });

  it('names a broken sidecar that no line tells of: its manifest is gone, or its line broken too', async () => {
    await withTree(async ({ folder, open }) => {
      const entries = await entriesOf((await open()).verify);
      const [a] = entries;
      const b = entries.find(({ owner }) => owner !== a?.owner);
      if (a === undefined || b === undefined) throw new Error('too few');
      rmSync(join(folder, manifestKey(a.owner)));
      const { from } = lineOf(folder, b);
      for (const { path, at } of [
        { path: sidecarKey(a), at: 0 },
        { path: sidecarKey(b), at: 0 },
        { path: manifestKey(b.owner), at: from + 100 },
      ]) {
        flip(join(folder, path), () => 0, at, at + 1);
      }
      const { found, manifests } = await (await open()).verify.run({ signal });
      expect(manifests).toEqual([{ owner: b.owner, byte: from }]);
      const told = found.map(({ id, damage }) => [id, damage]).sort();
      expect(told).toEqual([a, b].map(({ id }) => [id, 'sidecar_unreadable']).sort());
    });
  });

  it('goes on where the run before stopped, and looks at each picture once', async () => {
    await withTree(async ({ open }) => {
      const { verify } = await open();
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
  });

  it('does not take a change that is on its way for damage', async () => {
    await using tree = await createTempTree();
    await seedTree({
      ...{ out: tree.root, owners: 1, images: 3, days: 1, until: Date.UTC(2026, 10, 1) },
      ...{ seed: 5, random: seededRandom(5), manifests: true },
    });
    const real = createNodeStorage(tree.root);
    let placed: () => Promise<void> = async () => undefined;
    const storage = {
      ...real,
      async rename(from: string, to: string) {
        await real.rename(from, to);
        if (to.endsWith('.json')) await placed();
      },
    };
    const engine = await openEngine(treeConfig({ outputDir: tree.root }), { log: silentLog, storage });
    try {
      const { catalog, blobs } = engine;
      const verify = createVerify({ catalog, blobs, storage, decoder, sniff: sniffMime, legacyTz: 'UTC' });
      const entries: Entry[] = [];
      await verify.run({ signal, progress: (entry) => entries.push(entry) });
      for (const entry of entries) {
        const { owner, kind, id } = entry;
        let checked: Promise<readonly string[]> | undefined;
        // its sidecar is the new one, and nobody has been told: verify comes to its end, or waits
        placed = async () => {
          checked = verify.one(entry);
          await Promise.race([checked, new Promise((resolve) => setTimeout(resolve, 300))]);
        };
        const change = (record: PictureRecord) => ({ ...record, tags: ['new'] });
        await catalog.commit(owner, { op: 'edit', kind, id, change });
        expect(await checked).toEqual([]);
      }
      expect(entries).toHaveLength(3);
    } finally {
      await engine.close();
    }
  });

  it('takes what is removed for good, piece by piece, for no damage (found by the fuzzer)', async () => {
    await withTree(async ({ open }) => {
      const { engine, verify } = await open();
      const { catalog, blobs } = engine;
      const owners: Owner[] = [];
      for await (const one of catalog.owners()) owners.push(one);
      const [owner = expect.fail('no owner')] = owners;
      const { entries } = await catalog.list({
        ...{ owner, kind: 'generated', status: 'active', order: 'newest', size: 1, at: { page: 1 } },
      });
      const [entry = expect.fail('no picture')] = entries;
      const { id, kind, thumb } = entry;
      const change = (current: PictureRecord): PictureRecord => ({
        ...current,
        status: 'trash',
        trashed_at: current.updated_at,
        purging: current.updated_at,
      });
      await catalog.commit(owner, { op: 'edit', kind, id, change });
      await blobs.remove(originalKey(entry, entry.ext));
      expect((await verify.run({ signal })).found).toEqual([]);
      if (thumb !== null) await blobs.remove(thumbKey(entry, thumb));
      expect((await verify.run({ signal })).found).toEqual([]);
    });
  });

  it('stops when it is told to', async () => {
    await withTree(async ({ open }) => {
      const { verify } = await open();
      await expect(verify.run({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    });
  });
});
