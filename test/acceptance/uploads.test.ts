import { readdir } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { withChunks } from '../support/pictures/png-chunks.ts';
import { sha256, tinyPng } from './png.ts';
import { chunked, exchange, openSocket, requestBytes } from './raw-socket.ts';
import { SERVICE_TOKEN, serviceClient } from './rig.ts';
import {
  codeOf,
  descriptors,
  filePart,
  filesIn,
  inParallel,
  itemOf,
  multipart,
  peakMemory,
  seeded,
  stored,
  untilNothingStaged,
  uploadParts,
  useServer,
  visit,
} from './wire.ts';

const AUTH = { Authorization: `Bearer ${SERVICE_TOKEN}` };
const LINE = 'POST /api/v1/images?owner=u-raw';
const MIB = 1024 * 1024;

/** A good PNG of exactly this many bytes, most of them in chunks that no decoder looks at. */
function sizedPng(seed: number, bytes: number): Buffer {
  const png = Buffer.from(tinyPng(seed));
  let left = bytes - png.length;
  const more: { type: string; data: Buffer }[] = [];
  while (left > 0) {
    const size = left > MIB + 24 ? MIB : left;
    more.push({ type: 'prVt', data: Buffer.alloc(size - 12, seed) });
    left -= size;
  }
  return withChunks(png, more);
}

describe('the size of an upload (U1)', () => {
  const LIMIT = 200_000;
  const server = useServer({ UPLOAD_MAX_BYTES: String(LIMIT), INPUTS_MAX_BYTES: '100000' });

  it('is at most the limit: the last byte counts, however the length is told', async () => {
    for (const [over, expected] of [
      [0, 201],
      [1, 413],
      [100_000, 413],
    ] as const) {
      const { body, type } = multipart([filePart(sizedPng(over + 7, LIMIT + over))]);
      const headers = { ...AUTH, 'Content-Type': type };
      const told = requestBytes(LINE, { ...headers, 'Content-Length': String(body.length) }, body);
      expect((await exchange(server.url, told))?.status, `Content-Length, +${over}`).toBe(expected);
      const pieces = chunked(body, 10_000);
      const untold = requestBytes(LINE, { ...headers, 'Transfer-Encoding': 'chunked' }, pieces);
      expect((await exchange(server.url, untold))?.status, `chunked, +${over}`).toBe(expected);
    }
    const input = sizedPng(3, 100_001);
    const answer = await uploadParts(server.url, {
      parts: [filePart(input)],
      path: '/api/v1/inputs/upload',
      owner: 'u-raw',
    });
    expect(answer.status).toBe(413);
    expect(await codeOf(answer)).toBe('payload_too_large');
    await untilNothingStaged(server);
  });

  it('a length of ten gigabytes is refused before a byte of it came', async () => {
    const { type } = multipart([]);
    const head = requestBytes(LINE, { ...AUTH, 'Content-Type': type, 'Content-Length': '10000000000' });
    expect((await exchange(server.url, head))?.status).toBe(413);
  });

  it('a body without an end is cut: answered with 413, and not read for ever', async () => {
    const { body, type } = multipart([filePart(sizedPng(5, LIMIT))]);
    const socket = await openSocket(server.url);
    socket.send(requestBytes(LINE, { ...AUTH, 'Content-Type': type, 'Transfer-Encoding': 'chunked' }));
    socket.send(chunked(body.subarray(0, LIMIT), 50_000).subarray(0, -5));
    let open = true;
    const closed = socket.closed.then(() => {
      open = false;
    });
    const filler = chunked(Buffer.alloc(64 * 1024, 1), 64 * 1024).subarray(0, -5);
    let sent = 0;
    while (open && sent < 200 * MIB) {
      socket.send(filler);
      sent += filler.length;
      await socket.drained();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect(sent).toBeLessThan(200 * MIB);
    socket.cut();
    await untilNothingStaged(server);
  });

  it('a lying length costs that request alone', async () => {
    const { body, type } = multipart([filePart(tinyPng(4))]);
    const headers = { ...AUTH, 'Content-Type': type };
    const short = { ...headers, 'Content-Length': String(body.length - 40) };
    // What follows is no request: the connection is cut, and an answer that is not out yet with it.
    expect((await exchange(server.url, requestBytes(LINE, short, body)))?.status ?? 400).toBe(400);
    const socket = await openSocket(server.url);
    socket.send(requestBytes(LINE, { ...headers, 'Content-Length': String(body.length + 40) }, body));
    socket.end();
    expect((await socket.answer())?.status ?? 400).toBe(400);
    socket.cut();
    expect((await exchange(server.url, requestBytes(LINE, headers)))?.status, 'none').toBe(400);
    expect((await exchange(server.url, requestBytes(LINE, headers, body)))?.status ?? 400).toBe(400);
    for (const length of ['-1', '1e3', '0x10', '18446744073709551616', '1, 2', ' ', '+5']) {
      const answer = await exchange(
        server.url,
        requestBytes(LINE, { ...headers, 'Content-Length': length }, body),
      );
      expect(answer?.status, length).toBe(400);
    }
    const both = { ...headers, 'Content-Length': '5', 'Transfer-Encoding': 'chunked' };
    expect((await exchange(server.url, requestBytes(LINE, both, chunked(body, 100))))?.status).toBe(400);
    await untilNothingStaged(server);
    expect((await serviceClient(server.url, 'u-raw').all('active')).length).toBe(2);
  });
});

describe('memory under the largest uploads (U1)', () => {
  const SIZE = 32 * MIB;
  const server = useServer({ UPLOAD_MAX_BYTES: String(SIZE) });

  it('does not grow with their size', async () => {
    const upload = async (picture: Buffer, index: number) => {
      const item = await stored(server.url, `u-${index}`, picture);
      expect(item.meta['bytes']).toBe(picture.length);
      expect(item.meta['sha256']).toBe(sha256(picture));
    };
    // As many small ones first: what stays to be compared is their size alone.
    const round = (bytes: number) => Array.from({ length: 12 }, (_, index) => sizedPng(index + 10, bytes));
    await inParallel(round(4 * MIB), 12, upload);
    const before = await peakMemory(server.pid);
    await inParallel(round(SIZE), 12, upload);
    const grown = (await peakMemory(server.pid)) - before;
    console.log(`twelve uploads of 32 MiB at once: the server's peak memory grew by ${grown >> 20} MiB`);
    // Bodies kept whole would be 336 MiB more; what is allowed is garbage that is not collected yet.
    expect(grown).toBeLessThan(200 * MIB);
  });
});

const png = tinyPng(20);
const good = multipart([{ name: 'owner', body: 'u-multi' }, filePart(png)]);

/** Each is refused as the caller's fault; what a `type` is missing is the usual boundary. */
const HOSTILE: readonly { name: string; body: Uint8Array | string; type?: string }[] = [
  { name: 'no body', body: '' },
  { name: 'no part', ...multipart([]) },
  { name: 'no file', ...multipart([{ name: 'owner', body: 'u-multi' }]) },
  { name: 'file as a field', ...multipart([{ name: 'file', body: 'text' }]) },
  { name: 'file under another name', ...multipart([{ ...filePart(png), name: 'picture' }]) },
  { name: 'two files', ...multipart([filePart(png), filePart(tinyPng(21))]) },
  { name: 'no final boundary', body: good.body.subarray(0, -'----kiroku-wire-boundary--\r\n'.length - 4) },
  { name: 'end inside the file', body: good.body.subarray(0, good.body.indexOf(png) + 200) },
  { name: 'end inside the part headers', body: good.body.subarray(0, good.body.indexOf(png) - 20) },
  { name: 'wrong boundary', body: good.body, type: 'multipart/form-data; boundary=another' },
  { name: 'no boundary', body: good.body, type: 'multipart/form-data' },
  { name: 'empty boundary', body: good.body, type: 'multipart/form-data; boundary=""' },
  {
    name: 'boundary of 8,000 characters',
    ...multipart([filePart(png)], 'b'.repeat(8_000)),
  },
  { name: 'boundary of 71 characters', ...multipart([filePart(png)], 'b'.repeat(71)) },
  {
    name: '10,000 parts',
    ...multipart([
      ...Array.from({ length: 10_000 }, (_, index) => ({ name: `p${index}`, body: '' })),
      filePart(png),
    ]),
  },
  {
    name: '21 fields',
    ...multipart([
      ...Array.from({ length: 21 }, (_, index) => ({ name: `p${index}`, body: 'x' })),
      filePart(png),
    ]),
  },
  { name: 'a field of 1 MiB', ...multipart([{ name: 'meta', body: 'x'.repeat(MIB) }, filePart(png)]) },
  {
    name: 'a field twice',
    ...multipart([{ name: 'owner', body: 'u-a' }, { name: 'owner', body: 'u-b' }, filePart(png)]),
  },
  { name: 'urlencoded', body: 'file=x', type: 'application/x-www-form-urlencoded' },
  { name: 'JSON', body: '{"file":1}', type: 'application/json' },
  { name: 'multipart/mixed', body: good.body, type: good.type.replace('form-data', 'mixed') },
  { name: 'text that is no multipart', body: 'x'.repeat(5000) },
];

describe('multipart bodies that are broken or hostile (U2)', () => {
  const server = useServer();

  const post = (body: Uint8Array | string, type = good.type) =>
    exchange(
      server.url,
      requestBytes(
        'POST /api/v1/images?owner=u-multi',
        { ...AUTH, 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) },
        body,
      ),
    );

  it.each(HOSTILE)('$name: refused', async ({ body, type }) => {
    const answer = await post(body, type);
    // 431: a boundary that is longer than headers may be.
    expect([400, 413, 415, 431], answer?.body.toString()).toContain(answer?.status);
    expect(await readdir(`${server.outputs}/users`)).toEqual([]);
    await untilNothingStaged(server);
  });

  it('names of prototypes and endless ones are plain names', async () => {
    for (const name of [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '',
      'x'.repeat(100_000),
    ]) {
      const answer = await post(multipart([{ name, body: '{"isAdmin":true}' }, filePart(png)]).body);
      expect([201, 400], name).toContain(answer?.status);
    }
    const nested = await post(multipart([{ name: '__proto__[owner]', body: 'u-x' }, filePart(png)]).body);
    expect([201, 400]).toContain(nested?.status);
    const owners = await readdir(`${server.outputs}/users`);
    expect(owners).toEqual(['u-multi']);
  });

  it('a thousand of them leave nothing open and nothing behind', async () => {
    const random = seeded(7);
    const burst = async (count: number) => {
      const bodies = Array.from({ length: count }, () => {
        const end = Math.floor(random() * (good.body.length - 40));
        const broken = Buffer.from(good.body.subarray(0, end));
        if (random() < 0.5 && end > 0) broken[Math.floor(random() * end)] = Math.floor(random() * 256);
        return broken;
      });
      await inParallel(bodies, 16, async (body) => {
        const answer = await post(body);
        expect(answer?.status, answer?.body.toString()).toBeGreaterThanOrEqual(400);
        expect(answer?.status).toBeLessThan(500);
      });
      await untilNothingStaged(server);
    };
    await burst(50);
    const baseline = await descriptors(server.pid);
    await burst(1_000);
    await vi.waitFor(async () => expect(await descriptors(server.pid)).toBeLessThanOrEqual(baseline + 2), {
      timeout: 15_000,
      interval: 50,
    });
    await stored(server.url, 'u-after', tinyPng(22));
  });
});

describe('a client that goes away (U3)', () => {
  const server = useServer();

  it.each([0, 0.01, 0.5, 0.99, 'before the last boundary'] as const)(
    'after %s of the body: nothing stays',
    async (where) => {
      const { body, type } = multipart([filePart(sizedPng(30, 3 * MIB))]);
      const end = typeof where === 'number' ? Math.floor(body.length * where) : body.length - 30;
      const staging = `${server.outputs}/.kiroku/staging`;
      const before = await filesIn(server.outputs);
      const socket = await openSocket(server.url);
      const headers = { ...AUTH, 'Content-Type': type, 'Content-Length': String(body.length) };
      socket.send(requestBytes(LINE, headers, body.subarray(0, end)));
      await socket.drained();
      // a cut before the server has begun tries nothing
      if (end > 0) await vi.waitUntil(async () => (await readdir(staging)).length > 0, { timeout: 30_000 });
      socket.cut();
      await untilNothingStaged(server);
      expect(await filesIn(server.outputs)).toEqual(before);
    },
  );

  it('gives its slot back: more of them than there are slots, and uploads go on', async () => {
    const { body, type } = multipart([filePart(sizedPng(31, 200_000))]);
    const head = requestBytes(LINE, { ...AUTH, 'Content-Type': type, 'Content-Length': String(body.length) });
    for (let round = 0; round < 3; round += 1) {
      const sockets = await Promise.all(Array.from({ length: 40 }, () => openSocket(server.url)));
      for (const socket of sockets) socket.send(Buffer.concat([head, body.subarray(0, 100_000)]));
      await Promise.all(sockets.map((socket) => socket.drained()));
      for (const socket of sockets) socket.cut();
    }
    await untilNothingStaged(server);
    await stored(server.url, 'u-slots', tinyPng(32));
  });
});

describe('the picture of somebody else (U9)', () => {
  const server = useServer();

  it('stays as it is, whatever is sent with its id', async () => {
    const victim = await stored(server.url, 'u-victim', tinyPng(40));
    const client = serviceClient(server.url, 'u-victim');
    const original = await client.bytes(victim.url);
    const record = await client.item(victim.id).then((answer) => answer.text());
    const attacker = await visit(server.url);
    const headers = { cookie: attacker.cookie, 'x-picture-id': victim.id };
    const evil = tinyPng(41);
    const path = new URL(victim.url, server.url).pathname;
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
      for (const target of [path, `/api/v1/images/${victim.id}`, `/api/v1/images/${victim.id}/delete`]) {
        const body = method === 'PATCH' ? '{"tags":["mine"]}' : Buffer.from(evil);
        const type = method === 'PATCH' ? 'application/json' : 'image/png';
        const answer = await fetch(server.url + target, {
          method,
          headers: { ...headers, 'content-type': type },
          body,
        });
        expect([404, 405], `${method} ${target}`).toContain(answer.status);
      }
    }
    const meta = JSON.stringify({ id: victim.id });
    const named = await uploadParts(server.url, {
      parts: [{ name: 'meta', body: meta }, filePart(evil, `../../${victim.id}.png`)],
      owner: 'u-attacker',
    });
    expect(await codeOf(named)).toBe('invalid_metadata');
    const forged = await uploadParts(server.url, {
      parts: [
        { name: 'id', body: victim.id },
        { name: 'key', body: path.slice('/outputs/'.length) },
        filePart(evil, `${victim.id}.png`),
      ],
      owner: 'u-victim',
    });
    expect(forged.status).toBe(201);
    expect((await itemOf(forged)).id).not.toBe(victim.id);
    expect(await client.bytes(victim.url)).toEqual(original);
    expect(await client.item(victim.id).then((answer) => answer.text())).toBe(record);
  });

  it('a key of idempotency belongs to one owner', async () => {
    const key = { 'idempotency-key': 'the-same-key' };
    const parts = [filePart(tinyPng(42))];
    const first = await uploadParts(server.url, { parts, owner: 'u-one', headers: key });
    const second = await uploadParts(server.url, { parts, owner: 'u-two', headers: key });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect((await itemOf(second)).id).not.toBe((await itemOf(first)).id);
  });
});
