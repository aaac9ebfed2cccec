import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mutation } from '../../src/catalog/catalog.ts';
import type { ManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
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

/** Runs a history, groups of steps at once, until the end or until everything throws. */
async function play(
  storage: ReturnType<typeof createFaultStorage>,
  catalog: ManifestCatalog,
  steps: readonly (readonly Step[])[],
  acknowledged: Acknowledged,
): Promise<void> {
  const placed = new Set<number>();
  for (const group of steps) {
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
  const storage = createFaultStorage(createCrashStorage({ now: clock() }));
  const catalog = openCatalog(storage);
  const seen = new Map<string, string[]>();
  catalog.onChange(({ id, entry }) => {
    seen.set(id, [...(seen.get(id) ?? [NONE]), text(entry?.record())]);
  });
  await play(storage, catalog, steps, new Map());
  await catalog.close();
  return seen;
}

function clock(): () => number {
  return () => START;
}

describe('manifest and sidecars after a power cut', () => {
  it('keep every acknowledged change bit for bit, and the others whole or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ steps, torn, seed }) => {
        const states = await statesOf(steps);
        const calls = await countCalls(steps);
        const random = seededRandom(seed);
        for (let i = 0; i < CUTS; i++) {
          await cutAt(steps, 1 + randomBelow(random, calls), torn, randomBelow(random, 2 ** 31), states);
        }
      }),
      { numRuns: 200 },
    );
  });
});

async function cutAt(
  steps: readonly (readonly Step[])[],
  at: number,
  torn: boolean,
  seed: number,
  states: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const disk = createCrashStorage({ now: clock() });
  const storage = createFaultStorage(disk, { at, fault: { kill: true, torn } });
  const acknowledged: Acknowledged = new Map();
  const catalog = openCatalog(storage);
  await play(storage, catalog, steps, acknowledged).catch(() => undefined);
  await catalog.close().catch(() => undefined);

  const after = disk.crash(seededRandom(seed));
  const first = await reopened(after);
  for (let n = 0; n <= 2; n++) {
    const { id } = picture(n);
    // what was acknowledged last, or what followed and was never answered
    const possible = (states.get(id) ?? [NONE]).slice(acknowledged.get(id) ?? 0);
    expect(possible).toContain(text(first.get(id)));
  }
  // recovery twice ends where once did, also after another cut in between
  expect(await reopened(after)).toEqual(first);
  expect(await reopened(after.crash(seededRandom(seed + 1)))).toEqual(first);
  // and the sidecars alone say the same
  await after.unlink(manifestKey(OWNER)).catch(() => undefined);
  expect(await reopened(after)).toEqual(first);
}

async function countCalls(steps: readonly (readonly Step[])[]): Promise<number> {
  const storage = createFaultStorage(createCrashStorage({ now: clock() }));
  const catalog = openCatalog(storage);
  await play(storage, catalog, steps, new Map());
  await catalog.close();
  return storage.trace.length;
}

async function reopened(storage: CrashStorage): Promise<Map<string, PictureRecord>> {
  const catalog = openCatalog(storage, { unsettledSince: START });
  await catalog.settle();
  const found = await listed(catalog);
  await catalog.close();
  return found;
}
