import { beforeEach, describe, expect, it } from 'vitest';
import { isOwner } from '../../src/domain/owner.ts';
import {
  ADMIN,
  type Browser,
  jsonOf,
  refusal,
  useApp,
  type WireItem,
  type WirePage,
} from '../support/app.ts';
import { asOwner } from '../support/ids.ts';
import { jpegPicture, pngPicture } from '../support/pictures.ts';
import { NOON } from '../support/services.ts';

const app = useApp();
let browser: Browser;
let id: string;

beforeEach(async () => {
  browser = await app.browser();
  const { owner } = browser;
  if (!isOwner(owner)) throw new Error('no owner');
  id = (await app.services.add(await pngPicture({ width: 10, height: 6, seed: 1 }), { owner })).entry.id;
});

const patch = (target: string, body: unknown, headers: Record<string, string> = {}) =>
  browser.call(`/api/v1/images/${target}`, {
    method: 'PATCH',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  });

describe('one picture', () => {
  it('is answered with its revision as the entity tag', async () => {
    const answer = await browser.call(`/api/v1/images/${id}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(await jsonOf<WireItem>(answer)).toMatchObject({ id, meta: { rev: 1, owner: browser.owner } });
  });

  it('takes edits, each under the revision it was made for', async () => {
    const edited = await patch(
      id,
      { tags: ['a', ' a ', 'b'], favorite: true, rating: 4 },
      { 'If-Match': '"1"' },
    );
    expect(edited.status).toBe(200);
    expect((await jsonOf<WireItem>(edited)).meta).toMatchObject({
      tags: ['a', 'b'],
      favorite: true,
      rating: 4,
      rev: 2,
    });
    expect(await refusal(patch(id, { rating: 1 }, { 'If-Match': '"1"' }))).toEqual([
      412,
      'precondition_failed',
    ]);
    expect((await jsonOf<WireItem>(patch(id, { rating: null }))).meta).toMatchObject({
      rating: null,
      rev: 3,
    });
  });

  it.each([
    [{ rating: 6 }],
    [{ rating: '3' }],
    [{ tags: 'cat' }],
    [{ favorite: 'yes' }],
    [{ prompt: 'not editable' }],
    ['text'],
    [[]],
  ])('refuses the edit %j and changes nothing', async (body) => {
    const [status, code] = await refusal(patch(id, body));
    expect([status, code]).toEqual([400, expect.stringMatching(/^(invalid_parameter|bad_request)$/)]);
    expect((await jsonOf<WireItem>(browser.call(`/api/v1/images/${id}`))).meta).toMatchObject({ rev: 1 });
  });

  it('says in every answer about it when it goes for good, while it is in the trash', async () => {
    const bytes = await pngPicture({ seed: 77 });
    const { entry } = await app.services.add(bytes, { owner: asOwner(browser.owner) });
    const item = () => jsonOf<WireItem>(browser.call(`/api/v1/images/${entry.id}`));
    expect((await item()).meta).not.toHaveProperty('purge_at');
    await browser.post(`/api/v1/images/${entry.id}/delete`);
    const purge_at = new Date(NOON + 7 * 86_400_000).toISOString();
    expect((await item()).meta).toMatchObject({ status: 'trash', purge_at });
    const { items } = await jsonOf<WirePage>(browser.call('/api/v1/images?status=trash&size=1'));
    expect(items[0]).toMatchObject({ id: entry.id, meta: { purge_at, trashed_at: expect.any(String) } });
    const all = `/api/v1/admin/images?user_id=${browser.owner}&size=200`;
    const seen = await jsonOf<WirePage>(app.call(all, { headers: { Authorization: `Bearer ${ADMIN}` } }));
    expect(seen.items.filter(({ meta }) => 'purge_at' in meta).map(({ id }) => id)).toEqual([entry.id]);
    const kept = {
      method: 'PATCH',
      body: '{"favorite":true}',
      headers: { 'Content-Type': 'application/json' },
    };
    expect((await jsonOf<WireItem>(browser.call(`/api/v1/images/${entry.id}`, kept))).meta).toMatchObject({
      purge_at: null,
    });
    await browser.post(`/api/v1/images/${entry.id}/restore`);
    expect((await item()).meta).not.toHaveProperty('purge_at');
  });

  it('goes to the trash and comes back with everything it had', async () => {
    await patch(id, { tags: ['keep'], favorite: true });
    expect(await jsonOf(browser.post(`/api/v1/images/${id}/delete`))).toEqual({ ok: true });
    expect(await jsonOf(browser.post(`/api/v1/images/${id}/delete`))).toEqual({ ok: true });
    expect((await jsonOf<WirePage>(browser.call('/api/v1/images'))).total).toBe(0);
    const [trashed] = (await jsonOf<WirePage>(browser.call('/api/v1/images?status=trash'))).items;
    expect(trashed?.meta).toMatchObject({ status: 'trash', trashed_at: expect.stringMatching(/Z$/) });
    expect(await jsonOf(browser.post(`/api/v1/images/${id}/restore`))).toEqual({ ok: true });
    const [back] = (await jsonOf<WirePage>(browser.call('/api/v1/images'))).items;
    expect(back?.meta).toMatchObject({ status: 'active', trashed_at: null, tags: ['keep'], favorite: true });
  });

  it('is not there under another kind, for another owner, or under no id, with one and the same answer', async () => {
    const other = await app.browser();
    const bodies = new Set<string>();
    for (const answer of [
      await browser.call(`/api/v1/inputs/${id}`),
      await other.call(`/api/v1/images/${id}`),
      await other.post(`/api/v1/images/${id}/delete`),
      await browser.call('/api/v1/images/01m7y8rahkj8eq80vfm231p3s8'),
      await browser.call('/api/v1/images/..'.replace('..', '%2e%2e%2fmanifest')),
    ]) {
      expect(answer.status).toBe(404);
      bodies.add(await answer.text());
    }
    expect(bodies.size).toBeLessThanOrEqual(2);
    expect((await jsonOf<WirePage>(browser.call('/api/v1/images'))).total).toBe(1);
  });
});

describe('POST /images/bulk', () => {
  it('gives one result an id, in order, and goes on after a refusal', async () => {
    const unknown = '01m7y8rahkj8eq80vfm231p3s8';
    const answer = await browser.post('/api/v1/images/bulk', {
      action: 'tag',
      ids: [unknown, id, 'no-id'],
      tags: ['x'],
    });
    expect(await jsonOf(answer)).toEqual({
      results: [
        { id: unknown, ok: false, code: 'not_found' },
        { id, ok: true, rev: 2 },
        { id: 'no-id', ok: false, code: 'not_found' },
      ],
    });
  });

  it.each([
    [{ action: 'delete', ids: [] }],
    [{ action: 'purge', ids: ['a'] }],
    [{ action: 'rate', ids: ['a'] }],
    [{ action: 'delete', ids: Array.from({ length: 1001 }, () => 'a') }],
  ])('refuses a body out of its shape', async (body) => {
    expect((await refusal(browser.post('/api/v1/images/bulk', body)))[0]).toBe(400);
  });
});

describe('uploads', () => {
  const form = async (fields: Record<string, string> = {}, after: Record<string, string> = {}) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const bytes = Buffer.from(await jpegPicture({ width: 12, height: 9, seed: 2 }));
    body.set('file', new Blob([bytes]), 'photo.jpg');
    for (const [name, value] of Object.entries(after)) body.set(name, value);
    return body;
  };

  it('of inputs belong to the browser that sent them', async () => {
    const sent = await browser.call('/api/v1/inputs/upload', { method: 'POST', body: await form() });
    expect(sent.status).toBe(201);
    const item = await jsonOf<WireItem & { ok: boolean }>(sent);
    expect(item).toMatchObject({ ok: true, meta: { kind: 'input', mime: 'image/jpeg', width: 12 } });
    expect(item.url).toContain('/inputs/');
    expect((await jsonOf<WirePage>(browser.call('/api/v1/inputs'))).total).toBe(1);
  });

  it('of generated pictures are the service’s alone', async () => {
    const body = await form();
    expect((await browser.call('/api/v1/images', { method: 'POST', body })).status).toBe(401);
  });

  it('take owner and meta before or after the file', async () => {
    const late = { owner: browser.owner, meta: '{"prompt":"late","created_at":"2025-01-02T03:04:05.678Z"}' };
    const authorization = { Authorization: `Bearer ${'service-token-of-the-http-tests-0123456789abcd'}` };
    for (const body of [await form(late), await form({}, late)]) {
      const answer = await app.call('/api/v1/images', { method: 'POST', body, headers: authorization });
      expect(answer.status).toBe(201);
      const item = await jsonOf<WireItem>(answer);
      expect(item).toMatchObject({ created_at: '2025-01-02T03:04:05.678Z', meta: { prompt: 'late' } });
      expect(item.url).toContain('/2025/01/02/');
    }
  });

  it('are answered once for one idempotency key', async () => {
    const headers = { 'Idempotency-Key': 'job-1' };
    const send = async (fields: Record<string, string> = {}) =>
      app.service(browser.owner, '/api/v1/images', { method: 'POST', body: await form(fields), headers });
    const first = await send();
    const again = await send();
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await jsonOf<WireItem>(again)).id).toBe((await jsonOf<WireItem>(first)).id);
    const other = new FormData();
    other.set('file', new Blob([Buffer.from(await pngPicture({ width: 5, height: 5, seed: 3 }))]), 'b.png');
    expect(
      await refusal(app.service(browser.owner, '/api/v1/images', { method: 'POST', body: other, headers })),
    ).toEqual([422, 'idempotency_mismatch']);
  });

  it('refuse two owners that differ, and none at all', async () => {
    const body = await form({ owner: 'somebody-else' });
    expect(await refusal(app.service(browser.owner, '/api/v1/images', { method: 'POST', body }))).toEqual([
      400,
      'owner_mismatch',
    ]);
    const headers = { Authorization: 'Bearer service-token-of-the-http-tests-0123456789abcd' };
    expect(
      await refusal(app.call('/api/v1/images', { method: 'POST', body: await form(), headers })),
    ).toEqual([400, 'owner_required']);
  });

  it('can be copied from a generated picture, which becomes the parent', async () => {
    const copied = await browser.post('/api/v1/inputs/copy', { source: 'generated', id });
    expect(copied.status).toBe(201);
    expect(await jsonOf<WireItem>(copied)).toMatchObject({
      meta: { kind: 'input', source: 'input-copy', parents: [{ kind: 'generated', id }] },
    });
    expect(await refusal(browser.post('/api/v1/inputs/copy', { source: 'controls', id }))).toEqual([
      404,
      'not_found',
    ]);
  });
});
