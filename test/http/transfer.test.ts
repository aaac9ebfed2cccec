import { describe, expect, it } from 'vitest';
import type { Owner } from '../../src/domain/owner.ts';
import { ADMIN, jsonOf, refusal, SERVICE, useApp, type WireItem, type WirePage } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';
import { body, owner as named, REQUEST } from '../support/services.ts';

const app = useApp();
let count = 0;
const next = () => {
  count += 1;
  return count;
};
const picture = () => pngPicture({ width: 8, height: 8, seed: next() });
const newMember = () => named(`member-${next()}`);

const transfer = (from: string, wish: unknown, token: string | null = ADMIN) =>
  app.call(`/api/v1/admin/users/${from}/transfer`, {
    method: 'POST',
    body: JSON.stringify(wish),
    headers: {
      'Content-Type': 'application/json',
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
    },
  });

async function guest() {
  const browser = await app.browser();
  const { entry } = await app.services.add(await picture(), { owner: named(browser.owner), tags: ['kept'] });
  const item = await jsonOf<WireItem>(browser.call(`/api/v1/images/${entry.id}`));
  return { browser, owner: named(browser.owner), item };
}

const upload = async (form: Record<string, string>, headers: Record<string, string>) => {
  const fields = new FormData();
  fields.append('file', new Blob([Buffer.from(await picture())]), 'new.png');
  for (const [name, value] of Object.entries(form)) fields.append(name, value);
  return app.call('/api/v1/images', { method: 'POST', body: fields, headers });
};
const service = (about?: Owner) => ({
  Authorization: `Bearer ${SERVICE}`,
  ...(about === undefined ? {} : { 'X-User-Id': about }),
});

describe('after a transfer', () => {
  it('the old name acts as the new one: cookie, service, field of a form', async () => {
    const { browser, owner, item } = await guest();
    const to = newMember();
    expect(await jsonOf(transfer(owner, { to, dry_run: true }))).toEqual({
      ...{ from: owner, to, count: 1 },
      over: { count: 0, bytes: 0 },
    });
    expect(await jsonOf(browser.call('/api/v1/me'))).toMatchObject({ owner });
    expect(await jsonOf(transfer(owner, { to }))).toMatchObject({ from: owner, to, moved: 1, left: 0 });
    expect(await jsonOf(browser.call('/api/v1/me'))).toMatchObject({ owner: to, kind: 'member' });
    const list = await jsonOf<WirePage>(browser.call('/api/v1/images'));
    expect(list.items).toMatchObject([{ id: item.id, meta: { owner: to, rev: 2, tags: ['kept'] } }]);
    expect(list.items[0]?.url).toContain(`/users/${to}/`);
    expect((await jsonOf<WirePage>(app.service(owner, '/api/v1/images'))).total).toBe(1);
    expect((await browser.call(`/api/v1/images?owner=${owner}`)).status).toBe(200);
    expect((await browser.call(`/api/v1/images?owner=${to}`)).status).toBe(200);
    for (const [form, about] of [
      [{ owner }, undefined],
      [{ owner }, owner],
      [{}, owner],
      [{ owner: to }, undefined],
    ] as const) {
      const stored = await jsonOf<WireItem>(upload(form, service(about)));
      expect(stored.meta['owner']).toBe(to);
    }
    expect((await jsonOf<WirePage>(browser.call('/api/v1/images'))).total).toBe(5);
    expect((await browser.post(`/api/v1/images/${item.id}/delete`)).status).toBe(200);
  });

  it('an upload that was under way is the new one’s', async () => {
    const { owner } = await guest();
    const to = newMember();
    const bytes = await picture();
    const received = await app.services.ingest.receive(body(bytes), { maxBytes: 1_000_000 });
    await transfer(owner, { to });
    const { entry } = await app.services.ingest.commit(received, { ...REQUEST, owner });
    expect(entry.owner).toBe(to);
  });

  it('a key that made a picture under the old name still answers with it, under both', async () => {
    const { owner } = await guest();
    const to = newMember();
    const bytes = await picture();
    const again = (about: Owner, sent: Uint8Array = bytes) => {
      const fields = new FormData();
      fields.append('file', new Blob([Buffer.from(sent)]), 'new.png');
      const headers = { ...service(about), 'Idempotency-Key': 'job-1' };
      return app.call('/api/v1/images', { method: 'POST', body: fields, headers });
    };
    const { id } = await jsonOf<WireItem>(again(owner));
    await transfer(owner, { to });
    const last = newMember();
    for (const names of [
      [owner, to],
      [owner, to, last],
    ]) {
      for (const name of names) {
        const answer = await again(name);
        expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
        expect((await jsonOf<WireItem>(answer)).id).toBe(id);
        expect(await refusal(again(name, await picture()))).toEqual([422, 'idempotency_mismatch']);
      }
      await transfer(to, { to: last });
    }
    expect((await jsonOf<WirePage>(app.service(last, '/api/v1/images'))).total).toBe(2);
    const other = await guest();
    expect((await again(other.owner)).status).toBe(201);
  });

  it('whoever is above the quota by it is told, keeps everything, and gets nothing more', async () => {
    const { owner, item } = await guest();
    const to = newMember();
    await app.services.add(await picture(), { owner: to });
    await app.services.quota.override(to, { max_count: 1 });
    const over = { count: 1, bytes: 0 };
    expect(await jsonOf(transfer(owner, { to, dry_run: true }))).toMatchObject({ count: 1, over });
    expect(await jsonOf(transfer(owner, { to }))).toMatchObject({ moved: 1, left: 0, over });
    expect((await jsonOf<WirePage>(app.service(to, '/api/v1/images'))).total).toBe(2);
    expect(await jsonOf(app.service(owner, '/api/v1/usage'))).toMatchObject({
      owner: to,
      count: 2,
      state: 'full',
    });
    expect(await refusal(upload({}, service(owner)))).toEqual([403, 'quota_exceeded']);
    const act = (name: string) => app.service(to, `/api/v1/images/${item.id}/${name}`, { method: 'POST' });
    expect((await act('delete')).status).toBe(200);
    expect(await refusal(act('restore'))).toEqual([403, 'quota_exceeded']);
  });

  it('old addresses lead to the new ones, for those who may see these', async () => {
    const { browser, owner, item } = await guest();
    const stranger = await app.browser();
    const to = newMember();
    await transfer(owner, { to });
    const admin = { headers: { Authorization: `Bearer ${ADMIN}` } };
    for (const url of [item.url, item.thumb_url, `${item.url}?download=1`]) {
      const target = url.replace(`/users/${owner}/`, `/users/${to}/`);
      const told = await browser.call(url, { redirect: 'manual' });
      expect([told.status, told.headers.get('location')]).toEqual([308, target]);
      expect(told.headers.get('cache-control')).toMatch(/private/);
      expect((await browser.call(url)).status).toBe(200);
      expect((await app.call(url, { ...admin, redirect: 'manual' })).status).toBe(308);
      expect((await app.call(url, { headers: service(owner) })).status).toBe(200);
      expect((await stranger.call(url, { redirect: 'manual' })).status).toBe(404);
      expect((await app.call(url, { redirect: 'manual' })).status).toBe(404);
    }
  });

  it('links go on as they are, and belong to the new owner', async () => {
    const { browser, owner, item } = await guest();
    const wish = { ids: [item.id], expires_in: 600 };
    const link = await jsonOf<{ sid: string; url: string }>(browser.post('/api/v1/shares', wish));
    const page = new URL(link.url, 'http://x').pathname;
    expect((await app.call(page)).status).toBe(200);
    await transfer(owner, { to: newMember() });
    const shared = await jsonOf<{ items: { url: string }[] }>(app.call(page));
    expect(shared.items).toHaveLength(1);
    expect((await app.call(new URL(shared.items[0]?.url ?? '', 'http://x').pathname)).status).toBe(200);
    expect((await browser.call(`/api/v1/shares/${link.sid}`, { method: 'DELETE' })).status).toBe(200);
    expect((await app.call(page)).status).toBe(410);
  });

  it('streams of the old name end, and the next one tells of the new', async () => {
    const { browser, owner } = await guest();
    const to = newMember();
    const stream = await browser.call('/api/v1/events');
    const read = stream.text();
    await transfer(owner, { to });
    expect(await read).toContain('retry');
    const next = await browser.call('/api/v1/events');
    const reader = next.body?.getReader();
    await reader?.read();
    await upload({ owner: to }, service());
    let told = '';
    while (!told.includes('image.created')) {
      const part = await reader?.read();
      if (part === undefined || part.done) break;
      told += Buffer.from(part.value).toString();
    }
    expect(told).toContain(`/users/${to}/`);
    await reader?.cancel();
  });

  it('is in the log of the admins before it is done', async () => {
    const { owner } = await guest();
    const to = newMember();
    await transfer(owner, { to });
    const { entries } = await app.services.audit.list({ owners: [owner], page: 1, size: 1 });
    expect(entries).toMatchObject([{ actor: 'admin', action: 'transfer', detail: { to, count: 1 } }]);
  });
});

describe('a transfer', () => {
  it('is the admin’s alone', async () => {
    const { browser, owner } = await guest();
    const body = { to: newMember() };
    expect(await refusal(transfer(owner, body, SERVICE))).toEqual([403, 'forbidden']);
    expect(await refusal(transfer(owner, body, null))).toEqual([401, 'unauthorized']);
    expect(await refusal(transfer(owner, body, 'x'.repeat(40)))).toEqual([401, 'unauthorized']);
    expect(await refusal(browser.post(`/api/v1/admin/users/${owner}/transfer`, body))).toEqual([
      401,
      'unauthorized',
    ]);
    expect(await jsonOf(browser.call('/api/v1/me'))).toMatchObject({ owner });
  });

  it.each([
    ['itself', (from: string) => ({ to: from }), 400, 'invalid_parameter'],
    ['no owner', () => ({ to: '../x' }), 400, 'invalid_parameter'],
    ['nobody', () => ({}), 400, 'invalid_parameter'],
  ])('refuses %s', async (_what, body, status, code) => {
    const { owner } = await guest();
    expect(await refusal(transfer(owner, body(owner)))).toEqual([status, code]);
  });

  it('does not know whom nobody knows', async () => {
    expect(await refusal(transfer('nobody-at-all', { to: newMember() }))).toEqual([404, 'not_found']);
    expect(await refusal(transfer('No.Owner', { to: newMember() }))).toEqual([404, 'not_found']);
  });

  it('refuses a circle and a second place', async () => {
    const { owner } = await guest();
    const to = newMember();
    await transfer(owner, { to });
    expect(await refusal(transfer(to, { to: owner }))).toEqual([400, 'invalid_parameter']);
    expect(await refusal(transfer(owner, { to: newMember() }))).toEqual([400, 'invalid_parameter']);
  });
});
