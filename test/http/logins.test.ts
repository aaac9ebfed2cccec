import { describe, expect, it } from 'vitest';
import { createJwtVerifier } from '../../src/services/jwt.ts';
import { ADMIN, type Browser, jsonOf, refusal, SERVICE, useApp, type WirePage } from '../support/app.ts';
import { AUDIENCE, claimsFor, forged, ISSUER, published, rsaKey } from '../support/logins.ts';
import { pngPicture } from '../support/pictures.ts';
import { NOON, owner as named } from '../support/services.ts';

type App = ReturnType<typeof useApp>;
interface Me {
  readonly owner: string;
  readonly kind: string;
  readonly claimable: number;
}

const HEADER = 'x-forwarded-user';
const proxied = useApp({ auth: { mode: 'proxy', header: HEADER }, trustProxy: ['127.0.0.1'] });
const open = useApp({ auth: { mode: 'proxy', header: HEADER }, trustProxy: ['10.0.0.1'] });
const unused = useApp({ trustProxy: ['127.0.0.1'] });

const key = rsaKey('k');
const rules = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['RS256'], claim: 'sub' } as const;
const verifier = createJwtVerifier({ rules, keys: published([key.jwk]), now: () => NOON });
const tokens = useApp({ auth: { mode: 'jwt', rules, jwks: '', cookie: 'session' } }, undefined, verifier);
const tokenOf = (sub: string, over = {}) => key.sign({ alg: 'RS256' }, claimsFor(sub, NOON / 1000, over));

let count = 0;
async function add(app: App, owner: string): Promise<string> {
  count += 1;
  const bytes = await pngPicture({ width: 8, height: 8, seed: count });
  return (await app.services.add(bytes, { owner: named(owner) })).entry.id;
}
const me = (app: App, headers: Record<string, string>) => app.call('/api/v1/me', { headers });
const listOf = (app: App, headers: Record<string, string>) =>
  jsonOf<WirePage>(app.call('/api/v1/images', { headers }));

describe('a member whom the proxy names', () => {
  it('has the library of that name', async () => {
    const id = await add(proxied, 'anna');
    const headers = { [HEADER]: 'anna' };
    const answer = await me(proxied, headers);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await answer.json()).toEqual({ owner: 'anna', kind: 'member', claimable: 0 });
    const { items } = await listOf(proxied, headers);
    expect(items.map((item) => item.id)).toEqual([id]);
    expect((await proxied.call(items[0]?.url ?? '', { headers })).status).toBe(200);
    expect((await proxied.call(items[0]?.url ?? '', { headers: { [HEADER]: 'bert' } })).status).toBe(404);
    const done = await proxied.call(`/api/v1/images/${id}/delete`, { method: 'POST', headers });
    expect(done.status).toBe(200);
  });

  it('is nobody else, however the name is spelled', async () => {
    for (const name of ['Anna', 'anna@example.org', 'ANNA', `anon-${'0'.repeat(32)}`, '안나']) {
      const sent = Buffer.from(name).toString('latin1');
      const { owner, kind } = await jsonOf<Me>(me(proxied, { [HEADER]: sent }));
      expect([owner, kind]).toEqual([expect.stringMatching(/^u-[0-9a-f]{32}$/), 'member']);
    }
    expect(await refusal(me(proxied, { [HEADER]: 'x'.repeat(600) }))).toEqual([401, 'unauthorized']);
    const two = new Headers([[HEADER, 'anna']]);
    two.append(HEADER, 'bert');
    const both = await jsonOf<Me>(proxied.call('/api/v1/me', { headers: two }));
    expect(['anna', 'bert']).not.toContain(both.owner);
  });

  it('is a guest like any other for whoever is no proxy of ours, and without AUTH', async () => {
    for (const app of [open, unused]) {
      await add(app, 'anna');
      const answer = await me(app, { [HEADER]: 'anna' });
      expect(answer.headers.get('set-cookie')).toContain('anon_id=');
      expect(((await answer.json()) as Me).kind).toBe('guest');
      expect((await listOf(app, { [HEADER]: 'anna' })).total).toBe(0);
    }
  });

  it('writes only what the own site sends', async () => {
    const id = await add(proxied, 'anna');
    const headers = { [HEADER]: 'anna', 'Sec-Fetch-Site': 'cross-site' };
    for (const path of [`/api/v1/images/${id}/delete`, '/api/v1/me/claim']) {
      expect(await refusal(proxied.call(path, { method: 'POST', headers }))).toEqual([403, 'cross_site']);
    }
  });

  it('acts for nobody else, and is no admin', async () => {
    const headers = { [HEADER]: 'anna' };
    expect(await refusal(proxied.call('/api/v1/images?owner=bert', { headers }))).toEqual([
      400,
      'owner_mismatch',
    ]);
    expect(await refusal(proxied.call('/api/v1/admin/audit', { headers }))).toEqual([401, 'unauthorized']);
    const service = { ...headers, Authorization: `Bearer ${SERVICE}`, 'X-User-Id': 'carl' };
    expect(await jsonOf(me(proxied, service))).toMatchObject({ owner: 'carl' });
  });
});

describe('a member with a token', () => {
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

  it('has the library of that name, by header or by cookie', async () => {
    await add(tokens, 'dora');
    for (const headers of [bearer(tokenOf('dora')), { Cookie: `session=${tokenOf('dora')}` }]) {
      expect(await jsonOf(me(tokens, headers))).toEqual({ owner: 'dora', kind: 'member', claimable: 0 });
      expect((await listOf(tokens, headers)).total).toBe(1);
    }
    expect((await listOf(tokens, bearer(tokenOf('emil')))).total).toBe(0);
  });

  it.each([
    ['that has ended', () => tokenOf('dora', { exp: NOON / 1000 - 100 })],
    ['for somebody else', () => tokenOf('dora', { aud: 'others' })],
    ['of another issuer', () => tokenOf('dora', { iss: 'others' })],
    ['of an unknown key', () => rsaKey('k2').sign({ alg: 'RS256' }, claimsFor('dora', NOON / 1000))],
    ['of a key of the same name', () => rsaKey('k').sign({ alg: 'RS256' }, claimsFor('dora', NOON / 1000))],
    [
      'with a MAC',
      () => forged({ alg: 'HS256', kid: 'k' }, claimsFor('dora', NOON / 1000), JSON.stringify(key.jwk)),
    ],
    ['with nothing signed', () => `${forged({ alg: 'none' }, claimsFor('dora', NOON / 1000))}AA`],
  ])('%s is refused, and never taken for a guest', async (_what, make) => {
    const browser = await tokens.browser();
    for (const headers of [bearer(make()), { Cookie: `session=${make()}` }]) {
      const answer = await me(tokens, headers);
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(await refusal(answer)).toEqual([401, 'unauthorized']);
    }
    const both = { Cookie: `${browser.cookie}; session=${make()}` };
    expect(await refusal(me(tokens, both))).toEqual([401, 'unauthorized']);
  });

  it('and two different cookies is refused', async () => {
    const headers = { Cookie: `session=${tokenOf('dora')}; session=${tokenOf('emil')}` };
    expect(await refusal(me(tokens, headers))).toEqual([401, 'unauthorized']);
  });

  it('leaves the tokens of pipelines and admins what they are', async () => {
    const headers = { ...bearer(SERVICE), 'X-User-Id': 'carl' };
    expect(await jsonOf(me(tokens, headers))).toMatchObject({ owner: 'carl' });
    expect((await tokens.call('/api/v1/admin/audit', { headers: bearer(ADMIN) })).status).toBe(200);
    expect(await refusal(me(tokens, bearer('x'.repeat(40))))).toEqual([401, 'unauthorized']);
    const asAdmin = tokens.call('/api/v1/admin/audit', { headers: bearer(tokenOf('dora')) });
    expect(await refusal(asAdmin)).toEqual([401, 'unauthorized']);
  });
});

describe.each([
  ['the proxy', proxied, (name: string, browser: Browser) => ({ [HEADER]: name, Cookie: browser.cookie })],
  [
    'a token',
    tokens,
    (name: string, browser: Browser) => ({ Cookie: `${browser.cookie}; session=${tokenOf(name)}` }),
  ],
] as const)('what a browser stored before its member signed in by %s', (_way, app, signedIn) => {
  const claim = (headers: Record<string, string>) =>
    app.call('/api/v1/me/claim', { method: 'POST', headers });

  it('is told, and taken along', async () => {
    const browser = await app.browser();
    const id = await add(app, browser.owner);
    const headers = signedIn(`new-${count}`, browser);
    const before = await jsonOf<Me>(me(app, headers));
    expect(before).toMatchObject({ kind: 'member', claimable: 1 });
    expect((await listOf(app, headers)).total).toBe(0);
    expect(await jsonOf(claim(headers))).toEqual({ owner: before.owner, moved: 1, left: 0 });
    expect((await listOf(app, headers)).items.map((item) => item.id)).toEqual([id]);
    expect(await jsonOf(me(app, headers))).toMatchObject({ claimable: 0 });
    expect(await jsonOf(claim(headers))).toMatchObject({ moved: 0 });
  });

  it('is then the member’s alone: the cookie of before opens a new guest’s library', async () => {
    const browser = await app.browser();
    const id = await add(app, browser.owner);
    const code = (await jsonOf<{ code: string }>(browser.post('/api/v1/me/recovery-code'))).code;
    await claim(signedIn(`new-${count}`, browser));
    const answer = await browser.call('/api/v1/me');
    const { owner, kind } = (await answer.json()) as Me;
    expect(kind).toBe('guest');
    expect(owner).not.toBe(browser.owner);
    expect(answer.headers.get('set-cookie')).toContain(owner);
    expect((await browser.call(`/api/v1/images/${id}`)).status).toBe(404);
    expect(await refusal(browser.post(`/api/v1/images/${id}/delete`))).toEqual([401, 'identity_required']);
    const other = await app.browser();
    expect(await refusal(other.post('/api/v1/me/recover', { code }))).toEqual([403, 'forbidden']);
  });

  it('is nobody’s who is not signed in, and no pipeline’s', async () => {
    const browser = await app.browser();
    await add(app, browser.owner);
    expect(await refusal(claim({ Cookie: browser.cookie }))).toEqual([403, 'forbidden']);
    expect(await refusal(claim({}))).toEqual([401, 'identity_required']);
    const service = { Authorization: `Bearer ${SERVICE}`, 'X-User-Id': browser.owner };
    expect(await refusal(claim(service))).toEqual([403, 'forbidden']);
    expect(await refusal(claim({ Authorization: `Bearer ${ADMIN}` }))).toEqual([403, 'forbidden']);
    const forgedCookie = browser.cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const headers = signedIn(`new-${count}`, { ...browser, cookie: forgedCookie });
    expect(await refusal(claim(headers))).toEqual([403, 'forbidden']);
    expect((await browser.call('/api/v1/me')).status).toBe(200);
  });
});
