import { beforeAll, describe, expect, it } from 'vitest';
import { isOwner } from '../../src/domain/owner.ts';
import { type Browser, jsonOf, refusal, useApp, type WirePage } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';
import { NOON } from '../support/services.ts';

const HOUR = 3_600_000;
const app = useApp();
let browser: Browser;
/** Ids in the order in which they were made, an hour apart, the last one at noon. */
const ids: string[] = [];

beforeAll(async () => {
  browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  const { owner } = browser;
  for (let index = 0; index < 30; index += 1) {
    const bytes = await pngPicture({ width: 8, height: 8, seed: index });
    const createdAt = NOON - (29 - index) * HOUR;
    const { entry } = await app.services.add(bytes, { owner, createdAt, favorite: index % 10 === 0 });
    ids.push(entry.id);
  }
});

const list = (query: string) => jsonOf<WirePage>(browser.call(`/api/v1/images${query}`));
const idsOf = (page: WirePage) => page.items.map(({ id }) => id);

describe('GET /images', () => {
  it('answers the newest 24 and says where the next page is', async () => {
    const page = await list('');
    expect(idsOf(page)).toEqual(ids.slice(6).reverse());
    expect(page).toMatchObject({ page: 1, size: 24, total: 30, total_relation: 'eq', total_pages: 2 });
    const next = await list(`?cursor=${page.next_cursor}`);
    expect(idsOf(next)).toEqual(ids.slice(0, 6).reverse());
    expect(next).toMatchObject({ page: null, next_cursor: null, total: 30 });
  });

  it('gives items in the shape of the contract, without what never leaves the server', async () => {
    const [item] = (await list('?size=1')).items;
    expect(Object.keys(item ?? {})).toEqual(['id', 'url', 'thumb_url', 'created_at', 'meta']);
    expect(item?.url).toBe(`/outputs/users/${browser.owner}/2026/11/21/${item?.id}.png`);
    expect(item?.thumb_url).toBe(`/outputs/users/${browser.owner}/2026/11/21/thumb/${item?.id}.webp?v=1`);
    expect(item?.meta).toMatchObject({ id: item?.id, status: 'active', width: 8, height: 8, rev: 1 });
    expect(Object.keys(item?.meta ?? {})).not.toContain('idem');
  });

  it.each([
    ['?size=0', 1],
    ['?size=-7', 1],
    ['?size=999', 200],
    ['?size=7', 7],
    ['', 24],
  ])('clamps the size of "%s" to %i', async (query, size) => {
    expect((await list(query)).size).toBe(size);
  });

  it('clamps a page below 1, and answers one beyond the end with nothing', async () => {
    expect(idsOf(await list('?page=0&size=3'))).toEqual(ids.slice(-3).reverse());
    expect(await list('?page=99')).toMatchObject({ items: [], page: 99, total: 30 });
  });

  it.each([
    ['?size=many', 'invalid_parameter'],
    ['?page=1.5', 'invalid_parameter'],
    ['?page=1&cursor=x', 'invalid_parameter'],
    ['?cursor=nonsense', 'invalid_parameter'],
    ['?status=all', 'invalid_parameter'],
    ['?order=random', 'invalid_parameter'],
    ['?from=yesterday', 'invalid_parameter'],
    ['?tz=Mars/Olympus', 'invalid_parameter'],
    ['?from=2026-11-20&tz=Mars/Olympus', 'invalid_parameter'],
    ['?size=1&size=2', 'invalid_parameter'],
    ['?model=x&model=y', 'invalid_parameter'],
    ['?favorite=maybe', 'invalid_parameter'],
    ['?total=about', 'invalid_parameter'],
    ['?q=%22open', 'invalid_query'],
  ])('refuses %s visibly', async (query, code) => {
    expect(await refusal(browser.call(`/api/v1/images${query}`))).toEqual([400, code]);
  });

  it('turns the order round', async () => {
    expect(idsOf(await list('?order=oldest&size=4'))).toEqual(ids.slice(0, 4));
  });

  it('filters favourites', async () => {
    expect(idsOf(await list('?favorite=true'))).toEqual([ids[20], ids[10], ids[0]]);
    expect((await list('?favorite=false')).total).toBe(27);
  });

  it('takes a bare date as that whole day of the zone, inclusive', async () => {
    // noon back to 00:00 UTC: 13 pictures; in Seoul (+9) the 21st began at 15:00 UTC of the 20th
    expect((await list('?from=2026-11-21&to=2026-11-21')).total).toBe(13);
    expect((await list('?from=2026-11-21&tz=Asia/Seoul')).total).toBe(22);
    expect((await list('?to=2026-11-20')).total).toBe(17);
  });

  it('takes a time as inclusive', async () => {
    expect(idsOf(await list('?from=2026-11-21T12:00:00.000Z'))).toEqual([ids[29]]);
    expect((await list('?to=2026-11-20T07:00:00.000Z')).total).toBe(1);
  });

  it('keeps a cursor in its place while pictures arrive', async () => {
    const { next_cursor } = await list('?size=10');
    const { owner } = browser;
    if (!isOwner(owner)) throw new Error('no owner');
    const { entry } = await app.services.add(await pngPicture({ width: 8, height: 8, seed: 99 }), { owner });
    expect(idsOf(await list(`?size=10&cursor=${next_cursor}`))).toEqual(ids.slice(10, 20).reverse());
    await app.services.trash.trash(owner, 'generated', entry.id);
    expect((await list('?status=trash')).items[0]?.id).toBe(entry.id);
    expect((await list('')).total).toBe(30);
  });
});

describe('conditional lists', () => {
  it('answers 304 while nothing changed, and a new tag after any change', async () => {
    const first = await browser.call('/api/v1/images?size=5');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-z]+-\d+-[0-9a-f]+"$/);
    const headers = { 'If-None-Match': etag };
    const again = await browser.call('/api/v1/images?size=5', { headers });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('etag')).toBe(etag);

    const other = await browser.call('/api/v1/images?size=6', { headers });
    expect(other.status).toBe(200);

    await browser.call(`/api/v1/images/${ids[0]}`, {
      method: 'PATCH',
      body: '{"rating":3}',
      headers: { 'Content-Type': 'application/json' },
    });
    const changed = await browser.call('/api/v1/images?size=5', { headers });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('shows a change at once, whatever was kept before', async () => {
    const before = await list('?order=oldest&size=1');
    await browser.call(`/api/v1/images/${ids[0]}`, {
      method: 'PATCH',
      body: '{"tags":["seen"]}',
      headers: { 'Content-Type': 'application/json' },
    });
    const after = await list('?order=oldest&size=1');
    expect(before.items[0]?.meta['tags']).toEqual([]);
    expect(after.items[0]?.meta['tags']).toEqual(['seen']);
  });
});
