import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mutation } from '../../src/catalog/catalog.ts';
import type { ManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import type { SnapshotRules } from '../../src/catalog/manifest/snapshot-rules.ts';
import { manifestKey } from '../../src/domain/key.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { randomBelow, seededRandom } from '../support/random.ts';
import { type CrashStorage, createCrashStorage } from '../support/storage/crash-storage.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';
import { listed, OWNER, openCatalog, picture, placeOriginal, START } from './manifest-rig.ts';

type Verb = 'put' | 'edit' | 'trash' | 'restore' | 'purge' | 'compact';

interface Step {
  readonly verb: Verb;
  readonly n: number;
}

const step = fc.record({
  verb: fc.constantFrom<Verb>('put', 'put', 'edit', 'edit', 'edit', 'trash', 'restore', 'purge', 'compact'),
  n: fc.nat(2),
});

const history = fc.record({
  steps: fc
    .array(fc.array(step, { minLength: 1, maxLength: 4, size: 'max' }), { maxLength: 8, size: 'max' })
    .map((groups): Step[][] => [[{ verb: 'put', n: 0 }], [{ verb: 'put', n: 1 }], ...groups]),
  torn: fc.boolean(),
  seed: fc.nat(),
});

/** How many changes of each picture were acknowledged. */
type Acknowledged = Map<string, number>;

const NONE = 'none';

/** Times at which the power goes, per history. */
const CUTS = 5;

function mutationOf({ verb, n }: Step): Mutation | undefined {
  const { kind, id } = picture(n);
  switch (verb) {
    case 'put':
      return { op: 'put', record: picture(n) };
    case 'purge':
      return { op: 'purge', kind, id };
    case 'edit':
      return { op: 'edit', kind, id, change: (now) => ({ ...now, tags: [...now.tags, 'x'] }) };
    case 'trash':
      return {
        op: 'trash',
        kind,
        id,
        change: (now) => ({ ...now, status: 'trash', trashed_at: now.updated_at }),
      };
    case 'restore':
      return { op: 'restore', kind, id, change: (now) => ({ ...now, status: 'active', trashed_at: null }) };
    default:
      return undefined;
  }
}

const text = (record: PictureRecord | undefined) => (record === undefined ? NONE : JSON.stringify(record));

/** The first changes were settled long ago when the time begins that a cut leaves open. */
const LONG_AGO = START - 86_400_000;
const GROUPS_LONG_AGO = 3;

/** A disk whose clock the history moves. */
interface Disk {
  readonly crash: CrashStorage;
  time: number;
}

function newDisk(): Disk {
  const clock = { time: LONG_AGO };
  return Object.assign(clock, { crash: createCrashStorage({ now: () => clock.time }) });
}

/** Runs a history, groups of steps at once, until the end or until everything throws. */
async function play(
  disk: Disk,
  storage: ReturnType<typeof createFaultStorage>,
  catalog: ManifestCatalog,
  steps: readonly (readonly Step[])[],
  acknowledged: Acknowledged,
): Promise<void> {
  const placed = new Set<number>();
  for (const [n, group] of steps.entries()) {
    // the clock stands still for who is dead
    if (n === GROUPS_LONG_AGO && !storage.hit()) disk.time = START;
    for (const one of group) {
      if (one.verb !== 'put' || placed.has(one.n)) continue;
      placed.add(one.n);
      await placeOriginal(storage, picture(one.n));
    }
    await Promise.all(group.map((one) => run(catalog, one, acknowledged)));
  }
}

async function run(catalog: ManifestCatalog, one: Step, acknowledged: Acknowledged): Promise<void> {
  if (one.verb === 'compact') return catalog.compact(OWNER).catch(() => undefined);
  const mutation = mutationOf(one);
  if (mutation === undefined) return;
  const { id } = picture(one.n);
  try {
    const { outcome } = await catalog.commit(OWNER, mutation);
    if (outcome === 'committed') acknowledged.set(id, (acknowledged.get(id) ?? 0) + 1);
  } catch {
    // refused, or cut: whatever it would have done may or may not have been done
  }
}

/** The same history, to its end and undisturbed: every state of every picture, in order. */
async function statesOf(steps: readonly (readonly Step[])[]): Promise<Map<string, string[]>> {
  const disk = newDisk();
  const storage = createFaultStorage(disk.crash);
  const catalog = openCatalog(storage);
  const seen = new Map<string, string[]>();
  catalog.onChange(({ id, entry }) => {
    seen.set(id, [...(seen.get(id) ?? [NONE]), text(entry?.record())]);
  });
  await play(disk, storage, catalog, steps, new Map());
  await catalog.close();
  return seen;
}

/** Snapshots after every change, or none. */
const SNAPSHOTS = {
  none: { leastRows: Number.POSITIVE_INFINITY },
  always: { leastRows: 1, leastTail: 0, leastTailAtEnd: 0 },
};

describe.each(Object.entries(SNAPSHOTS))(
  'manifest and sidecars after a power cut, snapshots: %s',
  (_, rules) => {
    it('keep every acknowledged change bit for bit, and the others whole or not at all', async () => {
      await fc.assert(
        fc.asyncProperty(history, async ({ steps, torn, seed }) => {
          const states = await statesOf(steps);
          const calls = await countCalls(steps, rules);
          const random = seededRandom(seed);
          for (let i = 0; i < CUTS; i++) {
            const cut = { at: 1 + randomBelow(random, calls), torn, seed: randomBelow(random, 2 ** 31) };
            await cutAt(steps, rules, cut, states);
          }
        }),
        { numRuns: 120 },
      );
    });

    // found by a history of the property above: line and sidecar of two lives had the same revision
    it('keeps the two lives of a picture apart that is purged and put again at once', async () => {
      const steps: Step[][] = [
        [{ verb: 'put', n: 0 }],
        [{ verb: 'put', n: 1 }],
        [{ verb: 'put', n: 2 }],
        [{ verb: 'trash', n: 0 }],
        [
          { verb: 'purge', n: 0 },
          { verb: 'put', n: 0 },
          { verb: 'edit', n: 0 },
        ],
      ];
      const states = await statesOf(steps);
      const calls = await countCalls(steps, rules);
      for (let at = 1; at <= calls; at++) {
        for (const torn of [false, true]) await cutAt(steps, rules, { at, torn, seed: at }, states);
      }
    });
  },
);

interface Cut {
  /** Before which call. */
  readonly at: number;
  readonly torn: boolean;
  /** Of what the disk keeps. */
  readonly seed: number;
}

async function cutAt(
  steps: readonly (readonly Step[])[],
  rules: Partial<SnapshotRules>,
  { at, torn, seed }: Cut,
  states: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const disk = newDisk();
  const storage = createFaultStorage(disk.crash, { at, fault: { kill: true, torn } });
  const acknowledged: Acknowledged = new Map();
  const catalog = openCatalog(storage, { snapshots: rules });
  await play(disk, storage, catalog, steps, acknowledged).catch(() => undefined);
  await catalog.close().catch(() => undefined);

  const after = disk.crash.crash(seededRandom(seed));
  const first = await reopened(after, disk.time);
  for (let n = 0; n <= 2; n++) {
    const { id } = picture(n);
    // what was acknowledged last, or what followed and was never answered
    const possible = (states.get(id) ?? [NONE]).slice(acknowledged.get(id) ?? 0);
    expect(possible).toContain(text(first.get(id)));
  }
  // recovery twice ends where once did, also after another cut in between
  expect(await reopened(after, disk.time)).toEqual(first);
  expect(await reopened(after.crash(seededRandom(seed + 1)), disk.time)).toEqual(first);
  // and the sidecars alone say the same
  await after.unlink(manifestKey(OWNER)).catch(() => undefined);
  expect(await reopened(after, disk.time)).toEqual(first);
}

async function countCalls(
  steps: readonly (readonly Step[])[],
  rules: Partial<SnapshotRules>,
): Promise<number> {
  const disk = newDisk();
  const storage = createFaultStorage(disk.crash);
  const catalog = openCatalog(storage, { snapshots: rules });
  await play(disk, storage, catalog, steps, new Map());
  await catalog.close();
  return storage.trace.length;
}

/** After a start that knows everything before `unsettledSince` to be settled. */
async function reopened(storage: CrashStorage, unsettledSince: number): Promise<Map<string, PictureRecord>> {
  const catalog = openCatalog(storage, { unsettledSince, snapshots: SNAPSHOTS.always });
  await catalog.settle();
  const found = await listed(catalog);
  await catalog.close();
  return found;
}
