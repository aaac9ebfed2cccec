import { beforeAll, describe, expect, it } from 'vitest';
import { tinyPng } from './png.ts';
import { chunked, exchange, openSocket, requestBytes } from './raw-socket.ts';
import { type Item, serviceClient } from './rig.ts';
import {
  descriptors,
  filePart,
  inParallel,
  multipart,
  seeded,
  stored,
  untilNothingStaged,
  useServer,
  type Visitor,
  visit,
} from './wire.ts';

const COUNT = Number(process.env['KIROKU_GARBAGE'] ?? 2_500);
const server = useServer();
let visitor: Visitor;
let item: Item;

beforeAll(async () => {
  visitor = await visit(server.url);
  item = await stored(server.url, visitor.owner, tinyPng(1));
});

type Random = () => number;
const below = (random: Random, end: number) => Math.floor(random() * end);
function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[below(random, from.length)];
  if (one === undefined) throw new RangeError('nothing to pick from');
  return one;
}

/** Good requests of every shape that the server takes. None with a token: wrong ones lock our address out. */
function seeds(): Buffer[] {
  const cookie = { Cookie: visitor.cookie };
  const upload = multipart([{ name: 'meta', body: '{"prompt":"p","seed":"1"}' }, filePart(tinyPng(2))]);
  const withLength = (line: string, headers: Record<string, string>, body: string | Uint8Array) =>
    requestBytes(line, { ...headers, 'Content-Length': String(Buffer.byteLength(body)) }, body);
  const json = { ...cookie, 'Content-Type': 'application/json' };
  return [
    requestBytes('GET /api/v1/me', cookie),
    requestBytes('GET /api/v1/images?page=2&size=50&from=2026-01-01&tz=Asia/Seoul&favorite=true', cookie),
    requestBytes(`GET /api/v1/images/${item.id}`, { ...cookie, 'If-None-Match': '"1"' }),
    requestBytes(`GET ${item.url}`, { ...cookie, Range: 'bytes=0-99', 'If-Range': '"x"' }),
    requestBytes(`HEAD ${item.thumb_url}`, cookie),
    requestBytes('GET http://127.0.0.1/readyz', {}),
    requestBytes('OPTIONS *', {}),
    withLength(
      `PATCH /api/v1/images/${item.id}`,
      { ...json, 'If-Match': '"1"' },
      '{"tags":["a"],"rating":3}',
    ),
    withLength('POST /api/v1/images/bulk', json, `{"action":"tag","ids":["${item.id}"],"tags":["t"]}`),
    withLength('POST /api/v1/inputs/copy', json, `{"source":"generated","id":"${item.id}"}`),
    withLength('POST /api/v1/inputs/upload', { ...cookie, 'Content-Type': upload.type }, upload.body),
    requestBytes(
      'POST /api/v1/inputs/upload',
      { ...cookie, 'Content-Type': upload.type, 'Transfer-Encoding': 'chunked', 'Idempotency-Key': 'k' },
      chunked(upload.body, 300),
    ),
    requestBytes('GET /metrics', {}),
    requestBytes('GET /healthz', { Connection: 'Upgrade', Upgrade: 'websocket', Expect: '100-continue' }),
  ];
}

const TOKENS = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  ':',
  '/',
  '//',
  '/../',
  '%00',
  '%2e%2e/',
  '%',
  '%zz',
  '?',
  '#',
  '\\',
  '"',
  ';',
  ',',
  'HTTP/0.9',
  'HTTP/2.0',
  'HTTP/1.0',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'Host: \r\n',
  'Host: a\r\nHost: b\r\n',
  'Host: [::1\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: -5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding : chunked\r\n',
  'Expect: 200-maybe\r\n',
  'Connection: close, keep-alive\r\n',
  'Upgrade: h2c\r\n',
  '\xff\xfe',
  '\x1b[31m',
  '{"level":60}',
  '\u2028',
  'ffffffffffffffff\r\n',
  '0\r\n\r\n',
  `X-A: ${'a'.repeat(20_000)}\r\n`,
  'Cookie: anon_id=\r\n',
  'Range: bytes=-\r\n',
  '--',
  'boundary=',
  'X-User-Id: ../x\r\n',
  'CONNECT ',
  'TRACE ',
  'PROPFIND ',
] as const;

function mutate(seed: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let bytes = Buffer.from(seed);
  const rounds = 1 + below(random, 4);
  for (let round = 0; round < rounds; round += 1) {
    // Mostly where the request line and headers are: a body is a thing of one parser only.
    const end = random() < 0.8 ? Math.min(bytes.length, 400) : bytes.length;
    const at = below(random, end + 1);
    const length = below(random, random() < 0.7 ? 8 : 200);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (below(random, 7)) {
      case 0:
        if (at < bytes.length) bytes[at] = below(random, 256);
        break;
      case 1:
        bytes = Buffer.concat([head, tail.subarray(length)]);
        break;
      case 2:
        bytes = Buffer.concat([head, tail.subarray(0, length), tail]);
        break;
      case 3:
        bytes = Buffer.concat([head, Buffer.from(pick(random, TOKENS), 'latin1'), tail]);
        break;
      case 4:
        bytes = Buffer.from(bytes.subarray(0, at));
        break;
      case 5:
        bytes = Buffer.concat([head, pick(random, others).subarray(below(random, 300))]);
        break;
      default:
        bytes = Buffer.concat([head, Buffer.from(Array.from({ length }, () => below(random, 256))), tail]);
    }
  }
  return bytes;
}

describe('bytes that are no request (O2)', () => {
  it('odd ones that are known are answered by hand', async () => {
    const table: [string, readonly number[]][] = [
      ['GET / HTTP/1.1\r\n\r\n', [400]],
      ['GET / HTTP/1.1\r\nHost:\r\n\r\n', [200, 400]],
      ['GET / HTTP/1.1\r\nHost: a b\r\n\r\n', [200, 400]],
      ['GET / HTTP/1.1\r\nHost: [::1\r\n\r\n', [200, 400]],
      ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', [200, 400]],
      ['GET /\r\n\r\n', [200, 400]],
      ['GET // HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
      ['GET http:// HTTP/1.1\r\nHost: a\r\n\r\n', [200, 400, 404]],
      ['GET /%ff%00 HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
      ['FOO / HTTP/1.1\r\nHost: a\r\n\r\n', [400]],
      [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, [431]],
      [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, [431]],
      ['GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n', [400]],
      ['GET / HTTP/1.1\r\nHost: a\r\n folded: y\r\n\r\n', [400]],
      ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', [400]],
      ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nab', [400]],
      ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
    ];
    for (const [bytes, statuses] of table) {
      const answer = await exchange(server.url, Buffer.from(bytes, 'latin1'));
      expect(statuses, JSON.stringify(bytes.slice(0, 60))).toContain(answer?.status);
      expect(answer?.body.toString('latin1') ?? '').not.toMatch(/node_modules|at .*\.ts:/);
    }
  });

  it(`${COUNT} mutated requests: never a failure of ours, never a wait without end`, {
    timeout: 120_000,
  }, async () => {
    const seed = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);
    console.log(`garbage: seed ${seed}`);
    const random = seeded(seed);
    const good = seeds();
    const requests = Array.from({ length: COUNT }, () => mutate(pick(random, good), good, random));
    const before = await descriptors(server.pid);
    const statuses = new Map<number, number>();
    await inParallel(requests, 16, async (bytes) => {
      const socket = await openSocket(server.url);
      try {
        socket.send(bytes);
        socket.end();
        const what = () =>
          `seed ${seed}: ${JSON.stringify(bytes.toString('latin1', 0, 600))}\n${server.running.output()}`;
        const head = /^\s*HEAD /.test(bytes.toString('latin1', 0, 8));
        const answer = await socket
          .answer({ head })
          .catch((error: unknown) => expect.unreachable(`${error} ${what()}`));
        const status = answer?.status ?? 0;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect(status, `${answer?.body.toString()} ${what()}`).toBeLessThan(500);
      } finally {
        socket.cut();
      }
    });
    console.log(
      `garbage: ${[...statuses]
        .sort(([a], [b]) => a - b)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', ')}`,
    );
    expect(statuses.get(400) ?? 0).toBeGreaterThan(COUNT / 10);
    await untilNothingStaged(server);
    const client = serviceClient(server.url, visitor.owner);
    expect(await client.bytes(item.url)).toEqual(Buffer.from(tinyPng(1)));
    await stored(server.url, 'u-after', tinyPng(3));
    expect(await descriptors(server.pid)).toBeLessThan(before + 40);
    expect(server.running.output()).not.toMatch(/"level":(50|60)/);
  });
});
