import { beforeEach, describe, expect, it } from 'vitest';
import { isOwner } from '../../src/domain/owner.ts';
import { type Browser, jsonOf, refusal, useApp, type WirePage } from '../support/app.ts';
import { recordShelf } from '../support/library.ts';

const app = useApp();
let browser: Browser;
beforeEach(async () => {
  browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  const put = recordShelf(app.services.catalog, browser.owner, '2026-11-20T00:00:00.000Z');
  await put({ prompt: '고양이', tags: ['final', 'a&b'], favorite: true });
  await put({ prompt: '강아지', tags: ['final'] });
});

interface Saved {
  readonly id: string;
  readonly name: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
}

const save = (name: string, query: object) => browser.post('/api/v1/searches', { name, query });
const saved = async () => (await jsonOf<{ searches: Saved[] }>(browser.call('/api/v1/searches'))).searches;
const patch = (id: string, body: object) =>
  browser.call(`/api/v1/searches/${id}`, {
    method: 'PATCH',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });

describe('saved searches', () => {
  it('are saved, listed, changed and forgotten', async () => {
    const answer = await save('고양이', { q: '고양이', favorite: 'true' });
    expect(answer.status).toBe(201);
    const { id } = await jsonOf<Saved>(answer);
    expect(await saved()).toMatchObject([{ id, name: '고양이', query: { q: '고양이', favorite: 'true' } }]);
    expect(await jsonOf<Saved>(patch(id, { name: 'cats' }))).toMatchObject({ id, name: 'cats' });
    expect(await jsonOf<Saved>(patch(id, { query: { q: '猫' } }))).toMatchObject({
      name: 'cats',
      query: { q: '猫' },
    });
    const gone = await browser.call(`/api/v1/searches/${id}`, { method: 'DELETE' });
    expect(await jsonOf(gone)).toEqual({ ok: true });
    expect(await saved()).toEqual([]);
    expect(await refusal(browser.call(`/api/v1/searches/${id}`, { method: 'DELETE' }))).toEqual([
      404,
      'not_found',
    ]);
  });

  it('can be run as they are kept: each member is a parameter of a list', async () => {
    await save('both', {
      q: '고양이',
      tag: ['final', 'a&b'],
      from: '2026-11-20',
      tz: 'Asia/Seoul',
      order: 'oldest',
    });
    const query: Saved['query'] = (await saved())[0]?.query ?? {};
    const params = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) =>
        (typeof value === 'string' ? [value] : value).map((one): [string, string] => [name, one]),
      ),
    );
    const page = await jsonOf<WirePage>(browser.call(`/api/v1/images?${params}`));
    expect(page.items.map(({ meta }) => meta['prompt'])).toEqual(['고양이']);
  });

  it('keep nothing of what means nothing to a list', async () => {
    await save('empty', { q: '', tag: [], lora: ['', 'ink'], model: '', from: '2026-11-01' });
    expect((await saved())[0]?.query).toEqual({ lora: ['ink'], from: '2026-11-01' });
  });

  it.each<[object, string, Record<string, unknown>]>([
    [{ q: 'cat "open' }, 'invalid_query', { field: 'q', at: 4 }],
    [{ tz: 'Mars/Olympus' }, 'invalid_parameter', { field: 'tz' }],
    [{ from: 'yesterday' }, 'invalid_parameter', { field: 'from' }],
    [{ status: 'all' }, 'invalid_parameter', { field: 'query.status' }],
    [{ tag: 'one text' }, 'invalid_parameter', { field: 'query.tag' }],
    [{ page: '3' }, 'invalid_parameter', { field: 'query' }],
    [{ colour: 'red' }, 'invalid_parameter', { field: 'query' }],
  ])('are refused the query %j, which no list could run', async (query, code, more) => {
    const answer = await save('bad', query);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code, ...more });
    expect(await saved()).toEqual([]);
  });

  it('are refused without a name, with a taken one, or past a hundred', async () => {
    expect(await refusal(save('', {}))).toEqual([400, 'invalid_parameter']);
    expect(await refusal(save('x'.repeat(101), {}))).toEqual([400, 'invalid_parameter']);
    await save('one', {});
    expect(await refusal(save('one', {}))).toEqual([400, 'invalid_parameter']);
    for (let count = 2; count <= 100; count += 1) await save(`n${count}`, {});
    expect(await refusal(save('one too many', {}))).toEqual([403, 'quota_exceeded']);
    expect(await saved()).toHaveLength(100);
  });

  it('leave nothing behind for a browser that has stored no picture', async () => {
    const stranger = await app.browser();
    const answer = await stranger.post('/api/v1/searches', { name: 'one', query: {} });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      code: 'forbidden',
      detail: expect.stringContaining('first picture'),
    });
    expect(await jsonOf(stranger.call('/api/v1/searches'))).toEqual({ searches: [] });
    if (!isOwner(stranger.owner)) throw new Error('no owner');
    expect(await app.services.state.readOwner(stranger.owner)).toBeUndefined();
  });

  it('are the pipeline’s too, about the owner it names', async () => {
    const body = JSON.stringify({ name: 'by the pipeline', query: {} });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await app.service(browser.owner, '/api/v1/searches', { method: 'POST', body, headers });
    expect(answer.status).toBe(201);
    expect(await saved()).toMatchObject([{ name: 'by the pipeline' }]);
  });
});
