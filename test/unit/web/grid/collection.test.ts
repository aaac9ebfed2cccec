import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Item, Selection } from '../../../../web/src/api/types.ts';
import { createCollection } from '../../../../web/src/grid/collection.ts';
import type { Collection } from '../../../../web/src/grid/collection-types.ts';
import type { PageParams, Source } from '../../../../web/src/grid/source.ts';
import { createPicks } from '../../../../web/src/picks/create-picks.ts';
import { dayOfPictures, picture } from './pictures.ts';

const dayOf = (time: string) => time.slice(0, 10);
const never = new AbortController().signal;

/** A server with these pictures, newest first. */
function serverOf(pictures: Item[]) {
  let seq = 1;
  const asked: PageParams[] = [];
  const source: Source = {
    async count() {
      const counts = new Map<string, number>();
      for (const { created_at } of pictures)
        counts.set(dayOf(created_at), (counts.get(dayOf(created_at)) ?? 0) + 1);
      const days = [...counts].map(([date, count]) => ({ date, count }));
      return { days, version: { epoch: 'e', seq } };
    },
    async page(params, signal) {
      signal.throwIfAborted();
      asked.push(params);
      const { from = '', to = '9999', size = '24', page = '1' } = params;
      const own = pictures.filter(({ created_at }) => {
        const isAfter = from.length === 10 ? dayOf(created_at) >= from : created_at >= from;
        return isAfter && dayOf(created_at) <= to;
      });
      const start = (Number(page) - 1) * Number(size);
      return { items: own.slice(start, start + Number(size)), total: own.length };
    },
  };
  return {
    source,
    asked,
    add(item: Item) {
      seq += 1;
      pictures.unshift(item);
      return { epoch: 'e', seq };
    },
    remove(id: string) {
      seq += 1;
      pictures.splice(
        pictures.findIndex((one) => one.id === id),
        1,
      );
      return { epoch: 'e', seq };
    },
  };
}

const THIRD = dayOfPictures('2026-03-03', 30);
const SECOND = dayOfPictures('2026-03-02', 350);
const FIRST = dayOfPictures('2026-03-01', 20);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function begin(selection: Selection = {}) {
  const pictures = [...THIRD, ...SECOND, ...FIRST];
  const server = serverOf(pictures);
  const { source } = server;
  const list = createCollection({ family: 'images', selection, source, picks: createPicks(dayOf), dayOf });
  list.start();
  await settled();
  return { list, server };
}
const settled = () => vi.advanceTimersByTimeAsync(1_000);
const ids = (list: Collection) =>
  list.chunks.flatMap(({ items, count }) => items?.map(({ id }) => id) ?? Array(count).fill('?'));

describe('a list', () => {
  it('knows how many there are, and has the first page, when it begins', async () => {
    const { list, server } = await begin();
    expect(list).toMatchObject({ isReady: true, total: 400 });
    expect(server.asked).toEqual([{ size: '100' }]);
    expect(ids(list).slice(0, 31)).toEqual([...THIRD.map(({ id }) => id), '?']);
  });

  it('loads what is wanted, and small days together', async () => {
    const { list, server } = await begin();
    list.want(0, list.chunks.length);
    await settled();
    expect(ids(list)).toEqual([...THIRD, ...SECOND, ...FIRST].map(({ id }) => id));
    expect(server.asked.length).toBe(1 + 4 + 1);
  });

  it('finds any picture by its place, and the place of any picture', async () => {
    const { list } = await begin();
    const wanted = SECOND[222];
    expect((await list.itemAt(252, never))?.id).toBe(wanted?.id);
    expect(await list.itemAt(400, never)).toBeUndefined();
    const other = SECOND[333];
    if (other === undefined) throw new Error('no picture');
    expect(list.peekIndexOf(other.id)).toBe(-1);
    expect(await list.indexOf(other, never)).toBe(363);
    expect(await list.indexOf(picture('nobody', other.created_at), never)).toBe(-1);
  });

  it('gives all pictures between two places in order, loaded or not', async () => {
    const { list } = await begin();
    const found: string[] = [];
    for await (const items of list.pictures(25, 385, never)) found.push(...items.map(({ id }) => id));
    expect(found).toEqual([...THIRD, ...SECOND, ...FIRST].slice(25, 385).map(({ id }) => id));
  });
});

describe('a first page that was there before the list', () => {
  const early = [...THIRD, ...SECOND].slice(0, 100);
  async function beginWith(seq: number) {
    const server = serverOf([...THIRD, ...SECOND, ...FIRST]);
    const takeFirstPage = vi.fn(() => ({ items: early, version: { epoch: 'e', seq } }));
    const { source } = server;
    const picks = createPicks(dayOf);
    const list = createCollection({ family: 'images', selection: {}, source, picks, dayOf, takeFirstPage });
    list.start();
    await settled();
    expect(takeFirstPage).toHaveBeenCalledOnce();
    return { list, server };
  }

  it('is not asked for again', async () => {
    const { list, server } = await beginWith(1);
    expect(server.asked).toEqual([]);
    expect(ids(list).slice(0, 31)).toEqual([...THIRD.map(({ id }) => id), '?']);
  });

  it.each([0, 2])('is asked for again where the counts are of another moment', async (seq) => {
    const { list, server } = await beginWith(seq);
    expect(server.asked).toEqual([{ size: '100' }]);
    expect(ids(list).slice(0, 30)).toEqual(THIRD.map(({ id }) => id));
  });
});

describe('what happens elsewhere', () => {
  const fresh = picture('zz', '2026-03-03T12:00:00.000Z');

  it('is put in its place, once, however often it is told', async () => {
    const { list, server } = await begin();
    const version = server.add(fresh);
    list.apply([{ op: 'in', item: fresh, version }]);
    list.apply([{ op: 'in', item: fresh, version }]);
    await settled();
    expect(list.total).toBe(401);
    expect(list.peek(0)?.id).toBe('zz');
  });

  it('is told once, however much comes together', async () => {
    const { list, server } = await begin();
    const told = vi.fn();
    list.subscribe(told);
    const many = Array.from({ length: 60 }, (_, at) => picture(`z${at}`, '2026-03-03T12:00:00.000Z'));
    list.apply(many.map((item) => ({ op: 'in', item, version: server.add(item) })));
    expect(told).toHaveBeenCalledTimes(1);
    expect(list.total).toBe(460);
    list.remove(many);
    told.mockClear();
    list.putBack(many);
    expect(told).toHaveBeenCalledTimes(1);
    expect(list.total).toBe(460);
  });

  it('is not counted twice when the days were counted after it', async () => {
    const { list, server } = await begin();
    const item = picture('old', '2026-03-01T12:00:00.000Z');
    list.apply([{ op: 'in', item, version: { epoch: 'e', seq: 1 } }]);
    await settled();
    expect(list.total).toBe(400);
    expect(server.asked.length).toBe(1);
  });

  it('is asked about where it is not known in which run it belongs', async () => {
    const { list, server } = await begin();
    const gone = SECOND[200]?.id ?? '';
    const version = server.remove(gone);
    list.apply([{ op: 'out', id: gone, createdAt: SECOND[200]?.created_at, version }]);
    await settled();
    expect(list.total).toBe(399);
  });

  it('is loaded anew without anything on view going away, when it cannot be told what it was', async () => {
    const { list, server } = await begin();
    list.want(0, 2);
    await settled();
    const seen = new Set<string>();
    list.subscribe(() => seen.add(ids(list).slice(0, 100).includes('?') ? 'gap' : 'whole'));
    server.remove(THIRD[3]?.id ?? '');
    server.add(fresh);
    list.reset();
    await settled();
    expect(list.total).toBe(400);
    expect(list.peek(0)?.id).toBe('zz');
    expect(list.peekIndexOf(THIRD[3]?.id ?? '')).toBe(-1);
    expect(seen).toEqual(new Set(['whole']));
  });

  it('is asked of the server where pictures are searched for', async () => {
    const { list, server } = await begin({ q: 'cat' });
    const version = server.add(fresh);
    list.apply([{ op: 'in', item: fresh, version }]);
    expect(list.total).toBe(400);
    await settled();
    expect(list.total).toBe(401);
  });
});

describe('what is taken out before the server did it', () => {
  it('is not taken out again by the event, and comes back to its place', async () => {
    const { list, server } = await begin();
    const gone = THIRD[4];
    if (gone === undefined) throw new Error('no picture');
    expect(list.remove([gone])).toBe(true);
    expect(list.total).toBe(399);
    list.apply([{ op: 'out', id: gone.id, createdAt: gone.created_at, version: server.remove(gone.id) }]);
    await settled();
    expect(list.total).toBe(399);
    list.putBack([gone]);
    expect(list.peek(4)?.id).toBe(gone.id);
    expect(list.total).toBe(400);
  });

  it('is there when the server says so, though a count that was on its way did not have it yet', async () => {
    const { list, server } = await begin();
    list.want(0, 2);
    await settled();
    const gone = THIRD[4];
    if (gone === undefined) throw new Error('no picture');
    list.remove([gone]);
    list.apply([{ op: 'out', id: gone.id, createdAt: gone.created_at, version: server.remove(gone.id) }]);
    list.refresh();
    list.putBack([gone]);
    await settled();
    expect(list.total).toBe(399);
    list.apply([{ op: 'in', item: gone, version: server.add(gone) }]);
    expect(list.peek(4)?.id).toBe(gone.id);
    expect(list.total).toBe(400);
  });

  it('is gone when the server says so, though a count that was on its way still had it', async () => {
    const { list, server } = await begin();
    list.want(0, 2);
    await settled();
    const gone = THIRD[4];
    if (gone === undefined) throw new Error('no picture');
    list.refresh();
    list.remove([gone]);
    await settled();
    expect(list.total).toBe(400);
    list.apply([{ op: 'out', id: gone.id, createdAt: gone.created_at, version: server.remove(gone.id) }]);
    expect(list.total).toBe(399);
    expect(list.peekIndexOf(gone.id)).toBe(-1);
  });

  it('moves no page of what is loaded later', async () => {
    const { list, server } = await begin();
    list.want(0, 2);
    await settled();
    const gone = SECOND[10];
    if (gone === undefined) throw new Error('no picture');
    list.remove([gone]);
    list.apply([{ op: 'out', id: gone.id, createdAt: gone.created_at, version: server.remove(gone.id) }]);
    list.want(1, list.chunks.length);
    await settled();
    const left = [...THIRD, ...SECOND, ...FIRST].filter(({ id }) => id !== gone.id);
    expect(ids(list)).toEqual(left.map(({ id }) => id));
  });
});
