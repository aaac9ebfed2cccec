import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/catalog/catalog.ts';
import { originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { LifeModel } from '../support/life-model.ts';
import { play } from '../support/life-play.ts';
import { listOf, newTree, picturesIn, shaOfOriginal } from '../support/life-rig.ts';
import { history, type Step } from '../support/life-steps.ts';
import { at, World } from '../support/life-world.ts';
import { filesIn } from '../support/transfer-rig.ts';

const LEAST_STEPS = 2_000;

const recordsOf = (entries: readonly Entry[]) => entries.map((entry) => entry.record());

/** Lists, single finds, bytes and sums of every owner, against the model. */
async function compare(world: World, turn: number): Promise<void> {
  const { model, life } = world;
  for (const owner of world.owners) {
    const usage = await life.catalog.usage(owner);
    for (const { kind, status } of LifeModel.lists) {
      const wanted = model.of(owner, kind, status);
      const { entries, total } = await listOf(life.catalog, owner, kind, status);
      expect(recordsOf(entries), `${status} ${kind} of ${owner}`).toEqual(wanted);
      expect(total).toBe(wanted.length);
      expect(usage[status][kind]).toEqual(model.usage(owner, kind, status));
      for (const entry of entries) {
        expect((await life.catalog.find(owner, kind, entry.id))?.record()).toEqual(entry.record());
        expect(await shaOfOriginal(life, entry), `bytes of ${entry.id}`).toBe(entry.record().sha256);
      }
    }
    const { kind, status } = at(LifeModel.lists, turn % LifeModel.lists.length);
    expect(await byPages(world, owner, { kind, status })).toEqual(model.of(owner, kind, status).reverse());
  }
  for (const { owner, kind, id } of model.gone) {
    expect(await life.catalog.find(owner, kind, id), `${id} of ${owner} is gone`).toBeUndefined();
  }
}

/** The same list the other way round, two at a time. */
async function byPages(
  { life }: World,
  owner: Owner,
  { kind, status }: Pick<PictureRecord, 'kind' | 'status'>,
): Promise<PictureRecord[]> {
  const query = { owner, kind, status, order: 'oldest', size: 2 } as const;
  const found: PictureRecord[] = [];
  let page = await life.catalog.list({ ...query, at: { page: 1 } });
  for (;;) {
    found.push(...recordsOf(page.entries));
    if (page.next === null) return found;
    page = await life.catalog.list({ ...query, at: { after: page.next } });
  }
}

/** Nothing is in the tree but what the pictures need. */
async function compareFiles({ disk, life, owners }: World): Promise<void> {
  const wanted: string[] = [];
  for (const owner of owners) {
    for (const entry of (await picturesIn(life.catalog, owner)).values()) {
      wanted.push(originalKey(entry, entry.ext), sidecarKey(entry));
      if (entry.thumb !== null) wanted.push(thumbKey(entry, entry.thumb));
    }
  }
  const files = (await filesIn(disk, 'users')).filter((path) => !/manifest|owner\.json/.test(path));
  expect(files).toEqual(wanted.sort());
  expect(await filesIn(disk, '.kiroku/staging')).toEqual([]);
}

async function liveThrough(snapshots: boolean, steps: readonly Step[], took: () => void): Promise<void> {
  const world = new World(snapshots);
  await newTree(world.disk);
  await world.open();
  try {
    for (const [turn, one] of steps.entries()) {
      world.now += 1_000;
      await play(world, one);
      await compare(world, turn);
      took();
    }
    await compareFiles(world);
    await world.close();
    await world.open();
    await compare(world, 0);
  } finally {
    await world.close(true);
  }
}

const SEED = Number(process.env['LIFE_SEED'] ?? randomInt(2 ** 31 - 1));

describe('lives of pictures', () => {
  it(`say what a model says, whatever happens in whatever order (LIFE_SEED=${SEED})`, async () => {
    let steps = 0;
    const took = () => {
      steps += 1;
    };
    for (let seed = SEED; steps < LEAST_STEPS; seed += 1) {
      const life = fc.asyncProperty(history, (one) => liveThrough(one.snapshots, one.steps, took));
      await fc.assert(life, { numRuns: 20, seed });
    }
    expect(steps).toBeGreaterThanOrEqual(LEAST_STEPS);
  }, 120_000);
});
