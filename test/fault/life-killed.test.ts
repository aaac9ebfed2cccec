import { describe, expect, it } from 'vitest';
import type { PictureRecord } from '../../src/domain/record.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { parentOf } from '../../src/storage/path.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { asOwner } from '../support/ids.ts';
import { type Life, live, newTree, openLife, picturesIn, shaOfOriginal } from '../support/life-rig.ts';
import { pngPicture } from '../support/pictures.ts';
import { seededRandom } from '../support/random.ts';
import { countingRandom } from '../support/services.ts';
import { type CrashStorage, createCrashStorage } from '../support/storage/crash-storage.ts';
import { CHANGING_CALLS, createFaultStorage } from '../support/storage/fault-storage.ts';
import { filesIn } from '../support/transfer-rig.ts';
import { copyTree, readFile, writeFile } from './manifest-rig.ts';

const ANNA = asOwner('anna');
const START = Date.UTC(2026, 0, 1);
const LATER = START + 40 * 86_400_000;

const pictures = await Promise.all([1, 2, 3, 4, 5].map((seed) => pngPicture({ width: 8, height: 8, seed })));

const open = (storage: Storage) => openLife(storage, { random: countingRandom() });

interface Ground {
  /** Half of them active, then half in the trash; of six the last is a favourite. */
  readonly ids: readonly PictureRecord[];
}

/** A small tree, 40 days old. */
async function build(storage: Storage, later: () => void, count = 6): Promise<Ground> {
  await newTree(storage);
  const life = await open(storage);
  const ids: PictureRecord[] = [];
  for (const n of [0, 1, 2, 3, 4, 0].slice(0, count)) {
    const kind = n === 1 || n === 4 ? 'input' : 'generated';
    const bytes = pictures[n];
    if (bytes === undefined) throw new Error(`no picture ${n}`);
    const favorite = ids.length === 5;
    const { entry } = await life.add(bytes, { owner: ANNA, kind, favorite });
    ids.push(entry.record());
  }
  for (const { kind, id } of ids.slice(count / 2)) await life.trash.trash(ANNA, kind, id);
  await life.close();
  later();
  return { ids };
}

type Act = (life: Life, ground: Ground) => Promise<unknown>;

function nth({ ids }: Ground, n: number): PictureRecord {
  const record = ids[n];
  if (record === undefined) throw new Error(`no picture ${n}`);
  return record;
}

const CHANGES = 'reindex of changes';

const ACTS: Record<string, Act> = {
  delete: (life, ground) => life.trash.trash(ANNA, nth(ground, 1).kind, nth(ground, 1).id),
  'delete of many': (life, { ids }) =>
    refuseFailed(
      life.bulk.apply(
        ANNA,
        'generated',
        ids.filter(({ kind }) => kind === 'generated').map(({ id }) => id),
        { action: 'delete' },
      ),
    ),
  restore: (life, ground) => life.trash.restore(ANNA, nth(ground, 4).kind, nth(ground, 4).id),
  'restore of many': (life, { ids }) =>
    refuseFailed(
      life.bulk.apply(
        ANNA,
        'generated',
        ids.filter(({ kind }) => kind === 'generated').map(({ id }) => id),
        { action: 'restore' },
      ),
    ),
  purge: async (life) => {
    const { failed } = await life.purge.apply(await life.purge.plan({}), { signal: live(), confirmed: true });
    if (failed > 0) throw new Error(`${failed} could not be purged`);
  },
  'reindex from sidecars': (life) => refuseTrouble(life.reindex.run({ depth: 'sidecars' }, live())),
  [CHANGES]: (life) => refuseTrouble(life.reindex.run({ depth: 'changes', afresh: true }, live())),
  'reindex by names': (life) => refuseTrouble(life.reindex.run({ depth: 'names', afresh: true }, live())),
};

async function refuseFailed(results: ReturnType<Life['bulk']['apply']>): Promise<void> {
  for (const { ok, code } of await results) if (!ok) throw new Error(`one failed: ${code}`);
}

async function refuseTrouble(report: ReturnType<Life['reindex']['run']>): Promise<void> {
  const { failed, waiting } = await report;
  if (failed + waiting > 0) throw new Error(`${failed} failed, ${waiting} were left for later`);
}

/** What a reader sees: every record by id. */
async function seen(life: Life): Promise<Map<string, PictureRecord>> {
  const found = await picturesIn(life.catalog, ANNA);
  return new Map([...found].map(([id, entry]) => [id, entry.record()]));
}

/** Every active picture has its bytes, and every other unless its purge has begun. */
async function expectWhole(life: Life): Promise<void> {
  for (const [id, entry] of await picturesIn(life.catalog, ANNA)) {
    const record = entry.record();
    if (record.purging !== undefined) expect(record.status, id).toBe('trash');
    else expect(await shaOfOriginal(life, entry), `bytes of ${id} (${record.status})`).toBe(record.sha256);
    expect((await life.catalog.find(ANNA, entry.kind, entry.id))?.record()).toEqual(record);
  }
}

/** Names of what lasts: nothing staged, and the pictures' own files. */
async function lasting(storage: Storage): Promise<readonly string[]> {
  const files = await filesIn(storage, 'users');
  return [
    ...files.filter((path) => !/manifest|owner\.json/.test(path)),
    ...(await filesIn(storage, '.kiroku/staging')),
  ];
}

interface Wanted {
  readonly before: Map<string, PictureRecord>;
  readonly after: Map<string, PictureRecord>;
  readonly files: readonly string[];
}

async function wantedOf(storage: Storage, ground: Ground, act: Act): Promise<Wanted> {
  const life = await open(storage);
  const before = await seen(life);
  await act(life, ground);
  const after = await seen(life);
  await life.close();
  return { before, after, files: await lasting(storage) };
}

/** A new process on what was left; then the same is done again, to its end. */
async function checkAfter(
  storage: Storage,
  ground: Ground,
  act: Act,
  { before, after, files }: Wanted,
  told: boolean,
): Promise<void> {
  const life = await open(storage);
  await expectWhole(life);
  const first = await seen(life);
  for (const [id, was] of before) {
    const is = first.get(id);
    // as before, as after, or in between for what is going for ever
    const possible = told ? [after.get(id)] : [was, after.get(id)];
    if (!told && is?.purging !== undefined && !after.has(id)) continue;
    expect(possible, id).toContainEqual(is);
  }
  expect([...first.keys()].filter((id) => !before.has(id))).toEqual([]);
  await life.settle();
  await act(life, ground);
  expect(await seen(life)).toEqual(after);
  await expectWhole(life);
  expect(await lasting(storage)).toEqual(files);
  await life.close();
  // the sidecars alone say the same
  const again = await open(storage);
  await again.reindex.run({ depth: 'sidecars' }, live());
  expect(await seen(again)).toEqual(after);
  await again.close();
}

/** Somebody edits a sidecar while nothing runs: then a look at the changes has something to do. */
async function editOutside(storage: Storage, ground: Ground): Promise<void> {
  const record = nth(ground, 0);
  const [path] = (await filesIn(storage, 'users')).filter((one) => one.endsWith(`${record.id}.json`));
  if (path === undefined) throw new Error('no sidecar');
  const text = (await readFile(storage, path)).toString('utf8');
  await writeFile(storage, path, Buffer.from(text.replace('"tags":[]', '"tags":["outside"]')));
  const file = await storage.open(path, 'update');
  await file.sync();
  await file.close();
  await storage.syncFolder(parentOf(path));
}

async function memoryGround(name: string) {
  let time = START;
  const storage = createMemoryStorage({ now: () => time });
  const ground = await build(storage, () => {
    time = LATER;
  });
  if (name === CHANGES) await editOutside(storage, ground);
  return { storage, ground };
}

async function copyOf(from: Storage): Promise<Storage> {
  const copy = createMemoryStorage({ now: () => LATER });
  await copyTree(from, copy);
  return copy;
}

describe('killed at every storage call, then started again', () => {
  it.each(
    Object.entries(ACTS).flatMap(([name, act]) => [
      [name, 'whole writes', act, false] as const,
      [name, 'half a write', act, true] as const,
    ]),
  )('%s, %s: as before or as after, and the next run finishes it', async (name, _how, act, torn) => {
    const { storage, ground } = await memoryGround(name);
    const wanted = await wantedOf(await copyOf(storage), ground, act);
    let at = 1;
    for (; ; at += 1) {
      const inner = await copyOf(storage);
      const fault = createFaultStorage(inner);
      const life = await open(fault);
      fault.arm({ at, ...(torn ? { only: ['write'] } : {}), fault: { kill: true, torn } });
      const told = await act(life, ground).then(
        () => true,
        () => false,
      );
      if (!fault.hit()) break;
      await life.close().catch(() => undefined);
      await checkAfter(inner, ground, act, wanted, told).catch((error: unknown) => {
        throw new Error(`at call ${at}: ${fault.trace.at(-1)}`, { cause: error });
      });
    }
    expect(at).toBeGreaterThan(torn ? 1 : 5);
  });
});

describe('a power cut at every storage call', () => {
  it.each(['delete', 'restore', 'purge', 'reindex from sidecars', CHANGES, 'reindex by names'])(
    'of %s: no active picture without its bytes, and the next run finishes it',
    async (name) => {
      const act = ACTS[name];
      if (act === undefined) throw new Error(name);
      let time = START;
      const origin = createCrashStorage({ now: () => time });
      const isReindex = name.startsWith('reindex');
      const later = () => {
        time = LATER;
      };
      // smaller where a run looks at everything: each call of it is tried all the same
      const ground = await build(origin, later, isReindex ? 2 : 6);
      if (name === CHANGES) await editOutside(origin, ground);
      const fresh = (): CrashStorage => origin.crash(seededRandom(7));
      const wanted = await wantedOf(fresh(), ground, act);
      let at = 1;
      for (; ; at += 1) {
        const disk = fresh();
        const fault = createFaultStorage(disk);
        const life = await open(fault);
        fault.arm({ at, only: CHANGING_CALLS, fault: { kill: true, torn: at % 2 === 0 } });
        const told = await act(life, ground).then(
          () => true,
          () => false,
        );
        const hit = fault.hit();
        await life.close().catch(() => undefined);
        for (const seed of [1, 2]) {
          const left = disk.crash(seededRandom(at * 10 + seed));
          await checkAfter(left, ground, act, wanted, told)
            // and what it did then lasts through another cut
            .then(() => checkAfter(left.crash(seededRandom(seed)), ground, act, wanted, true))
            .catch((error: unknown) => {
              throw new Error(`at call ${at}, seed ${seed}: ${fault.trace.at(-1)}`, { cause: error });
            });
        }
        if (!hit) break;
      }
      expect(at).toBeGreaterThan(5);
    },
  );
});
