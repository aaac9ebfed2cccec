import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, ListPage, ListQuery, Mutation } from '../../../../src/catalog/catalog.ts';
import { COMPACTION } from '../../../../src/catalog/manifest/compaction-rules.ts';
import { loadStore } from '../../../../src/catalog/manifest/load.ts';
import { createLogFiles } from '../../../../src/catalog/manifest/log-file.ts';
import type { ManifestCatalog } from '../../../../src/catalog/manifest/manifest-catalog.ts';
import { createDirectTextIndex } from '../../../../src/catalog/manifest/search/direct-text-index.ts';
import { SNAPSHOTS } from '../../../../src/catalog/manifest/snapshot-rules.ts';
import type { ManifestContext } from '../../../../src/catalog/manifest/store.ts';
import { isTailQuery, ManifestTail } from '../../../../src/catalog/manifest/tail.ts';
import { TAIL, type TailRules } from '../../../../src/catalog/manifest/tail-rules.ts';
import { manifestKey } from '../../../../src/domain/key.ts';
import { KINDS, type Kind } from '../../../../src/domain/kind.ts';
import { silentLog } from '../../../../src/domain/log.ts';
import { createFolderSync } from '../../../../src/storage/durable.ts';
import { createMemoryStorage, type MemoryStorage } from '../../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { OWNER, openCatalog, picture, put, readFile, START, writeFile } from '../../../fault/manifest-rig.ts';

const SMALL: TailRules = { ...TAIL, leastBytes: 0, piece: 900, patience: 0 };

function contextOf(storage: Storage, tail: TailRules = SMALL): ManifestContext {
  return {
    storage,
    folders: createFolderSync(storage),
    log: silentLog,
    present: async () => true,
    texts: createDirectTextIndex(storage),
    files: createLogFiles(storage, 4),
    random: () => '0'.repeat(16),
    recentSize: 4,
    legacyTz: 'UTC',
    compaction: COMPACTION,
    snapshots: SNAPSHOTS,
    tail,
    emit: () => undefined,
  };
}

function query(overrides: Partial<ListQuery> = {}): ListQuery {
  const first = { order: 'newest', size: 5, at: { page: 1 } } as const;
  return { owner: OWNER, kind: 'generated', status: 'active', ...first, ...overrides };
}

function plain(entries: readonly Entry[]): unknown[] {
  return entries.map(({ id, kind, status, seq, createdAt, day, ext, thumb, publicJson }) => {
    const json = Buffer.from(publicJson).toString();
    return { id, kind, status, seq, createdAt, day, ext, thumb, json };
  });
}

interface Step {
  readonly do: 'put' | 'edit' | 'trash' | 'restore' | 'purge' | 'compact';
  readonly n: number;
  readonly kind: Kind;
  readonly minute: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('put', 'put', 'put', 'put', 'edit', 'trash', 'restore', 'purge', 'compact'),
  n: fc.integer({ min: 1, max: 40 }),
  kind: fc.constantFrom('generated', 'generated', 'generated', 'input'),
  // few of them: equal times, and new pictures with an old time
  minute: fc.nat(12),
});

async function apply(storage: MemoryStorage, catalog: ManifestCatalog, step: Step): Promise<void> {
  const { kind, n } = step;
  const time = new Date(START + step.minute * 60_000).toISOString();
  if (step.do === 'compact') return catalog.compact(OWNER);
  const known = await catalog.lookup(OWNER, picture(n).id);
  if (step.do === 'put') {
    if (known === undefined)
      await put(storage, catalog, picture(n, { kind, created_at: time })).catch(() => undefined);
    return;
  }
  if (known === undefined) return;
  await catalog.commit(OWNER, mutationOf(step, known));
}

function mutationOf({ do: op, minute }: Step, known: Entry): Mutation {
  const at = { kind: known.kind, id: known.id };
  if (op === 'purge') return { op, ...at };
  if (op === 'trash')
    return { op, ...at, change: (now) => ({ ...now, status: 'trash', trashed_at: now.created_at }) };
  if (op === 'restore')
    return { op, ...at, change: (now) => ({ ...now, status: 'active', trashed_at: null }) };
  return { op: 'edit', ...at, change: (now) => ({ ...now, tags: [`t${minute}`] }) };
}

/** Every page of every kind, from the tail and from the loaded index. */
async function compare(storage: Storage, catalog: ManifestCatalog): Promise<number> {
  const { files, ...context } = contextOf(storage);
  let told = 0;
  for (const kind of KINDS) {
    for (const size of [1, 3, 7, 100]) {
      const tail = await ManifestTail.open({ ...context, files }, OWNER);
      for (const page of [1, 2, 5]) {
        const asked = query({ kind, size, at: { page } });
        const early = await tail?.page(asked);
        const loaded = await catalog.list(asked);
        if (early === undefined) continue;
        told += 1;
        expectSame(early, loaded);
        if (early.next === null) continue;
        const behind = query({ kind, size, at: { after: early.next } });
        const next = await tail?.page(behind);
        if (next !== undefined) expectSame(next, await catalog.list(behind));
      }
      await tail?.close();
    }
  }
  return told;
}

function expectSame(early: ListPage, loaded: ListPage): void {
  expect(plain(early.entries)).toEqual(plain(loaded.entries));
  expect({ next: early.next, version: early.version }).toEqual({
    next: loaded.next,
    version: loaded.version,
  });
  if (early.totalRelation === 'eq') expect(early.total).toBe(loaded.total);
  else expect(early.total).toBeLessThanOrEqual(loaded.total);
  expect(early.provisional === true).toBe(early.totalRelation === 'gte');
}

describe('the tail of a manifest', () => {
  it('tells the pages that the loaded index tells, after any history', async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), async (steps) => {
        const storage = createMemoryStorage({ now: () => START });
        const catalog = openCatalog(storage);
        for (const one of steps) await apply(storage, catalog, one);
        told += await compare(storage, catalog);
        await catalog.close();
        expect(storage.openHandles()).toBe(0);
      }),
      { numRuns: 80 },
    );
    expect(told).toBeGreaterThan(1_000);
  });

  it('reads no more of a long base than the page needs', async () => {
    const { storage, base } = await compacted(60);
    let read = 0;
    const counted: Storage = {
      ...storage,
      async open(path, mode) {
        const file = await storage.open(path, mode);
        return {
          ...file,
          read(target, offset, length, position) {
            read += length;
            return file.read(target, offset, length, position);
          },
        };
      },
    };
    const tail = await ManifestTail.open(contextOf(counted), OWNER);
    const page = await tail?.page(query({ size: 3 }));
    expect(page?.entries).toHaveLength(3);
    expect(page).toMatchObject({ totalRelation: 'gte', provisional: true });
    expect(read).toBeLessThan(base / 4);
    await tail?.close();
  });

  it('gives what it has read to the loaded owner, but for what changed since', async () => {
    const { storage } = await compacted(8);
    const context = contextOf(storage);
    const tail = await ManifestTail.open(context, OWNER);
    const page = await tail?.page(query({ size: 2 }));
    const catalog = openCatalog(storage);
    const [first] = page?.entries ?? [];
    if (first === undefined) throw new Error('no page');
    await catalog.commit(OWNER, {
      op: 'edit',
      kind: first.kind,
      id: first.id,
      change: (now) => ({ ...now, rating: 5 }),
    });
    await catalog.close();
    const store = await loadStore(context, OWNER, undefined);
    tail?.keepIn(store);
    const [edited, other] = (page?.entries ?? []).map(({ id }) => store.ready(store.rowOf(id)));
    expect(edited).toBeUndefined();
    expect(other).toBe(page?.entries[1]);
    await store.file?.retire();
    await tail?.close();
  });

  it('is silent once anything was committed', async () => {
    const { storage } = await compacted(20);
    const tail = await ManifestTail.open(contextOf(storage), OWNER);
    expect(await tail?.page(query({ size: 2 }))).toBeDefined();
    const catalog = openCatalog(storage);
    await put(storage, catalog, picture(99));
    expect(await tail?.page(query({ size: 2 }))).toBeUndefined();
    await catalog.compact(OWNER);
    expect(await tail?.page(query({ size: 2 }))).toBeUndefined();
    await catalog.close();
    await tail?.close();
  });

  it('is silent about anything odd, and leaves it to the load', async () => {
    const { storage } = await compacted(20);
    const whole = await readFile(storage, manifestKey(OWNER));
    const cases: Record<string, Buffer> = {
      'no header': whole.subarray(10),
      'torn end': whole.subarray(0, whole.length - 5),
      'a flipped bit in the last line': flipped(whole, whole.length - 40),
      'a line twice': Buffer.concat([whole, lastLine(whole)]),
      'cut base': whole.subarray(0, whole.length - lastLine(whole).length),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      await writeFile(storage, manifestKey(OWNER), bytes);
      const tail = await ManifestTail.open(contextOf(storage), OWNER);
      expect(await tail?.page(query()), name).toBeUndefined();
      await tail?.close();
    }
    expect(storage.openHandles()).toBe(0);
  });

  it('waits for the load where too much would have to be read', async () => {
    const { storage } = await compacted(30);
    const hidden = await ManifestTail.open(contextOf(storage, { ...SMALL, mostBase: 2_000 }), OWNER);
    expect(await hidden?.page(query({ kind: 'control' }))).toBeUndefined();
    expect((await hidden?.page(query({ size: 1 })))?.entries).toHaveLength(1);
    await hidden?.close();
    const catalog = openCatalog(storage);
    await put(storage, catalog, picture(99));
    await catalog.close();
    expect(await ManifestTail.open(contextOf(storage, { ...SMALL, mostLog: 10 }), OWNER)).toBeUndefined();
    expect(await ManifestTail.open(contextOf(storage, { ...SMALL, leastBytes: 1e9 }), OWNER)).toBeUndefined();
  });

  it('answers only lists of the newest active pictures without any condition', () => {
    const others: Partial<ListQuery>[] = [
      { order: 'oldest' },
      { status: 'trash' },
      { from: 1 },
      { to: 1 },
      { favorite: false },
      { facets: [{ facet: 'tag', value: 'x' }] },
      { exactTotal: true },
      { at: { page: 1_000 } },
    ];
    expect(isTailQuery(query())).toBe(true);
    expect(others.filter((other) => isTailQuery(query(other)))).toEqual([]);
  });
});

/** An owner of `count` pictures in a sorted base, and an empty log. */
async function compacted(count: number): Promise<{ storage: MemoryStorage; base: number }> {
  const storage = createMemoryStorage({ now: () => START });
  const catalog = openCatalog(storage);
  for (let n = 1; n <= count; n++) await put(storage, catalog, picture(n));
  await catalog.compact(OWNER);
  await catalog.close();
  return { storage, base: (await storage.stat(manifestKey(OWNER))).size };
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 4;
  return copy;
}

function lastLine(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.subarray(0, -1).lastIndexOf(10) + 1);
}
