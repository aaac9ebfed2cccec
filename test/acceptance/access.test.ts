import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyPng } from './png.ts';
import { exchange, requestBytes } from './raw-socket.ts';
import { ADMIN_TOKEN, SERVICE_TOKEN } from './rig.ts';
import {
  codeOf,
  cookieOf,
  filePart,
  multipart,
  stored,
  uploadParts,
  useServer,
  type Visitor,
  visit,
} from './wire.ts';

const server = useServer();
let visitor: Visitor;

beforeAll(async () => {
  visitor = await visit(server.url);
});

async function ownerWith(
  cookie: string,
): Promise<{ status: number; owner: string | undefined; fresh: boolean }> {
  const request = requestBytes('GET /api/v1/me', { Cookie: cookie });
  const answer = await exchange(server.url, request);
  const text = answer?.body.toString() ?? '';
  const owner = answer?.status === 200 ? (JSON.parse(text) as { owner: string }).owner : undefined;
  return { status: answer?.status ?? 0, owner, fresh: answer?.headers.has('set-cookie') === true };
}

function post(
  path: string,
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer> | null = null,
) {
  return fetch(server.url + path, { method: 'POST', headers, body });
}

describe('the cookie (A1)', () => {
  it('is believed as it was given, and in no other form', async () => {
    expect(await ownerWith(visitor.cookie)).toEqual({ status: 200, owner: visitor.owner, fresh: false });
    const value = visitor.cookie.slice('anon_id='.length);
    const flipped = [...value].map((character, index) => {
      const instead = character === 'a' ? 'b' : character === '0' ? '1' : /[0-9]/.test(character) ? '0' : 'a';
      return value.slice(0, index) + instead + value.slice(index + 1);
    });
    const forged = [
      ...flipped,
      value.slice(0, -1),
      `${value}=`,
      `${value}A`,
      `"${value}"`,
      encodeURIComponent(value).replace('.', '%2E'),
      value.toUpperCase(),
      value.replaceAll('.', '..'),
      `${value}.${value}`,
      visitor.owner,
      `${visitor.owner}.`,
      `${visitor.owner}....`,
      'j:{"owner":"x"}',
      '',
      'x'.repeat(4_000),
    ];
    for (const text of forged) {
      const { status, owner, fresh } = await ownerWith(`anon_id=${text}`);
      expect(status, text).toBe(200);
      expect(owner, text).not.toBe(visitor.owner);
      expect(fresh, text).toBe(true);
    }
    for (const name of ['Anon_Id', 'anon_id2', 'xanon_id', '__Host-anon_id', 'session']) {
      expect((await ownerWith(`${name}=${value}`)).owner, name).not.toBe(visitor.owner);
    }
  });

  it('of two parts of different cookies is none; two different cookies are refused; a bad one beside a good one is nothing', async () => {
    const second = await visit(server.url);
    const [a, b] = [visitor, second].map(({ cookie }) => cookie.slice('anon_id='.length).split('.'));
    const mixed = [
      [a?.[0], b?.[1], b?.[2], b?.[3]],
      [b?.[0], a?.[1], a?.[2], a?.[3]],
    ];
    for (const parts of mixed) {
      const { owner } = await ownerWith(`anon_id=${parts.join('.')}`);
      expect([visitor.owner, second.owner]).not.toContain(owner);
    }
    expect((await ownerWith(`${visitor.cookie}; ${second.cookie}`)).status).toBe(401);
    expect((await ownerWith(`${visitor.cookie}; ${second.cookie}`)).fresh).toBe(false);
    expect((await ownerWith(`${visitor.cookie}; ${visitor.cookie}`)).owner).toBe(visitor.owner);
    for (const both of [
      `anon_id=junk; ${visitor.cookie}`,
      `${visitor.cookie}; anon_id=junk`,
      `a=b; ${visitor.cookie}; c`,
    ]) {
      expect((await ownerWith(both)).owner, both).toBe(visitor.owner);
    }
  });

  it('is out of the reach of scripts and other sites, and different for each visit', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${server.url}/api/v1/me`)));
    const cookies = answers.map((answer) => cookieOf(answer));
    expect(new Set(cookies).size).toBe(20);
    for (const answer of answers) {
      expect(answer.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
      await answer.arrayBuffer();
    }
  });

  it('is needed to write: without it nothing is stored, and a fresh one comes', async () => {
    const before = await readdir(`${server.outputs}/users`);
    const { body, type } = multipart([filePart(tinyPng(1))]);
    const upload = await post('/api/v1/inputs/upload', { 'content-type': type }, new Uint8Array(body));
    expect(upload.status).toBe(401);
    expect(await codeOf(upload)).toBe('identity_required');
    expect(await readdir(`${server.outputs}/users`)).toEqual(before);
    expect(await readdir(`${server.outputs}/.kiroku/staging`)).toEqual([]);
    const cookie = cookieOf(upload);
    const again = await post('/api/v1/inputs/upload', { 'content-type': type, cookie }, new Uint8Array(body));
    expect(again.status).toBe(201);
  });

  it('rings: an old key is good while it is in the ring, and not after', async () => {
    const secrets = ['first-secret-0123456789-abcdefghij-ABCDEF', 'second-secret-0123456789-abcdefghij-ABCD'];
    await server.running.stop();
    await server.restart({ COOKIE_SECRET: secrets[0] ?? '' });
    const early = await visit(server.url);
    expect((await ownerWith(visitor.cookie)).owner).not.toBe(visitor.owner);
    await server.running.stop();
    await server.restart({ COOKIE_SECRET: `${secrets[1]},${secrets[0]}` });
    expect(await ownerWith(early.cookie)).toEqual({ status: 200, owner: early.owner, fresh: true });
    await server.running.stop();
    await server.restart({ COOKIE_SECRET: secrets[1] ?? '' });
    expect((await ownerWith(early.cookie)).owner).not.toBe(early.owner);
    await server.running.stop();
    await server.restart();
    expect((await ownerWith(visitor.cookie)).owner).toBe(visitor.owner);
  });
});

describe('writes that another site started (A2)', () => {
  const TYPES = [
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    undefined,
  ];

  it('are refused by origin and by Sec-Fetch-Site, whatever their type', async () => {
    const item = await stored(server.url, visitor.owner, tinyPng(2));
    const own = new URL(server.url);
    const bad: Record<string, string>[] = [
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: `http://sub.${own.host}` },
      { origin: `http://${own.hostname}:${Number(own.port) + 1}` },
      { origin: `https://${own.host}` },
      { origin: `${server.url}.evil.example` },
      { origin: `http://evil.example@${own.host}` },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: server.url },
      { 'sec-fetch-site': 'anything' },
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    ];
    const paths = [`/api/v1/images/${item.id}/delete`, '/api/v1/images/bulk', '/api/v1/inputs/upload'];
    for (const headers of bad) {
      for (const type of TYPES) {
        for (const path of paths) {
          const what = `${path} ${JSON.stringify(headers)} ${type}`;
          const sent = {
            Cookie: visitor.cookie,
            ...headers,
            ...(type === undefined ? {} : { 'Content-Type': type }),
          };
          const request = requestBytes(`POST ${path}`, { ...sent, 'Content-Length': '2' }, '{}');
          const answer = await exchange(server.url, request);
          expect(answer?.status, what).toBe(403);
          expect(answer?.body.toString(), what).toContain('"cross_site"');
        }
      }
    }
    const now = await fetch(`${server.url}/api/v1/images/${item.id}`, {
      headers: { cookie: visitor.cookie },
    });
    expect(await now.text()).toContain('"status":"active"');
  });

  it('a foreign host name that points here is none of ours', async () => {
    for (const host of ['evil.example', 'kiroku.evil.example:80', '127.0.0.1.nip.example']) {
      const request = Buffer.from(
        `POST /api/v1/images/bulk HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nCookie: ${visitor.cookie}\r\nContent-Length: 0\r\n\r\n`,
      );
      expect((await exchange(server.url, request))?.status, host).toBe(403);
    }
  });

  it('their own page may', async () => {
    const good: Record<string, string>[] = [
      {},
      { origin: server.url },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'same-origin', origin: server.url },
    ];
    const host = new URL(server.url).host;
    for (const [index, headers] of good.entries()) {
      const item = await stored(server.url, visitor.owner, tinyPng(3 + index));
      const head = Object.entries({ cookie: visitor.cookie, ...headers }).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      const request = `POST /api/v1/images/${item.id}/delete HTTP/1.1\r\nHost: ${host}\r\n${head.join('')}Content-Length: 0\r\n\r\n`;
      expect((await exchange(server.url, request))?.status, JSON.stringify(headers)).toBe(200);
    }
  });

  it('no answer lets another origin read it, and no GET changes anything', async () => {
    const headers = { cookie: visitor.cookie, origin: 'https://evil.example' };
    for (const [method, path] of [
      ['GET', '/api/v1/images'],
      ['OPTIONS', '/api/v1/images'],
      ['OPTIONS', '/api/v1/inputs/upload'],
    ] as const) {
      const asked = { ...headers, 'access-control-request-method': 'POST' };
      const answer = await fetch(server.url + path, { method, headers: asked });
      expect(answer.headers.get('access-control-allow-origin'), path).toBeNull();
      expect(answer.headers.get('access-control-allow-credentials'), path).toBeNull();
      await answer.arrayBuffer();
    }
    const item = await stored(server.url, visitor.owner, tinyPng(8));
    for (const path of [`/api/v1/images/${item.id}/delete`, '/api/v1/images/bulk', '/api/v1/inputs/upload']) {
      const answer = await fetch(server.url + path, { headers: { cookie: visitor.cookie } });
      expect([404, 405], path).toContain(answer.status);
      await answer.arrayBuffer();
    }
    const overridden = await post(`/api/v1/images/${item.id}`, {
      cookie: visitor.cookie,
      'x-http-method-override': 'DELETE',
    });
    expect([404, 405]).toContain(overridden.status);
  });
});

describe('tokens (A3)', () => {
  it('are whole, in the header, and the right one', async () => {
    const wrong = [
      SERVICE_TOKEN.slice(0, -1),
      `${SERVICE_TOKEN}x`,
      `${SERVICE_TOKEN.slice(0, -1)}X`,
      SERVICE_TOKEN.toUpperCase(),
      '',
      'x',
      `${SERVICE_TOKEN}, Bearer ${ADMIN_TOKEN}`,
    ];
    for (const token of wrong) {
      const answer = await fetch(`${server.url}/api/v1/images?owner=u-a`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect([answer.status, await codeOf(answer)], token).toEqual([401, 'unauthorized']);
    }
    for (const scheme of ['Basic', 'Token', 'Bearer:', '']) {
      const answer = await fetch(`${server.url}/metrics`, {
        headers: { authorization: `${scheme} ${ADMIN_TOKEN}`.trim() },
      });
      expect(answer.status, scheme).toBe(401);
      await answer.arrayBuffer();
    }
    for (const query of ['token', 'access_token', 'authorization', 'admin_token', 'key']) {
      const answer = await fetch(`${server.url}/metrics?${query}=${ADMIN_TOKEN}`);
      expect(answer.status, query).toBe(401);
      await answer.arrayBuffer();
      const upload = await post(`/api/v1/images?owner=u-a&${query}=${SERVICE_TOKEN}`, {});
      expect(upload.status, query).toBe(401);
      await upload.arrayBuffer();
    }
    const cookie = await fetch(`${server.url}/metrics`, { headers: { cookie: `token=${ADMIN_TOKEN}` } });
    expect(cookie.status).toBe(401);
  });
});

describe('guessing tokens (A3)', () => {
  const guarded = useServer();

  it('ends after a few tries: then not even the right one is looked at', async () => {
    const guess = (token: string) =>
      fetch(`${guarded.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    const statuses: number[] = [];
    for (let index = 0; index < 30; index += 1) {
      const answer = await guess(`guess-${index}-abcdefghijklmnopqrstuvwxyz0123456789`);
      statuses.push(answer.status);
      await answer.arrayBuffer();
    }
    expect(statuses.indexOf(429)).toBeGreaterThan(5);
    expect(new Set(statuses.slice(statuses.indexOf(429)))).toEqual(new Set([429]));
    const right = await guess(ADMIN_TOKEN);
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${guarded.url}/api/v1/me`)).status).toBe(200);
    expect((await uploadParts(guarded.url, { parts: [], owner: 'u-a' })).status).toBe(429);
  });
});
