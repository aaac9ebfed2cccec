import { hc, type InferRequestType, type InferResponseType } from 'hono/client';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { isOwner } from '../../src/domain/owner.ts';
import type { AppType } from '../../src/http/app.ts';
import { type Browser, useApp } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';

const app = useApp();
let browser: Browser;

beforeAll(async () => {
  browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  await app.services.add(await pngPicture({ width: 8, height: 8, seed: 1 }), { owner: browser.owner });
});

/** As the gallery makes it: no type but `AppType`, no path written by hand. */
const client = hc<AppType>('http://kiroku.test', {
  fetch: (input: string | URL | Request, init?: RequestInit) => {
    const { pathname, search } = new URL(String(input));
    const headers = Object.fromEntries(new Headers(init?.headers));
    return browser.call(pathname + search, { ...init, headers });
  },
}).api.v1;

type Query = InferRequestType<typeof client.images.$get>['query'];
type Page = InferResponseType<typeof client.images.$get, 200>;

describe('a client typed by AppType', () => {
  it('knows lists, their items and their parameters', async () => {
    const answer = await client.images.$get({ query: { size: '5', order: 'oldest' } });
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    const page = await answer.json();
    expectTypeOf(page).toEqualTypeOf<Page>();
    expectTypeOf(page.items[0]?.meta.tags).toEqualTypeOf<string[] | undefined>();
    expectTypeOf(page.next_cursor).toEqualTypeOf<string | null>();
    expect(page.items.map(({ meta }) => meta.owner)).toEqual([browser.owner]);
    expectTypeOf<Query['order']>().toEqualTypeOf<'newest' | 'oldest' | undefined>();
  });

  it('knows one picture, its edit and its way to the trash', async () => {
    const list = await client.images.$get({ query: {} });
    if (list.status !== 200) throw new Error(`status ${list.status}`);
    const id = (await list.json()).items[0]?.id ?? '';
    const edited = await client.images[':id'].$patch({ param: { id }, query: {}, json: { favorite: true } });
    if (edited.status !== 200) throw new Error(`status ${edited.status}`);
    expect((await edited.json()).meta.favorite).toBe(true);
    const trashed = await client.images[':id'].delete.$post({ param: { id }, query: {} });
    expect(await trashed.json()).toEqual({ ok: true });
    const done = await client.images.bulk.$post({ query: {}, json: { action: 'restore', ids: [id] } });
    expect(await done.json()).toEqual({ results: [{ id, ok: true, rev: 4 }] });
  });

  it('knows searches, their counts, their relations, and those that are saved', async () => {
    const tagged = await client.images.bulk.$post({
      query: {},
      json: { action: 'tag', ids: [await anyId()], tags: ['a', 'b'] },
    });
    expect(tagged.status).toBe(200);
    const list = await client.images.$get({ query: { q: 'tag:a', tag: ['a', 'b'], total: 'exact' } });
    if (list.status !== 200) throw new Error(`status ${list.status}`);
    expect((await list.json()).total).toBe(1);
    const facets = await client.images.facets.$get({ query: { tag: ['a'], most: '1' } });
    if (facets.status !== 200) throw new Error(`status ${facets.status}`);
    const counted = await facets.json();
    expectTypeOf(counted.facets.tag.values).toEqualTypeOf<{ value: string; count: number }[]>();
    expect(counted.facets.tag).toEqual({ values: [{ value: 'a', count: 1 }], distinct: 2 });
    const timeline = await client.images.timeline.$get({ query: { tz: 'Asia/Seoul' } });
    if (timeline.status !== 200) throw new Error(`status ${timeline.status}`);
    expect((await timeline.json()).days).toEqual([{ date: '2026-11-21', count: 1 }]);
    const related = await client.images[':id'].related.$get({ param: { id: await anyId() }, query: {} });
    if (related.status !== 200) throw new Error(`status ${related.status}`);
    const { stack, parents } = await related.json();
    expectTypeOf(parents[0]?.item?.meta.tags).toEqualTypeOf<string[] | undefined>();
    expect([stack, parents]).toEqual([null, []]);
  });

  it('knows saved searches', async () => {
    const json = { name: 'mine', query: { q: 'cat', tag: ['a'] } };
    const answer = await client.searches.$post({ query: {}, json });
    if (answer.status !== 201) throw new Error(`status ${answer.status}`);
    const saved = await answer.json();
    expectTypeOf(saved.query.tag).toEqualTypeOf<string[] | undefined>();
    const param = { sid: saved.id };
    const patched = await client.searches[':sid'].$patch({ param, query: {}, json: { name: 'yours' } });
    if (patched.status !== 200) throw new Error(`status ${patched.status}`);
    expect(await patched.json()).toMatchObject({ name: 'yours', query: json.query });
    expect((await client.searches[':sid'].$delete({ param, query: {} })).status).toBe(200);
    const list = await client.searches.$get({ query: {} });
    expect(await list.json()).toEqual({ searches: [] });
  });
});

async function anyId(): Promise<string> {
  const list = await client.images.$get({ query: {} });
  if (list.status !== 200) throw new Error(`status ${list.status}`);
  return (await list.json()).items[0]?.id ?? '';
}
