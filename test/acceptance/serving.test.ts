import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { jpegPicture } from '../support/pictures.ts';
import { sha256, tinyPng } from './png.ts';
import { exchange, openSocket, type RawAnswer, requestBytes } from './raw-socket.ts';
import { ADMIN_TOKEN, type Item, SERVICE_TOKEN, serviceClient } from './rig.ts';
import {
  bytesOf,
  filePart,
  inParallel,
  itemOf,
  multipart,
  uploadParts,
  useServer,
  type Visitor,
  visit,
} from './wire.ts';

const server = useServer();
const picture = tinyPng(1, 64);
let owner: Visitor;
let other: Visitor;
let item: Item;
let original: string;
let thumb: string;

beforeAll(async () => {
  owner = await visit(server.url);
  other = await visit(server.url);
  item = await itemOf(await uploadParts(server.url, { parts: [filePart(picture)], owner: owner.owner }));
  original = item.url;
  thumb = item.thumb_url;
});

function get(path: string, headers: Record<string, string> = {}, method = 'GET', who = owner) {
  return fetch(server.url + path, { method, headers: { cookie: who.cookie, ...headers } });
}

/** What makes any byte harmless in a browser (S1). */
function expectHarmless(headers: { get(name: string): string | null | undefined }, what: string) {
  expect(headers.get('x-content-type-options'), what).toBe('nosniff');
  expect(headers.get('content-security-policy'), what).toBe("default-src 'none'; sandbox");
  expect(headers.get('cross-origin-resource-policy'), what).toBe('same-origin');
  expect(headers.get('access-control-allow-origin') ?? null, what).toBeNull();
  expect(headers.get('cache-control'), what).toMatch(/^(private|no-store)/);
}

describe('headers of files (S1, S6)', () => {
  it('are on 200, 206, 304, 404 and 416, of originals and thumbnails, for GET and HEAD', async () => {
    for (const path of [original, thumb]) {
      const whole = await get(path);
      const etag = whole.headers.get('etag') ?? '';
      const type = path === original ? 'image/png' : 'image/webp';
      expect([whole.status, whole.headers.get('content-type')]).toEqual([200, type]);
      expect(whole.headers.get('content-disposition')).toBe('inline');
      expect(whole.headers.get('vary')).toMatch(/Cookie/);
      const answers: [number, Response][] = [
        [200, whole],
        [206, await get(path, { range: 'bytes=0-9' })],
        [304, await get(path, { 'if-none-match': etag })],
        [416, await get(path, { range: 'bytes=99999999-' })],
        [404, await get(path, {}, 'GET', other)],
        [404, await get(path.replace(/\.(png|webp)/, '.jpg'))],
        [200, await get(path, {}, 'HEAD')],
        [404, await get(path, {}, 'HEAD', other)],
        [405, await get(path, {}, 'POST')],
      ];
      for (const [status, answer] of answers) {
        expect(answer.status, `${path} ${status}`).toBe(status);
        expectHarmless(answer.headers, `${path} ${status}`);
        await answer.arrayBuffer();
      }
    }
  });

  it('of a HEAD are those of the GET, without a byte', async () => {
    const body = await bytesOf(await get(original));
    expect(body).toEqual(Buffer.from(picture));
    const head = await get(original, {}, 'HEAD');
    expect(head.headers.get('content-length')).toBe(String(picture.length));
    expect((await head.arrayBuffer()).byteLength).toBe(0);
  });

  it('keep a picture that is also a page from being one (I5)', async () => {
    const script = Buffer.from('<script>fetch("/api/v1/images")</script><!doctype html><html>');
    for (const bytes of [
      Buffer.concat([tinyPng(2), script]),
      Buffer.concat([await jpegPicture({ width: 9 }), script]),
    ]) {
      const upload = await uploadParts(server.url, {
        parts: [filePart(bytes, 'a.html', 'text/html')],
        owner: owner.owner,
      });
      expect(upload.status).toBe(201);
      const { url } = await itemOf(upload);
      const answer = await get(url, { accept: 'text/html', 'sec-fetch-dest': 'document' });
      expect(answer.headers.get('content-type')).toMatch(/^image\/(png|jpeg)$/);
      expectHarmless(answer.headers, url);
      expect(sha256(await bytesOf(answer))).toBe(sha256(bytes));
    }
  });

  it('let no shared cache keep anything', async () => {
    expect((await get(original)).headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect((await get(thumb)).headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect((await get(thumb.replace('?v=1', ''))).headers.get('cache-control')).toBe('private, no-cache');
    for (const path of [
      '/api/v1/images',
      `/api/v1/images/${item.id}`,
      '/api/v1/me',
      '/healthz',
      '/nothing',
    ]) {
      expect((await get(path)).headers.get('cache-control'), path).toMatch(/^(no-store|private, no-cache)$/);
    }
  });
});

const CANARY = 'the-canary-that-nobody-may-read';

describe('paths that lead elsewhere (S2, S3)', () => {
  it('lead nowhere, however they are written', async () => {
    await writeFile(join(server.parent, 'canary.png'), CANARY);
    await writeFile(join(server.outputs, 'canary.png'), CANARY);
    // secrets that are set, as here, are not written: what the texts below reach for must be there
    await writeFile(join(server.outputs, '.kiroku/secrets.json'), JSON.stringify({ v: 1, cookie: CANARY }), {
      flag: 'wx',
    });
    const day = original.slice('/outputs/'.length, original.lastIndexOf('/'));
    await writeFile(join(server.outputs, day, 'canary.png'), CANARY);
    const fake = item.id.replace(/.$/, item.id.endsWith('0') ? '1' : '0');
    await symlink(join(server.parent, 'canary.png'), join(server.outputs, day, `${fake}.png`));
    const sidecar = `${day}/${item.id}.json`;
    expect(await readFile(join(server.outputs, sidecar), 'utf8')).toContain(item.id);

    const targets = [
      'canary.png',
      '../canary.png',
      '../../../../../../etc/passwd',
      `${day}/canary.png`,
      `${day}/../../../../../../canary.png`,
      `${day}/${fake}.png`,
      sidecar,
      `users/${owner.owner}/manifest.jsonl`,
      '.kiroku/secrets.json',
      '.kiroku/volume.json',
      `${day}/thumb/../${item.id}.json`,
      'users',
      `users/${owner.owner}`,
      day,
      `${day}/`,
      '',
      '.',
      '..',
      `users/${owner.owner}/inputs/../manifest.jsonl`,
      `${day}/${item.id}.png/../${item.id}.json`,
      `${day}/${item.id}.png%00.json`,
      `${day}/${item.id}.PNG`,
      `${day}/${item.id}.html`,
      `users/../.kiroku/secrets.json`,
      `${server.outputs}/.kiroku/secrets.json`,
      `${server.parent}/canary.png`,
      'file:///etc/passwd',
      `users/${owner.owner}_private/x.png`,
      `../outputs_private/x.png`,
      `users/${other.owner}/${day.split('/').slice(2).join('/')}/${item.id}.png`,
    ];
    const encodings: ((path: string) => string)[] = [
      (path) => path,
      (path) => path.replaceAll('.', '%2e'),
      (path) => path.replaceAll('/', '%2f'),
      (path) => path.replaceAll('.', '%2E').replaceAll('/', '%2F'),
      (path) => path.replaceAll('.', '%252e').replaceAll('/', '%252f'),
      (path) => path.replaceAll('/', '\\'),
      (path) => path.replaceAll('/', '%5c'),
      (path) => path.replaceAll('.', '%c0%ae').replaceAll('/', '%c0%af'),
      (path) => path.replaceAll('.', '%e0%80%ae'),
      (path) => path.replaceAll('/', '//'),
      (path) => path.replaceAll('/', '/./'),
      (path) => path.replaceAll('/', ';/'),
      (path) => `${path}%00`,
      (path) => `${path}%00.png`,
      (path) => `${path}?.png`,
      (path) => `${path}#.png`,
      (path) => `%2e/${path}`,
      (path) => `/${path}`,
      (path) => `../outputs/${path}`,
      (path) => `x/../${path}`,
      (path) => path.replaceAll('..', '....//'),
      (path) => path.replaceAll('..', '..;'),
      (path) => path.replaceAll('.', '\u{FF0E}'),
    ];
    const prefixes = [
      '/outputs/',
      '//outputs/',
      '/outputs//',
      '/outputs/../outputs/',
      '/api/v1/images/',
      'http://127.0.0.1/outputs/',
      '/OUTPUTS/',
    ];
    const lines = new Set(
      prefixes.flatMap((prefix) =>
        targets.flatMap((path) => encodings.map((encode) => prefix + encode(path))),
      ),
    );
    const tried = [...lines];
    expect(tried.length).toBeGreaterThan(2_000);
    let answered = 0;
    await inParallel(tried, 16, async (target) => {
      const socket = await openSocket(server.url);
      socket.send(
        Buffer.concat([Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nCookie: ${owner.cookie}\r\n\r\n`)]),
      );
      const answer = await socket.answer();
      socket.cut();
      if (answer === undefined) return;
      answered += 1;
      expectRefused(answer, target);
    });
    expect(answered).toBeGreaterThan(tried.length * 0.9);
  });

  /** 200 only for what is the caller's own by its one spelling, or for the list; never with the canary in it. */
  function expectRefused(answer: RawAnswer, target: string) {
    const text = answer.body.toString('latin1');
    expect(text, target).not.toContain(CANARY);
    expect(text, target).not.toMatch(/root:|cookie_secret|SERVICE_TOKEN|"idem"/i);
    if (answer.status === 200) expect(text, target).toMatch(/^\{"items":\[/);
    else expect([400, 404], `${answer.status} ${target}`).toContain(answer.status);
  }

  it('are what they are sent as: no second spelling of a good one', async () => {
    const spelled = [
      original.replace('users', '%75sers'),
      original.replace('.png', '%2epng'),
      `${original}/`,
      `/.${original}`,
      original.replace('/users/', '//users/'),
      original.replace('/users/', '/./users/'),
      original.toUpperCase(),
      `${original};x`,
      `${original}%20`,
      `/x/..${original}`,
    ];
    for (const path of spelled) {
      const request = requestBytes(`GET ${path}`, { Cookie: owner.cookie });
      expect((await exchange(server.url, request))?.status, path).toBe(404);
    }
    const absolute = requestBytes(`GET http://any.example${original}`, { Cookie: owner.cookie });
    expect([200, 400]).toContain((await exchange(server.url, absolute))?.status);
  });
});

describe('whose file it is (S4)', () => {
  it('decides, whoever knows its URL', async () => {
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const cases: [string, string, Record<string, string>, number][] = [
      ['owner', '', { cookie: owner.cookie }, 200],
      ['admin', '', bearer(ADMIN_TOKEN), 200],
      ['service for the owner', `owner=${owner.owner}`, bearer(SERVICE_TOKEN), 200],
      ['service for another', `owner=${other.owner}`, bearer(SERVICE_TOKEN), 404],
      ['service for nobody', '', bearer(SERVICE_TOKEN), 404],
      ['other', '', { cookie: other.cookie }, 404],
      ['nobody', '', {}, 404],
      ['forged', '', { cookie: `${owner.cookie.slice(0, -1)}_` }, 404],
      ['unsigned', '', { cookie: `anon_id=${owner.owner}` }, 404],
      ['both', '', { cookie: `${owner.cookie}; ${other.cookie}` }, 404],
    ];
    for (const path of [original, thumb]) {
      for (const [who, query, headers, status] of cases) {
        const url = `${server.url}${path}${query === '' ? '' : `${path.includes('?') ? '&' : '?'}${query}`}`;
        const answer = await fetch(url, { headers });
        expect(answer.status, `${who} ${path}`).toBe(status);
        expect(answer.headers.get('set-cookie'), who).toBeNull();
        await answer.arrayBuffer();
      }
    }
  });
});

describe('what is not there any more (S7)', () => {
  it('trashed: the owner and the administrator see it, uncached; for all others it is gone at once', async () => {
    const upload = await uploadParts(server.url, { parts: [filePart(tinyPng(7))], owner: owner.owner });
    const trashed = await itemOf(upload);
    const before = await get(trashed.url);
    const etag = before.headers.get('etag') ?? '';
    await get(trashed.thumb_url);
    expect((await get(`/api/v1/images/${trashed.id}/delete`, {}, 'POST')).status).toBe(200);
    for (const path of [trashed.url, trashed.thumb_url]) {
      const own = await get(path);
      expect([own.status, own.headers.get('cache-control')], path).toEqual([200, 'no-store']);
      const admin = await fetch(server.url + path, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
      expect([admin.status, admin.headers.get('cache-control')], path).toEqual([200, 'no-store']);
      expect((await get(path, { 'if-none-match': etag }, 'GET', other)).status, path).toBe(404);
    }
  });

  it('a thumbnail that was removed is made again when it is asked for', async () => {
    const upload = await uploadParts(server.url, { parts: [filePart(tinyPng(8, 400))], owner: owner.owner });
    const made = await itemOf(upload);
    await rm(join(server.outputs, new URL(made.thumb_url, server.url).pathname.slice('/outputs/'.length)));
    const answer = await get(made.thumb_url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const { info } = await sharp(await bytesOf(answer)).toBuffer({
      resolveWithObject: true,
    });
    expect([info.width, info.height]).toEqual([320, 320]);
  });

  it('an original that was removed is a 404, and one that was cut short is not served', async () => {
    const client = serviceClient(server.url, owner.owner);
    const { body, type } = multipart([filePart(tinyPng(9))]);
    const gone = await itemOf(
      await client.call('/images', {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': type },
      }),
    );
    const file = join(server.outputs, gone.url.slice('/outputs/'.length));
    await writeFile(file, 'short');
    expect((await get(gone.url)).status).toBe(404);
    await rm(file);
    expect((await get(gone.url)).status).toBe(404);
  });
});
