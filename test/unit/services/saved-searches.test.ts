import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import type { Owner } from '../../../src/domain/owner.ts';
import { createIdSource } from '../../../src/services/ids.ts';
import { createSavedSearches, MAX_SEARCHES } from '../../../src/services/saved-searches.ts';
import { createMemoryStateStore } from '../../../src/state/memory-state-store.ts';
import { asOwner } from '../../support/ids.ts';
import { recordShelf } from '../../support/library.ts';
import { ANNA, BERT, countingRandom, failureOf, NOON } from '../../support/services.ts';

const GUEST = asOwner(`anon-${'0'.repeat(32)}`);
const QUERY = { q: '고양이', tag: ['final'] };

let now: number;
let there: boolean;
let state: ReturnType<typeof createMemoryStateStore>;
let catalog: ReturnType<typeof createMemoryCatalog>;
let searches: ReturnType<typeof createSavedSearches>;
beforeEach(() => {
  now = NOON;
  there = true;
  state = createMemoryStateStore();
  catalog = createMemoryCatalog({ now: () => now });
  searches = createSavedSearches({
    state,
    catalog,
    ids: createIdSource(countingRandom()),
    now: () => now,
    present: async () => there,
  });
});

const names = async (owner: Owner) => (await searches.list(owner)).map(({ name }) => name);

describe('a saved search', () => {
  it('is kept in the owner’s document, beside whatever else is there', async () => {
    await state.updateOwner(ANNA, () => ({ quota: { max_bytes: 5 } }));
    const saved = await searches.create(ANNA, { name: ' 고양이\n 모음 ', query: QUERY });
    expect(saved).toEqual({
      id: expect.stringMatching(/^[0-7][0-9a-z]{25}$/),
      name: '고양이 모음',
      query: QUERY,
      created_at: '2026-11-21T12:00:00.000Z',
      updated_at: '2026-11-21T12:00:00.000Z',
    });
    expect(await state.readOwner(ANNA)).toEqual({ quota: { max_bytes: 5 }, searches: [saved] });
    expect(await searches.list(ANNA)).toEqual([saved]);
    expect(await searches.list(BERT)).toEqual([]);
  });

  it('gets another name, other parameters, or goes', async () => {
    const first = await searches.create(ANNA, { name: 'one', query: QUERY });
    const second = await searches.create(ANNA, { name: 'two', query: {} });
    now += 1000;
    const changed = await searches.change(ANNA, first.id, { name: 'uno' });
    expect(changed).toEqual({ ...first, name: 'uno', updated_at: '2026-11-21T12:00:01.000Z' });
    await searches.change(ANNA, second.id, { query: { q: 'dog' } });
    expect(await searches.list(ANNA)).toMatchObject([
      { name: 'uno', query: QUERY },
      { name: 'two', query: { q: 'dog' } },
    ]);
    await searches.remove(ANNA, first.id);
    expect(await names(ANNA)).toEqual(['two']);
  });

  it('of somebody else, or of nobody, is unknown, and nothing is written about it', async () => {
    const { id } = await searches.create(ANNA, { name: 'one', query: {} });
    const failures = [
      searches.remove(BERT, id),
      searches.change(BERT, id, { name: 'mine' }),
      searches.remove(ANNA, 'nonsense'),
      searches.change(ANNA, 'nonsense', { name: 'x' }),
    ];
    for (const failure of await Promise.all(failures.map(failureOf))) {
      expect(failure).toMatchObject({ code: 'not_found' });
    }
    expect(await state.readOwner(BERT)).toBeUndefined();
    expect(await names(ANNA)).toEqual(['one']);
  });

  it('has a name of its own', async () => {
    const one = await searches.create(ANNA, { name: 'one', query: {} });
    const two = await searches.create(ANNA, { name: 'two', query: {} });
    const taken = { code: 'invalid_parameter', details: { field: 'name' } };
    expect(await failureOf(searches.create(ANNA, { name: ' one', query: {} }))).toMatchObject(taken);
    expect(await failureOf(searches.change(ANNA, two.id, { name: 'one' }))).toMatchObject(taken);
    expect((await searches.change(ANNA, one.id, { name: 'one', query: QUERY })).query).toEqual(QUERY);
    await searches.create(BERT, { name: 'one', query: {} });
  });

  it.each(['', '  ', '\u0000\u200e'.slice(1), 'x'.repeat(101)])('is refused the name %j', async (name) => {
    expect(await failureOf(searches.create(ANNA, { name, query: {} }))).toMatchObject({
      code: 'invalid_parameter',
      details: { field: 'name' },
    });
    expect(await state.readOwner(ANNA)).toBeUndefined();
  });

  it('may have a hundred characters of any kind, and not a query without an end', async () => {
    expect((await searches.create(ANNA, { name: '猫'.repeat(100), query: {} })).name).toHaveLength(100);
    const query = { tag: Array.from({ length: 32 }, () => 'x'.repeat(300)) };
    expect(await failureOf(searches.create(ANNA, { name: 'long', query }))).toMatchObject({
      code: 'invalid_parameter',
      details: { field: 'query' },
    });
  });

  it('is one of a hundred at most, also when many are saved at once', async () => {
    const asked = Array.from({ length: MAX_SEARCHES + 5 }, (_, index) =>
      searches.create(ANNA, { name: `n${index}`, query: {} }).then(
        () => 'saved',
        (error: unknown) => error,
      ),
    );
    const results = await Promise.all(asked);
    expect(results.filter((result) => result === 'saved')).toHaveLength(MAX_SEARCHES);
    expect(results.filter((result) => result !== 'saved')).toMatchObject(
      Array.from({ length: 5 }, () => ({ code: 'quota_exceeded' })),
    );
    expect(await names(ANNA)).toHaveLength(MAX_SEARCHES);
  });

  it('is not shown but kept when somebody else wrote it in another shape', async () => {
    const odd = [{ id: 1 }, 'text', { id: 'x', name: 'n', query: [], created_at: '', updated_at: '' }];
    await state.updateOwner(ANNA, () => ({ searches: odd }));
    expect(await searches.list(ANNA)).toEqual([]);
    const saved = await searches.create(ANNA, { name: 'one', query: {} });
    expect((await state.readOwner(ANNA))?.['searches']).toEqual([...odd, saved]);
    await searches.remove(ANNA, saved.id);
    expect((await state.readOwner(ANNA))?.['searches']).toEqual(odd);
    await state.updateOwner(ANNA, () => ({ searches: 'nothing of ours' }));
    expect(await searches.list(ANNA)).toEqual([]);
  });

  it('is not written where the volume is not', async () => {
    there = false;
    expect(await failureOf(searches.create(ANNA, { name: 'one', query: {} }))).toMatchObject({
      code: 'volume_missing',
    });
    expect(await state.readOwner(ANNA)).toBeUndefined();
  });
});

describe('a browser that has stored nothing', () => {
  it('leaves nothing behind: its searches are saved from the first picture on', async () => {
    expect(await failureOf(searches.create(GUEST, { name: 'one', query: {} }))).toMatchObject({
      code: 'forbidden',
    });
    expect(await searches.list(GUEST)).toEqual([]);
    expect(await state.readOwner(GUEST)).toBeUndefined();

    const put = recordShelf(catalog, GUEST, '2026-11-20T00:00:00.000Z');
    const id = await put();
    await searches.create(GUEST, { name: 'one', query: {} });
    await catalog.commit(GUEST, { op: 'purge', kind: 'generated', id });
    await searches.create(GUEST, { name: 'two', query: {} });
    expect(await names(GUEST)).toEqual(['one', 'two']);
  });
});
