import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { silentLog } from '../../../src/domain/log.ts';
import type { Owner } from '../../../src/domain/owner.ts';
import { lastActivityOf, useByKind } from '../../../src/services/owner-numbers.ts';
import { createOwnerSummaries, type Summaries } from '../../../src/services/owner-summaries.ts';
import type { KeptSummary, SummaryStore } from '../../../src/services/owner-summary-file.ts';
import { hexIdOf, idOf } from '../../support/ids.ts';
import { recordShelf } from '../../support/library.ts';
import { ANNA, BERT, NOON, owner } from '../../support/services.ts';

const MINUTE = 60_000;

/** A catalog whose owners' manifests are the times of their last changes; and processes that come and go over it. */
function rig() {
  const clock = { now: NOON };
  const now = () => clock.now;
  const bare = createMemoryCatalog({ now, epoch: '0123456789abcdef' });
  const written = new Map<Owner, { text: string; mtime: number }>();
  let file: KeptSummary[] = [];
  bare.onChange(({ owner, version }) => {
    written.set(owner, { text: `${version.epoch}-${version.seq}`, mtime: clock.now });
  });
  const counts: Owner[] = [];
  const broken = new Set<Owner>();
  const loaded = new Set<Owner>();
  let held: Promise<void> = Promise.resolve();
  const catalog: Catalog = {
    ...bare,
    async usage(owner) {
      counts.push(owner);
      if (broken.has(owner)) throw new Error('unreadable');
      loaded.add(owner);
      return bare.usage(owner);
    },
    peekVersion: (owner) => (loaded.has(owner) ? bare.peekVersion(owner) : undefined),
  };
  const store: SummaryStore = {
    stamp: async (owner) => written.get(owner),
    async *read() {
      await held;
      yield* file;
    },
    async write(summaries) {
      file = [...summaries];
    },
  };
  return {
    clock,
    catalog,
    counts,
    broken,
    loaded,
    /** The file is not read before the function that it gives is called. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    inFile: () => file.map(({ owner: name }) => name).sort(),
    begin: () => createOwnerSummaries({ catalog, store, log: silentLog, now }),
    /** Who was counted since this was last asked. */
    counted: () => counts.splice(0).sort(),
  };
}

const activeOf = ({ of }: Summaries, name: Owner) => {
  const counted = of.get(name);
  return counted === undefined ? undefined : useByKind(counted.numbers, 'active').generated.count;
};

describe('summaries of owners', () => {
  it('count everybody once, and then who changes', async () => {
    const { catalog, clock, begin, counted } = rig();
    const anna = recordShelf(catalog, ANNA, '2026-11-01T00:00:00.000Z');
    const bert = recordShelf(catalog, BERT, '2026-11-01T00:00:00.000Z');
    await anna({ bytes: 1000, thumb_bytes: 10 });
    await anna({ bytes: 500, thumb_bytes: 5, status: 'trash' });
    await bert({ kind: 'input', bytes: 7, thumb_bytes: 1 });
    const summaries = begin();
    const first = await summaries.all();
    expect([first.pending, counted()]).toEqual([0, [ANNA, BERT]]);
    const numbers = first.of.get(ANNA)?.numbers ?? new Float64Array(0);
    expect(lastActivityOf(numbers)).toBe(NOON);
    expect(useByKind(numbers, 'active').generated).toEqual({ count: 1, bytes: 1000, thumbBytes: 10 });
    expect(useByKind(numbers, 'trash').generated).toEqual({ count: 1, bytes: 500, thumbBytes: 5 });
    const { revision } = first;
    expect((await summaries.all()).revision).toBe(revision);
    expect(counted()).toEqual([]);

    clock.now += MINUTE;
    await anna();
    await anna();
    await recordShelf(catalog, owner('cara'), '2026-11-01T00:00:00.000Z')({ id: idOf(50) });
    const second = await summaries.all();
    expect([activeOf(second, ANNA), activeOf(second, owner('cara'))]).toEqual([3, 1]);
    expect(second.revision).not.toBe(revision);
    expect(counted()).toEqual([ANNA, owner('cara')]);
    await summaries.close();
  });

  it('of another process are believed for manifests that have not changed, and were still', async () => {
    const { catalog, clock, loaded, begin, counted, inFile } = rig();
    const shelves = new Map([ANNA, BERT, owner('cara')].map((name) => [name, shelf(name)]));
    function shelf(name: Owner) {
      return recordShelf(catalog, name, '2026-11-01T00:00:00.000Z');
    }
    for (const put of shelves.values()) await put();
    clock.now += 2 * MINUTE;
    const former = begin();
    await former.all();
    await shelves.get(owner('cara'))?.();
    await former.close();
    // cara's line may have been on its way: whoever comes next counts again
    expect(inFile()).toEqual([ANNA, BERT]);
    await shelves.get(BERT)?.();
    loaded.clear();
    counted();

    const later = begin();
    const all = await later.all();
    expect(counted()).toEqual([BERT, owner('cara')]);
    expect([activeOf(all, ANNA), activeOf(all, BERT), activeOf(all, owner('cara'))]).toEqual([1, 2, 2]);
    await later.close();
  });

  it('say from the first moment who there is, and of whom nothing is known yet', async () => {
    const { catalog, begin, hold } = rig();
    await recordShelf(catalog, ANNA, '2026-11-01T00:00:00.000Z')();
    await recordShelf(catalog, BERT, '2026-11-01T00:00:00.000Z')({ id: idOf(9) });
    const go = hold();
    const summaries = begin();
    const early = await summaries.all();
    expect([[...early.of.keys()], early.pending]).toEqual([[ANNA, BERT], 2]);
    go();
    await summaries.counted();
    expect((await summaries.all()).pending).toBe(0);
    await summaries.close();
  });

  it('are written by a process that only counted', async () => {
    const { catalog, clock, begin, counted, inFile } = rig();
    await recordShelf(catalog, ANNA, '2026-11-01T00:00:00.000Z')();
    const unasked = begin();
    await unasked.close();
    expect([inFile(), counted()]).toEqual([[], []]);
    clock.now += 2 * MINUTE;
    const asked = begin();
    await asked.counted();
    await asked.close();
    expect(inFile()).toEqual([ANNA]);
  });

  it('say who could not be counted, and try again', async () => {
    const { catalog, broken, begin } = rig();
    await recordShelf(catalog, ANNA, '2026-11-01T00:00:00.000Z')();
    await recordShelf(catalog, BERT, '2026-11-01T00:00:00.000Z')({ id: idOf(9) });
    broken.add(BERT);
    const summaries = begin();
    const partly = await summaries.all();
    expect([partly.pending, activeOf(partly, ANNA), partly.of.get(BERT)]).toEqual([1, 1, undefined]);
    broken.clear();
    const all = await summaries.all();
    expect([all.pending, activeOf(all, BERT)]).toEqual([0, 1]);
    await summaries.close();
  });

  it('fail where nobody knows who there is, and try again', async () => {
    const { catalog, begin } = rig();
    await recordShelf(catalog, ANNA, '2026-11-01T00:00:00.000Z')();
    let isBroken = true;
    const { owners } = catalog;
    Object.assign(catalog, {
      async *owners() {
        if (isBroken) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        yield* owners();
      },
    });
    const summaries = begin();
    await expect(summaries.all()).rejects.toMatchObject({ code: 'io_error' });
    isBroken = false;
    expect(activeOf(await summaries.all(), ANNA)).toBe(1);
    await summaries.close();
  });

  it('are of the index as it is, also when it was made again', async () => {
    const { catalog, clock, begin, counted } = rig();
    await recordShelf(catalog, ANNA, '2026-11-01T00:00:00.000Z')();
    const summaries = begin();
    await summaries.all();
    counted();
    Object.assign(catalog, { peekVersion: () => ({ epoch: 'fedcba9876543210', seq: 1 }) });
    clock.now += 2 * MINUTE;
    await summaries.all();
    await summaries.counted();
    expect(counted()).toEqual([ANNA]);
    await summaries.close();
  });

  it('lose who is gone', async () => {
    const { catalog, clock, begin } = rig();
    await recordShelf(catalog, ANNA, '2026-11-01T00:00:00.000Z')();
    const bert = recordShelf(catalog, BERT, '2026-11-01T00:00:00.000Z');
    const id = await bert({ id: hexIdOf(1) });
    const summaries = begin();
    expect([...(await summaries.all()).of.keys()]).toEqual([ANNA, BERT]);
    await catalog.commit(BERT, { op: 'purge', kind: 'generated', id });
    await summaries.all();
    clock.now += 2 * MINUTE;
    await summaries.all();
    await summaries.counted();
    expect([...(await summaries.all()).of.keys()]).toEqual([ANNA]);
    await summaries.close();
  });
});
