import { describe, expect, it } from 'vitest';
import type { ListQuery } from '../../../../src/catalog/catalog.ts';
import type {
  ManifestCatalog,
  ManifestCatalogOptions,
} from '../../../../src/catalog/manifest/manifest-catalog.ts';
import { manifestKey } from '../../../../src/domain/key.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { refusalOf } from '../../../contract/catalog-rig.ts';
import { OWNER, openCatalog, picture, put, START } from '../../../fault/manifest-rig.ts';

const MANIFEST = manifestKey(OWNER);
const PICTURES = 40;
const FIRST: ListQuery = {
  owner: OWNER,
  kind: 'generated',
  status: 'active',
  order: 'newest',
  size: 3,
  at: { page: 1 },
};

const TELL_EARLY = { leastBytes: 0, piece: 2_000, patience: 0 };

interface Rig {
  readonly catalog: ManifestCatalog;
  readonly storage: Storage;
  /** Lets the load read on. */
  release(): void;
  openHandles(): number;
}

/** A catalog over a compacted manifest, one reader of which (the load) is held up. */
async function rig(
  options: Partial<ManifestCatalogOptions> = {},
  prompt = 'p',
  heldReader = 1,
): Promise<Rig> {
  const storage = createMemoryStorage({ now: () => START });
  const before = openCatalog(storage);
  for (let n = 1; n <= PICTURES; n++) await put(storage, before, picture(n, { prompt }));
  await before.compact(OWNER);
  await before.close();
  const gate = Promise.withResolvers<void>();
  let opened = 0;
  const held: Storage = {
    ...storage,
    async open(path, mode) {
      const file = await storage.open(path, mode);
      if (path !== MANIFEST || ++opened !== heldReader) return file;
      return {
        ...file,
        async read(target, offset, length, position) {
          await gate.promise;
          return file.read(target, offset, length, position);
        },
      };
    },
  };
  const tail = TELL_EARLY;
  const catalog = openCatalog(held, { tail, ...options });
  return { catalog, storage: held, release: () => gate.resolve(), openHandles: () => storage.openHandles() };
}

describe('while an owner is being loaded', () => {
  it('its newest pictures are told, and the exact total once it is', async () => {
    const { catalog, release, openHandles } = await rig();
    const early = await catalog.list(FIRST);
    expect(early).toMatchObject({ totalRelation: 'gte', provisional: true });
    expect(early.total).toBeLessThan(PICTURES);
    expect(catalog.peekVersion(OWNER)).toBeUndefined();
    const second = await catalog.list({ ...FIRST, at: { page: 2 } });
    release();
    const { seq, epoch } = await catalog.version(OWNER);
    expect(early.version).toEqual({ seq, epoch });
    const loaded = await catalog.list(FIRST);
    expect(loaded).toMatchObject({ total: PICTURES, totalRelation: 'eq' });
    expect(loaded.provisional).toBeUndefined();
    // the very entries that were read before: the ring has them
    expect(loaded.entries[0]).toBe(early.entries[0]);
    const again = await catalog.list({ ...FIRST, at: { page: 2 } });
    expect(again.entries.map(({ id }) => id)).toEqual(second.entries.map(({ id }) => id));
    await catalog.close();
    expect(openHandles()).toBe(0);
  });

  it('a long manifest without a snapshot is not even begun before the first answer', async () => {
    const { catalog, release } = await rig({ tail: { ...TELL_EARLY, quick: 0, patience: 1e9 } }, 'p', 2);
    const early = await catalog.list(FIRST);
    expect(early).toMatchObject({ totalRelation: 'gte', provisional: true });
    release();
    expect(await catalog.list({ ...FIRST, order: 'oldest' })).toMatchObject({ total: PICTURES });
    expect((await catalog.list(FIRST)).entries[0]).toBe(early.entries[0]);
    await catalog.close();
  });

  it('every other question waits for the load', async () => {
    const { catalog, release } = await rig();
    let answered = false;
    const waiting = catalog.list({ ...FIRST, order: 'oldest' }).then((page) => {
      answered = true;
      return page;
    });
    await catalog.list(FIRST);
    expect(answered).toBe(false);
    release();
    expect((await waiting).totalRelation).toBe('eq');
    await catalog.close();
  });

  it('nothing is told early after an unclean stop', async () => {
    const { catalog, release } = await rig({ unsettledSince: START });
    let answered = false;
    const waiting = catalog.list(FIRST).then((page) => {
      answered = true;
      return page;
    });
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    release();
    expect(await waiting).toMatchObject({ total: PICTURES, totalRelation: 'eq' });
    await catalog.close();
  });

  it('an unclean stop matters only to owners who were at work', async () => {
    const { catalog, release } = await rig({ unsettledSince: START + 3_600_000 });
    expect(await catalog.list(FIRST)).toMatchObject({ totalRelation: 'gte', provisional: true });
    release();
    expect((await catalog.list({ ...FIRST, order: 'oldest' })).total).toBe(PICTURES);
    await catalog.close();
  });

  it('a change that was acknowledged is in the next answer', async () => {
    const { catalog, storage, release } = await rig();
    const early = catalog.list(FIRST);
    const change = put(storage, catalog, picture(90, { created_at: new Date(START + 1e10).toISOString() }));
    await early;
    release();
    await change;
    const { entries, total } = await catalog.list(FIRST);
    expect([entries[0]?.id, total]).toEqual([picture(90).id, PICTURES + 1]);
    await catalog.close();
  });

  it('the load is given up when the catalog is closed', async () => {
    // more than is read at once
    const { catalog, release, openHandles } = await rig({}, 'x'.repeat(100_000));
    const waiting = refusalOf(catalog.version(OWNER));
    await catalog.list(FIRST);
    const closed = catalog.close();
    release();
    expect((await waiting).code).toBe('draining');
    await closed;
    expect(catalog.stats().owners).toBe(0);
    expect(openHandles()).toBe(0);
  });

  it('nobody who was told to stop waits for the load', async () => {
    const { catalog, release } = await rig({ unsettledSince: START - 1e10 });
    const stop = new AbortController();
    const settling = refusalOf(catalog.settle(stop.signal));
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect((await settling).code).toBe('aborted');
    release();
    await catalog.close();
  });
});
