import { beforeAll, describe, expect, it } from 'vitest';
import { tinyPng } from './png.ts';
import { exchange, requestBytes } from './raw-socket.ts';
import { bytesOf, filePart, itemOf, uploadParts, useServer, type Visitor, visit } from './wire.ts';

const server = useServer();
const picture = tinyPng(1, 64);
let owner: Visitor;
let original: string;
let thumb: string;

beforeAll(async () => {
  owner = await visit(server.url);
  const item = await itemOf(
    await uploadParts(server.url, { parts: [filePart(picture)], owner: owner.owner }),
  );
  original = item.url;
  thumb = item.thumb_url;
});

function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return fetch(server.url + path, { method, headers: { cookie: owner.cookie, ...headers } });
}

describe('ranges (S5)', () => {
  const size = picture.length;
  const part = (start: number, end: number) => ({ status: 206, start, end });
  const whole = { status: 200, start: 0, end: size - 1 };
  const unsatisfiable = { status: 416, start: 0, end: -1 };
  /** RFC 9110 §14: what is not understood is ignored; several ranges may be answered with the whole. */
  const TABLE: [string, { status: number; start: number; end: number }][] = [
    ['bytes=0-0', part(0, 0)],
    ['bytes=0-9', part(0, 9)],
    ['bytes=0-', part(0, size - 1)],
    ['bytes=10-', part(10, size - 1)],
    ['bytes=10-10', part(10, 10)],
    [`bytes=${size - 1}-`, part(size - 1, size - 1)],
    [`bytes=${size - 1}-${size - 1}`, part(size - 1, size - 1)],
    [`bytes=0-${size - 1}`, part(0, size - 1)],
    [`bytes=0-${size}`, part(0, size - 1)],
    ['bytes=0-99999999999999999999999999', part(0, size - 1)],
    ['bytes=5-18446744073709551616', part(5, size - 1)],
    ['bytes=-1', part(size - 1, size - 1)],
    ['bytes=-10', part(size - 10, size - 1)],
    [`bytes=-${size}`, part(0, size - 1)],
    [`bytes=-${size + 1}`, part(0, size - 1)],
    ['bytes=-99999999999999999999999', part(0, size - 1)],
    ['bytes=0000-0009', part(0, 9)],
    ['BYTES=0-9', part(0, 9)],
    [`bytes=${size}-`, unsatisfiable],
    [`bytes=${size}-${size + 5}`, unsatisfiable],
    ['bytes=99999999999999999999999-', unsatisfiable],
    ['bytes=-0', unsatisfiable],
    ['bytes=9-0', whole],
    ['bytes=-', whole],
    ['bytes=', whole],
    ['bytes', whole],
    ['', whole],
    ['bytes=a-b', whole],
    ['bytes=1-2-3', whole],
    ['bytes=--1', whole],
    ['bytes=+1-2', whole],
    ['bytes=1.5-2', whole],
    ['bytes=0x0-0x9', whole],
    ['bytes =0-9', whole],
    ['items=0-9', whole],
    ['bytes=0-0,2-2', whole],
    ['bytes=0-,0-,0-,0-', whole],
    [`bytes=${Array.from({ length: 400 }, (_, index) => `${index}-${index}`).join(',')}`, whole],
    [`bytes=0-${'9'.repeat(5_000)}`, whole],
    ['bytes=\u00a00-9', whole],
  ];

  const cases = TABLE.map(([range, wanted]) => ({ name: range.slice(0, 40), range, ...wanted }));

  it.each(cases)('"$name": $status', async ({ range, status, start, end }) => {
    const request = requestBytes(`GET ${original}`, { Cookie: owner.cookie, Range: range });
    const answer = await exchange(server.url, request);
    expect(answer?.status).toBe(status);
    if (status === 416) expect(answer?.headers.get('content-range')).toBe(`bytes */${size}`);
    else expect(answer?.body).toEqual(Buffer.from(picture.subarray(start, end + 1)));
    if (status === 206) expect(answer?.headers.get('content-range')).toBe(`bytes ${start}-${end}/${size}`);
  });

  it('of a thumbnail, and over HEAD', async () => {
    const full = await bytesOf(await get(thumb));
    const some = await get(thumb, { range: 'bytes=3-7' });
    expect([some.status, await bytesOf(some)]).toEqual([206, full.subarray(3, 8)]);
    expect((await get(original, { range: 'bytes=0-9' }, 'HEAD')).status).toBe(200);
  });
});

describe('conditions', () => {
  it('If-None-Match goes before If-Modified-Since; If-Range decides over a range', async () => {
    const first = await get(original);
    const etag = first.headers.get('etag') ?? '';
    const date = first.headers.get('last-modified') ?? '';
    const earlier = new Date(Date.parse(date) - 60_000).toUTCString();
    const later = new Date(Date.parse(date) + 60_000).toUTCString();
    const table: [Record<string, string>, number][] = [
      [{ 'if-none-match': etag }, 304],
      [{ 'if-none-match': `W/${etag}` }, 304],
      [{ 'if-none-match': '*' }, 304],
      [{ 'if-none-match': `"a", ${etag}` }, 304],
      [{ 'if-none-match': '"a"' }, 200],
      [{ 'if-none-match': etag.slice(1, -1) }, 200],
      [{ 'if-none-match': `"${'x'.repeat(6_000)}"` }, 200],
      [{ 'if-none-match': '"a"', 'if-modified-since': later }, 200],
      [{ 'if-modified-since': date }, 304],
      [{ 'if-modified-since': later }, 304],
      [{ 'if-modified-since': earlier }, 200],
      [{ 'if-modified-since': 'yesterday' }, 200],
      [{ range: 'bytes=0-3', 'if-range': etag }, 206],
      [{ range: 'bytes=0-3', 'if-range': '"a"' }, 200],
      [{ range: 'bytes=0-3', 'if-range': `W/${etag}` }, 200],
      [{ range: 'bytes=0-3', 'if-range': date }, 206],
      [{ range: 'bytes=0-3', 'if-range': earlier }, 200],
      [{ range: 'bytes=0-3', 'if-none-match': etag }, 304],
    ];
    for (const [headers, status] of table) {
      const answer = await get(original, headers);
      expect(answer.status, JSON.stringify(headers).slice(0, 100)).toBe(status);
      const body = await bytesOf(answer);
      expect(body.length).toBe(status === 304 ? 0 : status === 206 ? 4 : picture.length);
    }
  });
});
