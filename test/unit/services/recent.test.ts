import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { silentLog } from '../../../src/domain/log.ts';
import type { Owner } from '../../../src/domain/owner.ts';
import { createOwnerSummaries } from '../../../src/services/owner-summaries.ts';
import { createRecent } from '../../../src/services/recent.ts';
import { createTrash } from '../../../src/services/trash.ts';
import { asId } from '../../support/ids.ts';
import { recordShelf } from '../../support/library.ts';
import { ANNA, BERT, NOON, owner } from '../../support/services.ts';

const MINUTE = 60_000;
const OWNERS = [ANNA, BERT, owner('cara')] as const;

function rig() {
  const clock = { now: NOON };
  const now = () => clock.now;
  const catalog = createMemoryCatalog({ now });
  const asked: Owner[] = [];
  let away = false;
  const store = { stamp: async () => undefined, async *read() {}, write: async () => {} };
  const summaries = createOwnerSummaries({ catalog, store, log: silentLog, now });
  const watched = {
    ...catalog,
    list: async (query: Parameters<typeof catalog.list>[0]) => {
      if (away) throw new Error('away');
      asked.push(query.owner);
      return catalog.list(query);
    },
  };
  const recent = createRecent({ catalog: watched, summaries, now });
  const shelves = new Map(
    OWNERS.map((name) => [name, recordShelf(catalog, name, '2026-11-01T00:00:00.000Z')]),
  );
  const trash = createTrash({ catalog, now });
  let made = 0;
  return {
    clock,
    catalog,
    recent,
    trash,
    fail: (now: boolean) => (away = now),
    asked: () => asked.splice(0).sort(),
    /** A picture made now, or so many minutes ago. */
    async put(name: Owner, ago = 0, more: object = {}) {
      made += 1;
      clock.now += MINUTE;
      const created_at = new Date(clock.now - ago * MINUTE).toISOString();
      const id = asId(made.toString(16).padStart(32, '0'));
      await shelves.get(name)?.({ id, created_at, ...more });
      return id;
    },
    async all(): Promise<string[]> {
      const lists = await Promise.all(
        OWNERS.map((name) =>
          catalog.list({
            owner: name,
            kind: 'generated',
            status: 'active',
            order: 'newest',
            size: 1000,
            at: { page: 1 },
          }),
        ),
      );
      return lists
        .flatMap(({ entries }) => entries)
        .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
        .map(({ id }) => id);
    },
    newest: async (count: number) => (await recent.newest(count)).map(({ id }) => id),
  };
}

describe('the newest of all owners', () => {
  it('are the newest of every list together, whatever happens to them', async () => {
    const step = fc.record({
      who: fc.integer({ min: 0, max: 2 }),
      what: fc.constantFrom('put', 'put', 'put', 'late', 'trash', 'restore', 'purge', 'look'),
      which: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 260 }), fc.array(step, { maxLength: 30 }), run),
      { numRuns: 15 },
    );
    async function run(before: number, steps: { who: number; what: string; which: number }[]) {
      const it = rig();
      const ids: { id: Awaited<ReturnType<typeof it.put>>; name: Owner }[] = [];
      const add = async (name: Owner, ago: number) => ids.push({ id: await it.put(name, ago), name });
      for (let n = 0; n < before; n++) await add(OWNERS[n % 3] ?? ANNA, n % 7);
      for (const { who, what, which } of steps) {
        const one = ids[which % Math.max(1, ids.length)];
        if (what === 'put') await add(OWNERS[who] ?? ANNA, 0);
        else if (what === 'late') await add(OWNERS[who] ?? ANNA, which % 400);
        else if (what === 'look') expect(await it.newest(50)).toEqual((await it.all()).slice(0, 50));
        else if (one !== undefined && what !== 'purge')
          await it.trash[what === 'trash' ? 'trash' : 'restore'](one.name, 'generated', one.id);
        else if (one !== undefined) {
          await it.catalog.commit(one.name, { op: 'purge', kind: 'generated', id: one.id });
          ids.splice(ids.indexOf(one), 1);
        }
      }
      expect(await it.newest(100)).toEqual((await it.all()).slice(0, 100));
    }
  });

  it('ask owners once, and only those who can have some', async () => {
    const { put, asked, newest, all } = rig();
    for (let n = 0; n < 5; n++) await put(BERT);
    await put(owner('cara'), 0, { kind: 'input' });
    for (let n = 0; n < 210; n++) await put(ANNA);
    expect(await newest(10)).toEqual((await all()).slice(0, 10));
    // bert's are older than 200 of anna's, and cara has none
    expect(asked()).toEqual([ANNA]);
    await put(owner('cara'));
    expect(await newest(10)).toEqual((await all()).slice(0, 10));
    expect(asked()).toEqual([]);
  });

  it('are asked for again when too many have gone', async () => {
    const { put, trash, asked, newest, all } = rig();
    const ids = [];
    for (let n = 0; n < 330; n++) ids.push(await put(n % 2 === 0 ? ANNA : BERT));
    await newest(100);
    asked();
    for (const [n, id] of ids.entries())
      if (n >= 150) await trash.trash(n % 2 === 0 ? ANNA : BERT, 'generated', id);
    expect(await newest(100)).toEqual((await all()).slice(0, 100));
    expect(asked()).toEqual([ANNA, BERT]);
  });

  it('are not hidden by what says it is from the future', async () => {
    const { clock, put, newest } = rig();
    const YEAR = 365 * 24 * 60;
    const old = await put(BERT, 30);
    const changed = new Date(clock.now).toISOString();
    for (let n = 0; n < 230; n++) await put(ANNA, -YEAR - n, { updated_at: changed });
    const [ofAnna, ofCara] = [await put(ANNA), await put(owner('cara'))];
    expect((await newest(3)).slice(0, 2)).toEqual([ofCara, ofAnna]);
    const lost = await put(ANNA, -YEAR, { updated_at: new Date(clock.now + YEAR * MINUTE).toISOString() });
    const latest = await put(BERT);
    expect((await newest(3)).slice(0, 3)).toEqual([latest, ofCara, ofAnna]);
    const all = await newest(100);
    expect(all).not.toContain(lost);
    expect(all).not.toContain(old);
    // a few of them are seen, in the place of their last change
    const early = rig();
    const before = await early.put(ANNA);
    const ahead = await early.put(BERT, -YEAR, { updated_at: new Date(early.clock.now).toISOString() });
    const after = await early.put(ANNA);
    expect(await early.newest(5)).toEqual([after, ahead, before]);
  });

  it('are gathered again after a failure, with what has changed since', async () => {
    const { put, newest, all, fail } = rig();
    await put(ANNA);
    fail(true);
    await expect(newest(10)).rejects.toThrow('away');
    await put(BERT);
    fail(false);
    expect(await newest(10)).toEqual(await all());
    await put(BERT);
    expect(await newest(10)).toEqual(await all());
  });

  it('know what lands while they are gathered', async () => {
    const { put, trash, newest, all } = rig();
    const gone = await put(ANNA);
    await put(BERT);
    const first = newest(10);
    await trash.trash(ANNA, 'generated', gone);
    const added = await put(ANNA);
    await first;
    const now = await newest(10);
    expect(now).toEqual(await all());
    expect(now).toContain(added);
    expect(now).not.toContain(gone);
  });
});
