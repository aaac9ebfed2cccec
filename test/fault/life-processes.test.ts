import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seedTree } from '../../scripts/dev/seed-tree.ts';
import { openEngine } from '../../src/compose-engine.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { createVerify } from '../../src/services/maintenance/verify.ts';
import { ADMIN_TOKEN, serviceClient, startServer } from '../acceptance/rig.ts';
import { unstopped } from '../support/backup.ts';
import { kiroku, startKiroku } from '../support/command.ts';
import { createTempTree, eventually, pause, type TempTree } from '../support/drop.ts';
import { seededRandom } from '../support/random.ts';
import { treeConfig } from '../support/tree.ts';

/** Real processes, killed at moments that nobody chose; how often, of each command. */
const KILLS = Number(process.env['KIROKU_KILLS'] ?? 2);
const SEED = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);
const PICTURES = 240;
const decoder = createInlineDecoder({ maxPixels: 1_000_000, maxFrames: 1, thumbSize: 64 });

/** A start on the tree, and all of it read: every list, and what is damaged. */
async function contents(root: string) {
  const engine = await openEngine(treeConfig({ outputDir: root }), { log: silentLog });
  try {
    await engine.settle(unstopped.signal);
    const { catalog, blobs, storage } = engine;
    const records: PictureRecord[] = [];
    const verify = createVerify({ catalog, blobs, storage, decoder, sniff: sniffMime, legacyTz: 'UTC' });
    const report = await verify.run({ ...unstopped, progress: (entry) => records.push(entry.record()) });
    return { records, damage: [...report.found, ...report.manifests] };
  } finally {
    await engine.close();
  }
}

/** Runs a command until it has begun to work and a while longer, and kills it there; false when it was faster. */
async function killOnce(
  root: string,
  args: readonly string[],
  hasBegun: () => boolean,
  whileMs: number,
): Promise<boolean> {
  const { child, ended } = startKiroku(root, args);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  while (!hasBegun() && !isOver()) await pause(1);
  await pause(whileMs);
  if (!isOver()) child.kill('SIGKILL');
  await ended;
  return child.signalCode === 'SIGKILL';
}

interface Killed {
  readonly root: string;
  readonly args: readonly string[];
  /** The command works on the tree, and does not only load itself. */
  readonly hasBegun: () => boolean;
  /** After each kill. */
  readonly check?: () => Promise<void>;
}

/** Some kills, then one run to the end. */
async function killed(random: () => number, { root, args, hasBegun, check }: Killed): Promise<number> {
  let hits = 0;
  for (let n = 0; n < KILLS; n += 1) {
    if (await killOnce(root, args, hasBegun, random() ** 2 * 250)) hits += 1;
    await check?.();
  }
  const end = await kiroku(root, args);
  expect(end, `${args.join(' ')}, seed ${SEED}: ${end.told}`).toMatchObject({ code: 0 });
  return hits;
}

/** The server or a command holds the tree now, and has not given it back. */
function isAtWork(root: string): boolean {
  try {
    return JSON.parse(readFileSync(join(root, '.kiroku/run.json'), 'utf8')).clean === false;
  } catch {
    return false;
  }
}

async function places(all: TempTree) {
  const [tree, out, back] = [all.path('tree'), all.path('out'), all.path('back')];
  await Promise.all([tree, back].map((path) => mkdir(path)));
  const seeding = { out: tree, owners: 2, images: PICTURES, days: 6, until: Date.UTC(2026, 10, 1) };
  const owners = await seedTree({ ...seeding, seed: 5, random: seededRandom(5), manifests: true });
  return { tree, out, back, owners };
}

/** How a transfer that was cut short came to its end; undefined while it has none. */
function endOf(journal: string): 'end' | 'void' | 'never begun' | undefined {
  const told = readFileSync(journal, 'utf8');
  if (!told.includes('\n')) return 'never begun';
  return (['end', 'void'] as const).find((op) => told.includes(`"op":"${op}"`));
}

/** What a transfer leaves as it was. */
function lasting({ owner: _, rev: __, updated_at: ___, ...record }: PictureRecord) {
  return record;
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

describe('kill -9 of real processes', () => {
  it('backup, restore, reindex and transfer lose nothing, and come to their end the next time', async () => {
    console.log(`kills of commands: seed ${SEED}, ${KILLS} of each`);
    const random = seededRandom(SEED);
    await using all = await createTempTree();
    const { tree, out, back, owners } = await places(all);
    const wanted = await contents(tree);
    expect(wanted).toMatchObject({ damage: [] });
    expect(wanted.records).toHaveLength(PICTURES);
    let hits = 0;

    const backup = {
      root: tree,
      args: ['backup', '--out', out],
      hasBegun: () => existsSync(join(out, 'files')),
    };
    hits += await killed(random, backup);
    expect(await kiroku(tree, ['backup', '--out', out, '--check'])).toMatchObject({ code: 0 });
    expect(await contents(tree)).toEqual(wanted);

    const isPart = async () => {
      const { records, damage } = await contents(back);
      expect(damage).toEqual([]);
      for (const record of records) expect(wanted.records).toContainEqual(record);
    };
    const hasBegun = () => existsSync(join(back, 'users'));
    hits += await killed(random, { root: back, args: ['restore', out], hasBegun, check: isPart });
    expect(await contents(back)).toEqual(wanted);

    const isAll = async () => expect(await contents(back)).toEqual(wanted);
    const reindex = { root: back, args: ['reindex', '--full'], hasBegun: () => isAtWork(back) };
    hits += await killed(random, { ...reindex, check: isAll });
    await isAll();

    const [from = ''] = owners;
    const noted = join(back, '.kiroku/state/transfers.jsonl');
    hits += await killed(random, {
      root: back,
      args: ['transfer', from, 'mia'],
      hasBegun: () => existsSync(noted),
    });
    const given = await contents(back);
    expect(given.damage).toEqual([]);
    expect(given.records.filter(({ owner }) => owner === from)).toEqual([]);
    expect(given.records.map(lasting).sort(byId)).toEqual(wanted.records.map(lasting).sort(byId));
    console.log(`kills of commands: ${hits} of ${KILLS * 4} came before the end`);
    expect(hits).toBeGreaterThan(0);
  }, 300_000);

  it('a server that is killed in the middle of a transfer and a reindex goes on where it was', async () => {
    console.log(`kills of a server: seed ${SEED}`);
    const random = seededRandom(SEED + 1);
    await using all = await createTempTree();
    const { tree, owners } = await places(all);
    const wanted = await contents(tree);
    const [from = '', other = ''] = owners;
    const noted = join(tree, '.kiroku/state/transfers.jsonl');
    for (const args of [
      ['reindex', '--full'],
      ['transfer', from, 'mia'],
    ]) {
      const server = await startServer({ outputDir: tree });
      try {
        const asked = startKiroku(tree, args, { ADMIN_TOKEN });
        if (args[0] === 'transfer')
          while (!existsSync(noted) && asked.child.exitCode === null) await pause(1);
        else await pause(300 + random() * 500);
        await pause(random() ** 2 * 100);
        await server.kill();
        expect((await asked.ended).code).not.toBeNull();
      } finally {
        await server.kill();
      }
    }
    const server = await startServer({ outputDir: tree });
    try {
      // What is still to be given is given by the start; killed before the first durable step nothing was begun.
      const over = await eventually('the end of the transfer', () => endOf(noted), 60_000);
      if (over !== 'end') {
        expect(await serviceClient(server.url, from).all('active')).not.toEqual([]);
        expect(await kiroku(tree, ['transfer', from, 'mia'], { ADMIN_TOKEN })).toMatchObject({ code: 0 });
      }
      expect(await serviceClient(server.url, 'mia').all('active')).not.toEqual([]);
      expect(await server.stop()).toBe(0);
    } finally {
      await server.kill();
    }
    const { records, damage } = await contents(tree);
    expect(damage).toEqual([]);
    expect(new Set(records.map(({ owner }) => owner))).toEqual(new Set(['mia', other]));
    expect(records.map(lasting).sort(byId)).toEqual(wanted.records.map(lasting).sort(byId));
  }, 300_000);
});
