import { expect, it } from 'vitest';
import type { Entry, ListQuery } from '../../src/catalog/catalog.ts';
import { dayOf } from '../../src/domain/day.ts';
import {
  ALICE,
  BOB,
  type CatalogRig,
  change,
  ids,
  jsonOf,
  ownersOf,
  pictureOf,
  put,
  putMany,
  query,
  START,
  trashed,
} from './catalog-rig.ts';

type WithRig = (test: (rig: CatalogRig) => Promise<void>) => () => Promise<void>;

async function walk(rig: CatalogRig, first: ListQuery): Promise<Entry[][]> {
  const pages: Entry[][] = [];
  let next: ListQuery | undefined = first;
  while (next !== undefined) {
    const page = await rig.catalog.list(next);
    pages.push([...page.entries]);
    next = page.next === null ? undefined : { ...first, at: { after: page.next } };
    if (pages.length > 100) throw new Error('the pages never end');
  }
  return pages;
}

export function listTests(withRig: WithRig): void {
  it(
    'an unknown owner is an empty one',
    withRig(async ({ catalog }) => {
      expect(await catalog.list(query())).toMatchObject({
        entries: [],
        total: 0,
        totalRelation: 'eq',
        next: null,
      });
      expect(await catalog.lookup(ALICE, pictureOf(ALICE, 1).id)).toBeUndefined();
      expect(await catalog.findBySha256(ALICE, 'generated', 'ab'.repeat(32))).toBeUndefined();
      expect(await catalog.findByIdem(ALICE, '0123456789abcdef', 0)).toBeUndefined();
      expect((await catalog.version(ALICE)).seq).toBe(0);
      expect(await ownersOf(catalog)).toEqual([]);
    }),
  );

  it(
    'pages are newest first, the last is short and has no next',
    withRig(async (rig) => {
      const all = (await putMany(rig, ALICE, 25)).map((record) => record.id).reverse();
      const first = await rig.catalog.list(query());
      expect(ids(first.entries)).toEqual(all.slice(0, 10));
      expect(first).toMatchObject({ total: 25, totalRelation: 'eq' });
      expect(first.next).toEqual({ time: START + 16 * 60_000, id: all[9] });
      const last = await rig.catalog.list(query({ at: { page: 3 } }));
      expect(ids(last.entries)).toEqual(all.slice(20));
      expect(last).toMatchObject({ total: 25, next: null });
    }),
  );

  it(
    'entries that are given back change nothing of what others hold or ask for',
    withRig(async ({ catalog, ...rig }) => {
      const records = await putMany({ catalog, ...rig }, ALICE, 24);
      const texts = records.map(({ prompt }) => prompt).reverse();
      const held = await catalog.list(query({ size: 24 }));
      const textsOf = (entries: readonly Entry[]) => entries.map((entry) => entry.record().prompt);
      for (const size of [5, 7, 5, 8, 24, 5]) {
        const pages = Array.from({ length: Math.ceil(24 / size) }, (_, n) => n + 1);
        const answers = pages.map(async (page) => {
          const { entries } = await catalog.list(query({ size, at: { page } }));
          const shown = entries.map((entry) => JSON.parse(Buffer.from(entry.publicJson).toString('utf8')));
          for (const entry of entries) entry.release?.();
          return shown.map(({ prompt }) => prompt);
        });
        expect((await Promise.all(answers)).flat()).toEqual(texts);
      }
      expect(textsOf(held.entries)).toEqual(texts);
      for (const entry of held.entries) entry.release?.();
      expect(textsOf((await catalog.list(query({ size: 24 }))).entries)).toEqual(texts);
    }),
  );

  it(
    'a full last page has no next, and a page past the end is empty',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 20);
      expect((await rig.catalog.list(query({ at: { page: 2 } }))).next).toBeNull();
      expect(await rig.catalog.list(query({ at: { page: 3 } }))).toMatchObject({
        entries: [],
        total: 20,
        next: null,
      });
      expect((await rig.catalog.list(query({ at: { page: 1_000_000 } }))).entries).toEqual([]);
    }),
  );

  it(
    'oldest is newest backwards, by page and by cursor',
    withRig(async (rig) => {
      const all = (await putMany(rig, ALICE, 7)).map((record) => record.id);
      const oldest = query({ order: 'oldest', size: 3 });
      expect(ids((await rig.catalog.list({ ...oldest, at: { page: 2 } })).entries)).toEqual(all.slice(3, 6));
      expect((await walk(rig, oldest)).map(ids)).toEqual([all.slice(0, 3), all.slice(3, 6), all.slice(6)]);
      expect((await walk(rig, query({ size: 3 }))).flatMap(ids)).toEqual([...all].reverse());
    }),
  );

  it(
    'pictures of the same time are ordered by id, and cursors fall between them',
    withRig(async (rig) => {
      const created_at = new Date(START).toISOString();
      for (const n of [3, 1, 5, 2, 4]) await put(rig, pictureOf(ALICE, n, { created_at }));
      const expected = [5, 4, 3, 2, 1].map((n) => pictureOf(ALICE, n).id);
      expect((await walk(rig, query({ size: 2 }))).flatMap(ids)).toEqual(expected);
      expect((await walk(rig, query({ size: 1, order: 'oldest' }))).flatMap(ids)).toEqual(expected.reverse());
    }),
  );

  it(
    'pictures that arrive late find their place by created_at, not by arrival',
    withRig(async (rig) => {
      for (const n of [5, 1, 4, 2, 3]) await put(rig, pictureOf(ALICE, n));
      const expected = [5, 4, 3, 2, 1].map((n) => pictureOf(ALICE, n).id);
      expect(ids((await rig.catalog.list(query())).entries)).toEqual(expected);
    }),
  );

  it(
    'a cursor neither repeats nor skips when pictures come and go in between',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 6);
      const first = await rig.catalog.list(query({ size: 3 }));
      if (first.next === null) throw new Error('there must be more');
      await put(rig, pictureOf(ALICE, 50));
      const gone = pictureOf(ALICE, 4);
      await rig.catalog.commit(ALICE, change(gone, trashed, 'trash'));
      await rig.catalog.commit(ALICE, { op: 'purge', kind: 'generated', id: gone.id });
      const second = await rig.catalog.list(query({ size: 3, at: { after: first.next } }));
      expect(ids(second.entries)).toEqual([3, 2, 1].map((n) => pictureOf(ALICE, n).id));
      expect(second).toMatchObject({ total: 6, next: null });
    }),
  );

  it(
    'total counts everything that matches, wherever the page is',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 9);
      const first = await rig.catalog.list(query({ size: 2 }));
      if (first.next === null) throw new Error('there must be more');
      expect(await rig.catalog.list(query({ size: 2, at: { after: first.next } }))).toMatchObject({
        total: 9,
      });
    }),
  );

  it(
    'from is inclusive, to is exclusive, and both count',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 9);
      const at = (n: number) => START + n * 60_000;
      const page = await rig.catalog.list(query({ from: at(3), to: at(6) }));
      expect(ids(page.entries)).toEqual([5, 4, 3].map((n) => pictureOf(ALICE, n).id));
      expect(page).toMatchObject({ total: 3, next: null });
      expect(await rig.catalog.list(query({ from: at(7) }))).toMatchObject({ total: 3 });
      expect(await rig.catalog.list(query({ to: at(2) }))).toMatchObject({ total: 1 });
      expect(await rig.catalog.list(query({ from: at(6), to: at(6) }))).toMatchObject({
        total: 0,
        next: null,
      });
      const narrow = query({ from: at(2), to: at(8), size: 2, order: 'oldest' });
      expect((await walk(rig, narrow)).flatMap(ids)).toEqual(
        [2, 3, 4, 5, 6, 7].map((n) => pictureOf(ALICE, n).id),
      );
    }),
  );

  it(
    'favorite asks for either, and follows edits',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 5);
      const chosen = pictureOf(ALICE, 2);
      await rig.catalog.commit(
        ALICE,
        change(chosen, (current) => ({ ...current, favorite: true })),
      );
      const favorites = await rig.catalog.list(query({ favorite: true }));
      expect(ids(favorites.entries)).toEqual([chosen.id]);
      expect(favorites.total).toBe(1);
      expect(await rig.catalog.list(query({ favorite: false }))).toMatchObject({ total: 4 });
      expect(await rig.catalog.list(query())).toMatchObject({ total: 5 });
    }),
  );

  it(
    'status and kind each show only their own',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 3);
      await put(rig, pictureOf(ALICE, 4, { kind: 'input' }));
      await put(rig, pictureOf(ALICE, 5, { kind: 'control' }));
      await rig.catalog.commit(ALICE, change(pictureOf(ALICE, 2), trashed, 'trash'));
      const seen = async (over: Partial<ListQuery>) => ids((await rig.catalog.list(query(over))).entries);
      const [one, two, three, four, five] = [1, 2, 3, 4, 5].map((n) => pictureOf(ALICE, n).id);
      expect(await seen({})).toEqual([three, one]);
      expect(await seen({ status: 'trash' })).toEqual([two]);
      expect(await seen({ kind: 'input' })).toEqual([four]);
      expect(await seen({ kind: 'control' })).toEqual([five]);
      expect(await seen({ kind: 'control', status: 'trash' })).toEqual([]);
    }),
  );

  it(
    'find sees one kind, lookup every kind, neither another owner',
    withRig(async (rig) => {
      const input = pictureOf(ALICE, 1, { kind: 'input' });
      await put(rig, input);
      expect((await rig.catalog.find(ALICE, 'input', input.id))?.id).toBe(input.id);
      expect(await rig.catalog.find(ALICE, 'generated', input.id)).toBeUndefined();
      expect((await rig.catalog.lookup(ALICE, input.id))?.kind).toBe('input');
      expect(await rig.catalog.lookup(BOB, input.id)).toBeUndefined();
      expect(await rig.catalog.find(BOB, 'input', input.id)).toBeUndefined();
    }),
  );

  it(
    'owners are apart: the same id, lists, versions',
    withRig(async (rig) => {
      await put(rig, pictureOf(ALICE, 1));
      await put(rig, pictureOf(BOB, 1, { prompt: 'of bob' }));
      const before = await rig.catalog.version(ALICE);
      await put(rig, pictureOf(BOB, 2));
      expect(await rig.catalog.version(ALICE)).toEqual(before);
      expect(await rig.catalog.list(query())).toMatchObject({ total: 1 });
      expect(jsonOf(await rig.catalog.lookup(BOB, pictureOf(BOB, 1).id))).toMatchObject({ prompt: 'of bob' });
      expect(await ownersOf(rig.catalog)).toEqual([ALICE, BOB].sort());
    }),
  );

  it(
    'an entry has what a URL needs, and its JSON has everything but the private members',
    withRig(async (rig) => {
      const { extra: _none, ...plain } = pictureOf(ALICE, 1);
      const unknown = { flavour: { idem: 'nested', list: [1, 'two', null] }, 7: 'seven' };
      const privates = {
        idem: '0123456789abcdef',
        adopted_from: { name: '고"양\\이.png', inode: '42', size: 3, mtime: 1.5 },
      };
      const day = dayOf(Date.UTC(2026, 5, 2));
      const record = {
        ...plain,
        ...privates,
        extra: unknown,
        mime: 'image/jpeg' as const,
        ext: 'jpeg' as const,
        day,
        thumb: `thumb/${plain.id}.jpg`,
        thumb_v: 3,
      };
      const { entry, outcome } = await put(rig, record);
      expect(outcome).toBe('committed');
      for (const seen of [entry, await rig.catalog.lookup(ALICE, record.id)]) {
        expect(seen).toMatchObject({ owner: ALICE, kind: 'generated', id: record.id, status: 'active' });
        expect(seen).toMatchObject({ day, ext: 'jpeg', thumb: 'jpg', thumbV: 3, createdAt: START + 60_000 });
        const { idem: _idem, adopted_from: _from, extra: _extra, ...told } = record;
        expect(jsonOf(seen)).toEqual({ ...told, ...unknown });
        expect(seen?.record()).toEqual(record);
        expect(seen?.seq).toBe((await rig.catalog.version(ALICE)).seq);
      }
    }),
  );

  it(
    'a record without a thumbnail has none',
    withRig(async (rig) => {
      const record = pictureOf(ALICE, 1, { thumb: null, thumb_v: 0, thumb_bytes: 0 });
      expect((await put(rig, record)).entry).toMatchObject({ thumb: null, thumbV: 0, ext: 'png' });
      expect(await rig.catalog.lookup(ALICE, record.id)).toMatchObject({ thumb: null, day: '2026/06/01' });
    }),
  );

  it(
    'facets hold together, with everything else that is asked',
    withRig(async (rig) => {
      await put(rig, pictureOf(ALICE, 1, { model: 'flux', tags: ['cat', '고양이'] }));
      await put(rig, pictureOf(ALICE, 2, { model: 'flux', tags: ['dog'], favorite: true }));
      await put(rig, pictureOf(ALICE, 3, { model: 'sdxl', tags: ['cat'], favorite: true }));
      const seen = async (over: Partial<ListQuery>) => ids((await rig.catalog.list(query(over))).entries);
      const [one, two, three] = [1, 2, 3].map((n) => pictureOf(ALICE, n).id);
      const flux = { facet: 'model', value: 'flux' } as const;
      const cat = { facet: 'tag', value: 'cat' } as const;
      expect(await seen({ facets: [flux] })).toEqual([two, one]);
      expect(await seen({ facets: [flux, cat] })).toEqual([one]);
      expect(await seen({ facets: [cat], favorite: true })).toEqual([three]);
      expect(await seen({ facets: [{ facet: 'tag', value: 'Cat' }] })).toEqual([]);
      expect(await seen({ facets: [cat, { facet: 'tag', value: '고양이' }] })).toEqual([one]);
      expect(await seen({ facets: [flux], from: START + 2 * 60_000 })).toEqual([two]);
      const tag = { by: 'facet', facet: 'tag', text: 'cat', whole: true, negated: true } as const;
      expect(await seen({ terms: [tag] })).toEqual([two]);
    }),
  );

  it(
    'facets count each value once a picture, the most frequent first',
    withRig(async (rig) => {
      await put(
        rig,
        pictureOf(ALICE, 1, { tags: ['b', 'a'], model: 'flux', prompt: '<lora:ink:1> <lora:ink:2>' }),
      );
      await put(
        rig,
        pictureOf(ALICE, 2, { tags: ['a'], model: null, loras: [{ name: 'ink' }, { name: 'wash' }] }),
      );
      await put(rig, pictureOf(ALICE, 3, { tags: ['c'], status: 'trash' }));
      const { total, facets } = await rig.catalog.facets(query(), 1);
      expect(total).toBe(2);
      expect(facets.tag).toEqual({ values: [{ value: 'a', count: 2 }], distinct: 2 });
      expect(facets.lora).toEqual({ values: [{ value: 'ink', count: 2 }], distinct: 2 });
      expect(facets.model).toEqual({ values: [{ value: 'flux', count: 1 }], distinct: 1 });
      expect(facets.generator).toEqual({ values: [], distinct: 0 });
    }),
  );

  it(
    'a timeline has the days that have pictures, oldest first',
    withRig(async (rig) => {
      for (const n of [1, 2, 1_500, 4_400, 4_401]) await put(rig, pictureOf(ALICE, n));
      const { days } = await rig.catalog.timeline(query(), (time) => {
        const start = Math.floor(time / 86_400_000) * 86_400_000;
        return { date: new Date(start).toISOString().slice(0, 10), start, end: start + 86_400_000 };
      });
      expect(days).toEqual([
        { date: '2026-06-01', count: 2 },
        { date: '2026-06-02', count: 1 },
        { date: '2026-06-04', count: 2 },
      ]);
    }),
  );
}
