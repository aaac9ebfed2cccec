import { describe, expect, it } from 'vitest';
import { ADMIN, type Browser, jsonOf, refusal, SERVICE, useApp, type WirePage } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';
import { owner as named, pictureId } from '../support/services.ts';

const app = useApp({ trustProxy: ['127.0.0.1'] });
let count = 0;
const nextNumber = () => {
  count += 1;
  return count;
};

async function add(browser: Browser): Promise<string> {
  count += 1;
  const bytes = await pngPicture({ width: 8, height: 8, seed: count });
  return (await app.services.add(bytes, { owner: named(browser.owner) })).entry.id;
}

/** A browser with a picture. */
async function guest(): Promise<Browser> {
  const browser = await app.browser();
  await add(browser);
  return browser;
}

const codeOf = async (browser: Browser) =>
  (await jsonOf<{ code: string }>(browser.post('/api/v1/me/recovery-code'))).code;
const revoke = (browser: Browser) => browser.call('/api/v1/me/recovery-code', { method: 'DELETE' });
/** Each from an address of its own, unless it says which. */
const recover = (browser: Browser, body: unknown, address = `10.0.0.${nextNumber()}`) =>
  browser.call('/api/v1/me/recover', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
  });
const cookieOf = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const idsOf = async (cookie: string) => {
  const page = await jsonOf<WirePage>(app.call('/api/v1/images', { headers: { Cookie: cookie } }));
  return page.items.map(({ id }) => id);
};

describe('a recovery code over the wire', () => {
  it('brings the pictures into another browser, which then is the same guest', async () => {
    const mine = await app.browser();
    const id = await add(mine);
    const code = await codeOf(mine);
    const other = await app.browser();
    const answer = await recover(other, { code });
    expect(await answer.clone().json()).toEqual({ owner: mine.owner, kind: 'guest', claimable: 0 });
    expect(answer.headers.get('set-cookie')).toMatch(/^anon_id=.*HttpOnly.*SameSite=Lax/);
    expect(await idsOf(cookieOf(answer))).toEqual([id]);
    expect(await idsOf(mine.cookie)).toEqual([id]);
    expect(await idsOf(other.cookie)).toEqual([]);
    const { entries } = await app.services.audit.list({ owners: [named(mine.owner)], page: 1, size: 9 });
    expect(entries.map(({ action }) => action)).toEqual(['recover', 'recovery-code']);
    expect(JSON.stringify(entries)).not.toContain(code.slice(4, 20));
  });

  it('asks what becomes of the pictures that the browser has of its own', async () => {
    const mine = await guest();
    const code = await codeOf(mine);
    const other = await app.browser();
    const own = await add(other);
    expect(await refusal(recover(other, { code }))).toEqual([409, 'merge_undecided']);
    expect(await idsOf(other.cookie)).toEqual([own]);
    const left = await recover(other, { code, merge: false });
    expect(await idsOf(cookieOf(left))).not.toContain(own);
    expect(await idsOf(other.cookie)).toEqual([own]);
    const taken = await recover(other, { code, merge: true });
    expect(taken.status).toBe(200);
    expect(await idsOf(cookieOf(taken))).toHaveLength(2);
    expect(await idsOf(other.cookie)).toContain(own);
    expect(await app.services.catalog.lookup(named(mine.owner), pictureId(own))).toBeDefined();
    expect((await recover(other, { code })).status).toBe(200);
  });

  it('ends with the next one and when it is revoked; every wrong code is refused alike', async () => {
    const mine = await guest();
    const other = await app.browser();
    const first = await codeOf(mine);
    const second = await codeOf(mine);
    const refused = await recover(other, { code: first });
    expect(refused.status).toBe(403);
    const text = await refused.text();
    expect(refused.headers.get('set-cookie')).toBeNull();
    expect((await recover(other, { code: second })).status).toBe(200);
    expect((await revoke(mine)).status).toBe(200);
    for (const code of [second, 'KR1', 'nonsense', `KR1-${'0'.repeat(52)}`]) {
      expect(await (await recover(other, { code })).text()).toBe(text);
    }
  });

  it('goes on to open what was moved since', async () => {
    const mine = await guest();
    const code = await codeOf(mine);
    const to = `member-${count}`;
    await app.services.ownership.transfer(named(mine.owner), named(to), new AbortController().signal);
    const answer = await recover(await app.browser(), { code });
    expect(await answer.clone().json()).toEqual({ owner: to, kind: 'member', claimable: 0 });
    expect(await idsOf(cookieOf(answer))).toHaveLength(1);
  });

  it('is tried ten times a minute from one address', async () => {
    const mine = await guest();
    const code = await codeOf(mine);
    const other = await app.browser();
    for (let n = 0; n < 10; n += 1) {
      expect(await refusal(recover(other, { code: `wrong ${n}` }, '10.9.9.9'))).toEqual([403, 'forbidden']);
    }
    expect(await refusal(recover(other, { code }, '10.9.9.9'))).toEqual([429, 'rate_limited']);
    app.services.clock.now += 60_000;
    expect((await recover(other, { code }, '10.9.9.9')).status).toBe(200);
  });

  it('is for guests with something to recover, and nothing that another site asks for', async () => {
    const empty = await app.browser();
    expect(await refusal(empty.post('/api/v1/me/recovery-code'))).toEqual([403, 'forbidden']);
    const mine = await guest();
    const cross = { method: 'POST', headers: { 'Sec-Fetch-Site': 'cross-site' } };
    expect(await refusal(mine.call('/api/v1/me/recovery-code', cross))).toEqual([403, 'cross_site']);
    expect(await refusal(mine.call('/api/v1/me/recover', cross))).toEqual([403, 'cross_site']);
  });
});

describe('who may', () => {
  const ROUTES = [
    ['POST', '/api/v1/me/recovery-code', 201],
    ['DELETE', '/api/v1/me/recovery-code', 200],
    ['POST', '/api/v1/me/recover', 200],
  ] as const;

  it.each(ROUTES)('%s %s', async (method, path, status) => {
    const mine = await guest();
    const body = method === 'POST' ? { body: JSON.stringify({ code: await codeOf(mine) }) } : {};
    const call = (headers: Record<string, string>) =>
      app.call(path, { method, ...body, headers: { 'Content-Type': 'application/json', ...headers } });
    const forged = mine.cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect((await call({ Cookie: mine.cookie, 'X-Forwarded-For': `10.8.0.${count}` })).status).toBe(status);
    expect(await refusal(call({}))).toEqual([401, 'identity_required']);
    expect(await refusal(call({ Cookie: forged }))).toEqual([401, 'identity_required']);
    const service = { Authorization: `Bearer ${SERVICE}`, 'X-User-Id': mine.owner };
    expect(await refusal(call(service))).toEqual([403, 'forbidden']);
    expect(await refusal(call({ Authorization: `Bearer ${ADMIN}` }))).toEqual([403, 'forbidden']);
  });
});
