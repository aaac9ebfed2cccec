import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, type Browser, jsonOf, refusal, SERVICE, useApp, type WireItem } from '../support/app.ts';
import { asOwner } from '../support/ids.ts';
import { pngPicture } from '../support/pictures/plain.ts';

const app = useApp();
const PATH = '/api/v1/admin/session';
const bearer = { Authorization: `Bearer ${ADMIN}` };
let owner: Browser;
let picture: WireItem;

beforeAll(async () => {
  owner = await app.browser();
  const { entry } = await app.services.add(await pngPicture(), { owner: asOwner(owner.owner) });
  picture = await jsonOf<WireItem>(owner.call(`/api/v1/images/${entry.id}`));
});

async function begin(): Promise<{ cookie: string; line: string }> {
  const answer = await app.call(PATH, { method: 'POST', headers: bearer });
  expect(answer.status).toBe(201);
  const line = answer.headers.get('set-cookie') ?? '';
  return { line, cookie: line.split(';')[0] ?? '' };
}

const as = (cookie: string, path: string, init: RequestInit = {}) =>
  app.call(path, { ...init, headers: { Cookie: cookie, ...init.headers } });

describe("the session of an admin's pages", () => {
  it('is begun by the token and opens what the token opens, files too', async () => {
    const { cookie, line } = await begin();
    expect(line).toMatch(/^kiroku_admin=a1\.[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(await jsonOf(as(cookie, PATH))).toMatchObject({ by: 'session', version: '1.2.3' });
    expect(await jsonOf(app.call(PATH, { headers: bearer }))).toEqual({
      by: 'token',
      expires_at: null,
      version: '1.2.3',
    });
    const list = await jsonOf<{ items: WireItem[] }>(
      as(cookie, `/api/v1/admin/images?user_id=${owner.owner}`),
    );
    expect(list.items.map(({ id }) => id)).toEqual([picture.id]);
    for (const url of [picture.url, picture.thumb_url]) {
      expect((await as(cookie, url)).status).toBe(200);
      expect((await app.call(url)).status).toBe(404);
    }
    expect((await as(`${owner.cookie}; ${cookie}`, picture.url)).status).toBe(200);
  });

  it('is a cookie for https alone where the page is', async () => {
    const { line } = await secure.begin();
    expect(line).toMatch(/^__Host-kiroku_admin=a1\.[^;]+; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    const [pair = ''] = line.split(';');
    expect((await secure.app.call(PATH, { headers: { Cookie: pair } })).status).toBe(200);
    // one that a page without https could have planted
    const planted = pair.replace('__Host-', '');
    expect((await secure.app.call(PATH, { headers: { Cookie: planted } })).status).toBe(401);
  });

  it('is ended by a word, also where its value was kept; the browser drops what it kept', async () => {
    const { cookie } = await begin();
    const answer = await as(cookie, PATH, { method: 'DELETE' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('clear-site-data')).toBe('"cache"');
    expect(answer.headers.get('set-cookie')).toBe(
      'kiroku_admin=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0',
    );
    expect(await refusal(as(cookie, PATH))).toEqual([401, 'unauthorized']);
    expect((await as(cookie, picture.url)).status).toBe(404);
    const log = await jsonOf<{ entries: { action: string; detail: { session: string } }[] }>(
      app.call('/api/v1/admin/audit?size=2', { headers: bearer }),
    );
    expect(log.entries.map(({ action }) => action)).toEqual(['session-end', 'session-begin']);
    expect(cookie).toContain(log.entries[0]?.detail.session);
    expect(log.entries[0]?.detail.session).toHaveLength(8);
  });

  it('begets no other one', async () => {
    const { cookie } = await begin();
    const answer = await as(cookie, PATH, { method: 'POST' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
  });

  it('is renewed while it is used', async () => {
    const { cookie } = await begin();
    expect((await as(cookie, PATH)).headers.get('set-cookie')).toBeNull();
    app.services.clock.now += 40 * 60_000;
    const renewed = (await as(cookie, PATH)).headers.get('set-cookie') ?? '';
    expect(renewed).toMatch(/^kiroku_admin=a1\./);
    // a kept file would bring its cookie back again and again
    expect((await as(cookie, picture.url)).headers.get('set-cookie')).toBeNull();
    app.services.clock.now += 40 * 60_000;
    expect((await as(cookie, PATH)).status).toBe(401);
    expect((await as(renewed.split(';')[0] ?? '', PATH)).status).toBe(200);
  });

  it.each([
    ['Sec-Fetch-Site', 'cross-site'],
    ['Sec-Fetch-Site', 'same-site'],
    ['Origin', 'null'],
    ['Origin', 'http://evil.example'],
  ])('writes nothing for another site: %s: %s', async (name, value) => {
    const { cookie } = await begin();
    const write = (path: string) => as(cookie, path, { method: 'POST', headers: { [name]: value } });
    expect(await refusal(write(`/api/v1/admin/images/${picture.id}/delete`))).toEqual([403, 'cross_site']);
    expect(await refusal(write('/api/v1/admin/purge-trash'))).toEqual([403, 'cross_site']);
    expect((await owner.call(picture.url)).status).toBe(200);
  });

  it('is nobody elsewhere: an owner’s calls see an owner’s cookie alone', async () => {
    const { cookie } = await begin();
    const me = await jsonOf<{ owner: string }>(as(`${owner.cookie}; ${cookie}`, '/api/v1/me'));
    expect(me.owner).toBe(owner.owner);
    expect((await as(cookie, `/api/v1/images/${picture.id}`)).status).toBe(404);
    expect((await as(cookie, '/metrics')).status).toBe(401);
  });
});

describe('who guesses', () => {
  it('is told nothing, and is slowed', async () => {
    const guess = (headers: Record<string, string>) => app.call(PATH, { method: 'POST', headers });
    for (const path of [`${PATH}?token=${ADMIN}`, `${PATH}?access_token=${ADMIN}`])
      expect((await app.call(path, { method: 'POST' })).status).toBe(401);
    expect((await guess({ Authorization: `Bearer ${SERVICE}` })).status).toBe(403);
    expect((await guess({ Authorization: `Basic ${btoa(`admin:${ADMIN}`)}` })).status).toBe(401);
    const wrong = [ADMIN.slice(0, -1), `${ADMIN}x`, ADMIN.toUpperCase(), '', 'x'.repeat(2_000)];
    const texts = new Set<string>();
    for (const token of wrong) {
      const answer = await guess({ Authorization: `Bearer ${token}` });
      expect(answer.status).toBe(401);
      texts.add(await answer.text());
    }
    expect(texts.size).toBe(1);
    let status = 401;
    for (let i = 0; status === 401 && i < 40; i++)
      ({ status } = await guess({ Authorization: `Bearer ${'y'.repeat(40)}` }));
    expect(status).toBe(429);
    // and while it is, the right one is not looked at either
    expect((await guess(bearer)).status).toBe(429);
  });
});

const secure = (() => {
  const other = useApp({ publicUrl: new URL('https://kiroku.example/') });
  return {
    app: other,
    async begin() {
      const answer = await other.call(PATH, { method: 'POST', headers: bearer });
      return { line: answer.headers.get('set-cookie') ?? '' };
    },
  };
})();
