import { filePart, multipart } from './calls.ts';
import { tinyPng } from './png.ts';
import { chunked, requestBytes } from './raw-socket.ts';

/** Requests that are nearly right: good ones of every shape that the server takes, with bytes changed, lost and put in. */

export type Random = () => number;

const below = (random: Random, end: number) => Math.floor(random() * end);
function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[below(random, from.length)];
  if (one === undefined) throw new RangeError('nothing to pick from');
  return one;
}

/** What good requests need: one browser and one picture of its own. */
interface Known {
  readonly cookie: string;
  readonly item: { readonly id: string; readonly url: string; readonly thumb_url: string };
}

/** None with a token: wrong ones lock our address out. */
export function goodRequests({ cookie: value, item }: Known): Buffer[] {
  const cookie = { Cookie: value };
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
    requestBytes('GET /', cookie),
    requestBytes('GET /openapi.json', { 'Accept-Encoding': 'gzip' }),
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

/** One of the good ones, changed in one place, or in up to four. */
export function nearlyRight(good: readonly Buffer[], random: Random): Buffer {
  let bytes = Buffer.from(pick(random, good));
  // more changes end in the parser nearly always; one lets many come as far as a route
  const rounds = random() < 0.6 ? 1 : 2 + below(random, 3);
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
        bytes = Buffer.concat([head, pick(random, good).subarray(below(random, 300))]);
        break;
      default:
        bytes = Buffer.concat([head, Buffer.from(Array.from({ length }, () => below(random, 256))), tail]);
    }
  }
  return bytes;
}
