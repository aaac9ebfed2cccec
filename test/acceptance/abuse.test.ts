import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { sha256, tinyPng } from './png.ts';
import { openSocket, requestBytes } from './raw-socket.ts';
import { ADMIN_TOKEN, type Item, SERVICE_TOKEN, serviceClient } from './rig.ts';
import {
  cookieOf,
  filePart,
  inParallel,
  multipart,
  stored,
  untilNothingStaged,
  uploadParts,
  useServer,
  type Visitor,
  visit,
} from './wire.ts';

describe('slow clients (O1)', () => {
  const server = useServer();

  it('of one browser do not take every slot: others and pipelines go on', async () => {
    const [slow, other] = [await visit(server.url), await visit(server.url)];
    const { body, type } = multipart([filePart(tinyPng(4))]);
    const headers = { 'Content-Type': type, 'Content-Length': String(body.length) };
    const head = requestBytes(
      'POST /api/v1/inputs/upload',
      { Cookie: slow.cookie, ...headers },
      body.subarray(0, 300),
    );
    const sockets = await Promise.all(Array.from({ length: 64 }, () => openSocket(server.url)));
    try {
      for (const socket of sockets) socket.send(head);
      const refused = await Promise.race(sockets.map((socket) => socket.answer()));
      expect(refused?.status).toBe(503);
      await stored(server.url, 'u-pipeline', tinyPng(5));
      const answer = await fetch(`${server.url}/api/v1/inputs/upload`, {
        method: 'POST',
        headers: { cookie: other.cookie, 'content-type': type },
        body: new Uint8Array(body),
      });
      expect(answer.status, await answer.text()).toBe(201);
    } finally {
      for (const socket of sockets) socket.cut();
    }
    await untilNothingStaged(server);
  });
});

describe('visitors without end (O3)', () => {
  const server = useServer({ RATE_LIMIT_NEW_IDENTITIES: '60' });

  it('make no folders, and are counted by their address, whatever they say it is', async () => {
    const { body, type } = multipart([filePart(tinyPng(1))]);
    const statuses = new Set<number>();
    await inParallel(Array.from({ length: 300 }), 8, async (_, index) => {
      const upload = index % 2 === 0;
      const answer = await fetch(`${server.url}/api/v1/${upload ? 'inputs/upload' : 'me'}`, {
        headers: {
          'x-forwarded-for': `203.0.113.${index % 250}`,
          ...(upload ? { 'content-type': type } : {}),
        },
        ...(upload ? { method: 'POST', body: new Uint8Array(body) } : {}),
      });
      statuses.add(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      await answer.arrayBuffer();
    });
    expect([...statuses].sort()).toEqual([200, 401, 429]);
    expect(await readdir(`${server.outputs}/users`)).toEqual([]);
    expect(await readdir(`${server.outputs}/.kiroku/staging`)).toEqual([]);
    await stored(server.url, 'u-known', tinyPng(2));
  });
});

describe('one owner without end (O3)', () => {
  const server = useServer({ RATE_LIMIT_PER_OWNER: '30' });

  it('is told to wait; others are not', async () => {
    const [greedy, calm] = [await visit(server.url), await visit(server.url)];
    const ask = async ({ cookie }: Visitor) => {
      const answer = await fetch(`${server.url}/api/v1/images`, { headers: { cookie } });
      await answer.arrayBuffer();
      return answer.status;
    };
    const statuses: number[] = [];
    for (let index = 0; index < 60; index += 1) statuses.push(await ask(greedy));
    expect(statuses[0]).toBe(200);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(15);
    expect(await ask(calm)).toBe(200);
  });
});

describe('logs and metrics (O4, O5)', () => {
  const server = useServer({
    LOG_LEVEL: 'debug',
    METRICS_TOKEN: 'metrics-token-for-tests-0123456789-abcdef',
  });
  let printed = '';
  let visitor: Visitor;

  beforeAll(async () => {
    for (const stream of [server.running.process.stdout, server.running.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        printed += chunk.toString('utf8');
      });
    }
    visitor = await visit(server.url);
  });

  const PROMPT = 'a-prompt-that-is-nobodys-business';
  const INJECTED = '\n{"level":30,"msg":"injected"}\n\x1b[31mred\x1b[0m\r\n';

  it('hold lines of JSON, nothing injected, nothing secret', async () => {
    const call = (path: string, headers: Record<string, string> = {}) =>
      fetch(server.url + path, { headers }).then((answer) => answer.arrayBuffer());
    const injected = encodeURIComponent(INJECTED);
    await call(`/api/v1/images?owner=x&token=${SERVICE_TOKEN}&q=${PROMPT}`, { cookie: visitor.cookie });
    await call(`/${injected}?x=${injected}`, {
      'user-agent': '","level":60,"msg":"injected"',
      referer: PROMPT,
    });
    await call(`/outputs/${injected}`, { cookie: `${visitor.cookie}x` });
    await call(`/${'long'.repeat(3_000)}`);
    await call('/metrics', { authorization: `Bearer ${ADMIN_TOKEN}` });
    await call('/metrics', { authorization: `Bearer ${ADMIN_TOKEN}-wrong` });
    for (const meta of [
      `{"prompt":"${PROMPT}"}`,
      `{"${PROMPT}":1}`,
      `{"prompt":${JSON.stringify(INJECTED)}}`,
      `{"seed":"${PROMPT}"}`,
      PROMPT,
    ]) {
      const parts = [{ name: 'meta', body: meta }, filePart(tinyPng(1), `${PROMPT}.png`)];
      await uploadParts(server.url, {
        parts,
        owner: 'u-log',
        headers: { 'idempotency-key': `${PROMPT}-${meta.length}` },
      });
    }
    await uploadParts(server.url, { parts: [filePart(Buffer.from(PROMPT), PROMPT)], owner: 'u-log' });
    for (const raw of [
      `GET /\x1b[31m HTTP/1.1\r\n\r\n`,
      `GET /\x9b31m\x85 HTTP/1.1\r\nHost: a\r\n\r\n`,
      `GET /${INJECTED} HTTP/1.1\r\n\r\n`,
      `${INJECTED}\r\n\r\n`,
    ]) {
      const socket = await openSocket(server.url);
      socket.send(Buffer.from(raw, 'latin1'));
      await socket.answer();
      socket.cut();
    }
    await vi.waitFor(() => expect(printed.split('\n').length).toBeGreaterThan(14));
    const lines = printed.split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const entry: { level?: unknown; msg?: unknown } = JSON.parse(line);
      expect(typeof entry.level, line).toBe('number');
      expect(entry.msg, line).not.toBe('injected');
      expect(line.length, line).toBeLessThan(4_000);
      expect(line).not.toMatch(/\p{Cc}/u);
    }
    const secrets = [
      SERVICE_TOKEN,
      ADMIN_TOKEN,
      PROMPT,
      visitor.cookie.slice('anon_id='.length),
      visitor.cookie.split('.').at(-1) ?? 'none',
      'cookie-secret-for-acceptance',
    ];
    for (const secret of secrets) expect(printed, secret).not.toContain(secret);
  });

  it('metrics are for those with a token, and name no owner, id or path', async () => {
    for (const authorization of [undefined, 'Bearer x', `Bearer ${SERVICE_TOKEN}`]) {
      const answer = await fetch(
        `${server.url}/metrics`,
        authorization === undefined ? {} : { headers: { authorization } },
      );
      expect([401, 403]).toContain(answer.status);
      expect(await answer.text()).not.toContain('kiroku_');
    }
    const series = async () => {
      const token = 'metrics-token-for-tests-0123456789-abcdef';
      const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(200);
      const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return lines
        .map((line) => line.slice(0, line.lastIndexOf(' ')))
        .filter((name) => name.startsWith('kiroku_http'));
    };
    const round = async (name: string) => {
      const item = await stored(server.url, `u-${name}`, tinyPng(2));
      const client = serviceClient(server.url, `u-${name}`);
      await client.bytes(item.url);
      await fetch(`${server.url}/${name}/${item.id}`).then((answer) => answer.arrayBuffer());
      await fetch(`${server.url}/api/v1/images/${item.id}`).then((answer) => answer.arrayBuffer());
      await visit(server.url);
    };
    await round('first');
    await series();
    const before = await series();
    await inParallel(Array.from({ length: 60 }), 4, (_, index) => round(`many-${index}`));
    const after = await series();
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
    expect(after.join('\n')).not.toMatch(/u-many|anon-|01[0-9a-z]{24}/);
  });

  it('health tells what is well, and nothing of where things are', async () => {
    const answer = await fetch(`${server.url}/healthz`);
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    expect(text).not.toContain(server.outputs);
    expect(text).not.toMatch(/u-log|anon-/);
    expect(Object.keys((JSON.parse(text) as { components: object }).components).length).toBeGreaterThan(2);
  });
});

describe('SIGTERM under load (O7)', () => {
  const server = useServer();

  it('loses nothing that was acknowledged, and ends with 0', async () => {
    const acknowledged = new Map<string, { url: string; hash: string }>();
    const client = serviceClient(server.url, 'u-term');
    let next = 0;
    const visitor = await visit(server.url);
    const lane = async () => {
      for (;;) {
        next += 1;
        const file = tinyPng(next, 64);
        const answer = await client.upload(file).catch(() => undefined);
        if (answer === undefined) return;
        const text = await answer.text().catch(() => undefined);
        if (answer.status === 503 || text === undefined) return;
        expect(answer.status, text).toBe(201);
        const item: Item = JSON.parse(text);
        acknowledged.set(item.id, { url: item.url, hash: sha256(file) });
      }
    };
    const lanes = Array.from({ length: 8 }, lane);
    await vi.waitUntil(() => acknowledged.size > 10, { timeout: 20_000, interval: 5 });
    expect(await server.running.stop()).toBe(0);
    await Promise.all(lanes);
    expect(await readdir(`${server.outputs}/.kiroku/staging`)).toEqual([]);
    await server.restart();
    const again = serviceClient(server.url, 'u-term');
    const listed = new Set((await again.all('active')).map(({ id }) => id));
    for (const [id, { url, hash }] of acknowledged) {
      expect(listed.has(id), id).toBe(true);
      expect(sha256(await again.bytes(url)), id).toBe(hash);
    }
    const me = await fetch(`${server.url}/api/v1/me`, { headers: { cookie: visitor.cookie } });
    expect(await me.text()).toContain(visitor.owner);
    expect(me.headers.get('set-cookie')).toBeNull();
    expect(cookieOf(await fetch(`${server.url}/api/v1/me`))).not.toBe(visitor.cookie);
  });
});
