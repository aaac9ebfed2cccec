import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { type Browser, jsonOf, useApp } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';

const app = useApp();
const SECRET = 'a secret prompt of the owner';
let browser: Browser;
let owner: Owner;
let id: string;
let second: string;
let original: Buffer;

interface Link {
  readonly sid: string;
  readonly url: string;
  readonly views: number;
  readonly previews: readonly string[];
}

/** A PNG with a text chunk, as generators write it. */
async function picture(seed: number): Promise<Buffer> {
  const bytes = Buffer.from(await pngPicture({ width: 16, height: 16, seed }));
  const data = Buffer.from(`parameters\0${SECRET}`, 'latin1');
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write('tEXt', 4, 'latin1');
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return Buffer.concat([bytes.subarray(0, 33), chunk, bytes.subarray(33)]);
}

beforeAll(async () => {
  browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  owner = browser.owner;
  original = await picture(1);
  id = (await app.services.add(original, { owner, meta: { prompt: SECRET } })).entry.id;
  second = (await app.services.add(await picture(2), { owner, meta: { prompt: SECRET } })).entry.id;
});

const share = (over: object = {}) =>
  jsonOf<Link>(browser.post('/api/v1/shares', { ids: [id, second], expires_in: 3600, ...over }));

describe('a shared link', () => {
  it('shows its pictures to whoever has it, and nothing more than was meant', async () => {
    const link = await share({ name: 'For Bert' });
    const page = await jsonOf<{ items: { url: string; thumb_url: string }[] }>(app.call(link.url));
    expect(page).toMatchObject({ name: 'For Bert', items: [{ id, width: 16 }, { id: second }] });
    expect(JSON.stringify(page)).not.toContain('secret');
    expect(JSON.stringify(page)).not.toContain(owner);
    const [item] = page.items;
    const file = await app.call(item?.url ?? '');
    expect(file.status).toBe(200);
    expect(file.headers.get('cache-control')).toBe('private, max-age=3600');
    expect(file.headers.get('content-type')).toBe('image/png');
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(bytes.includes(SECRET)).toBe(false);
    expect(bytes.subarray(0, 8).equals(original.subarray(0, 8))).toBe(true);
    const thumb = await app.call(item?.thumb_url ?? '');
    expect(thumb.headers.get('content-type')).toBe('image/webp');
    const again = await app.call(item?.thumb_url ?? '', {
      headers: { 'If-None-Match': thumb.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  it('shows the prompt and the bytes as they are where that was asked for', async () => {
    const link = await share({ show_prompt: true, strip_metadata: false });
    const page = await jsonOf<{ items: { prompt: string; url: string }[] }>(app.call(link.url));
    expect(page.items[0]?.prompt).toBe(SECRET);
    const part = await app.call(page.items[0]?.url ?? '', { headers: { Range: 'bytes=0-9' } });
    expect(part.status).toBe(206);
    const whole = await app.call(page.items[0]?.url ?? '');
    expect(Buffer.from(await whole.arrayBuffer()).equals(original)).toBe(true);
  });

  it('tells its owner which of its first pictures visitors see', async () => {
    const one = (await app.services.add(await picture(3), { owner })).entry.id;
    const link = await share({ ids: [one, second] });
    expect(link.previews).toEqual([one, second]);
    const previewsNow = async () => {
      const { shares } = await jsonOf<{ shares: Link[] }>(browser.call('/api/v1/shares'));
      return shares.find(({ sid }) => sid === link.sid)?.previews;
    };
    await browser.post(`/api/v1/images/${one}/delete`);
    expect(await previewsNow()).toEqual([second]);
    await browser.post(`/api/v1/images/${one}/restore`);
    expect(await previewsNow()).toEqual([one, second]);
    await browser.call(`/api/v1/shares/${link.sid}`, { method: 'DELETE' });
    expect(await previewsNow()).toEqual([]);
  });

  it('has no originals where thumbnails alone were shared', async () => {
    const link = await share({ thumbnail_only: true });
    const page = await jsonOf<{ items: { url: null }[] }>(app.call(link.url));
    expect(page.items.map(({ url }) => url)).toEqual([null, null]);
    expect((await app.call(`${link.url}/${id}`)).status).toBe(404);
    expect((await app.call(`${link.url}/${id}/thumb`)).status).toBe(200);
  });

  it('opens only what it names, and not what lies in the trash', async () => {
    const link = await share({ ids: [id] });
    expect((await app.call(`${link.url}/${second}`)).status).toBe(404);
    expect((await app.call(`${link.url}/${second}/thumb`)).status).toBe(404);
    await browser.post(`/api/v1/images/${id}/delete`);
    expect((await app.call(`${link.url}/${id}`)).status).toBe(404);
    expect((await app.call(`${link.url}/${id}/thumb`)).status).toBe(404);
    expect(await jsonOf(app.call(link.url))).toMatchObject({ items: [] });
    await browser.post(`/api/v1/images/${id}/restore`);
    expect((await app.call(`${link.url}/${id}`)).status).toBe(200);
  });

  it('ends when it is revoked, and to the second when its time is over', async () => {
    const revoked = await share();
    expect((await browser.call(`/api/v1/shares/${revoked.sid}`, { method: 'DELETE' })).status).toBe(200);
    expect((await browser.call(`/api/v1/shares/${revoked.sid}`, { method: 'DELETE' })).status).toBe(200);
    for (const path of ['', `/${id}`, `/${id}/thumb`]) {
      expect((await app.call(revoked.url + path)).status).toBe(410);
    }
    const before = app.services.clock.now;
    const short = await share({ expires_in: 10 });
    app.services.clock.now = before + 9_999;
    expect((await app.call(short.url)).status).toBe(200);
    app.services.clock.now = before + 10_000;
    const gone = await app.call(short.url);
    expect(gone.status).toBe(410);
    expect(await gone.json()).toMatchObject({ code: 'gone' });
    app.services.clock.now = before;
  });

  it('is refused with any one character changed, the same as one that never was', async () => {
    const { url } = await share();
    const token = url.slice(url.lastIndexOf('/') + 1);
    const never = await (await app.call('/s/s1.00000000.01kaj000000000000000000000.x')).json();
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'a' ? 'b' : 'a';
      const answer = await app.call(`/s/${token.slice(0, at)}${other}${token.slice(at + 1)}`);
      expect(answer.status, `character ${at}`).toBe(404);
      expect(await answer.json()).toEqual(never);
    }
  });

  it('does not stand in the log with what opens it', async () => {
    const { url } = await share();
    const lines = vi.spyOn(silentLog, 'info');
    try {
      const odd = url.replace('s1.', 's1%2E');
      for (const path of [url, `${url}/${id}/thumb`, odd]) {
        expect((await app.call(path)).status).toBe(200);
      }
      await vi.waitFor(() => expect(lines).toHaveBeenCalledTimes(3));
      const mac = url.slice(url.lastIndexOf('.') + 1);
      expect(mac).toHaveLength(43);
      expect(JSON.stringify(lines.mock.calls)).not.toContain(mac);
    } finally {
      lines.mockRestore();
    }
  });

  it('is its owner\u2019s alone to list and to end', async () => {
    const { sid, url } = await share({ name: 'mine' });
    await app.call(url);
    expect((await app.call(url, { method: 'HEAD' })).status).toBe(200);
    const list = await jsonOf<{ shares: Link[] }>(browser.call('/api/v1/shares'));
    expect(list.shares[0]).toMatchObject({ sid, url, views: 1, name: 'mine' });
    const other = await app.browser();
    expect(await jsonOf(other.call('/api/v1/shares'))).toEqual({ shares: [] });
    expect((await other.call(`/api/v1/shares/${sid}`, { method: 'DELETE' })).status).toBe(404);
    expect((await other.post('/api/v1/shares', { ids: [id], expires_in: 60 })).status).toBe(404);
    expect((await app.call(url)).status).toBe(200);
  });

  it.each([
    [{ ids: [] }],
    [{ expires_in: 0 }],
    [{ expires_in: -1 }],
    [{ expires_in: 1.5 }],
    [{ expires_in: 40_000_000 }],
    [{ ids: 'all' }],
    [{ password: 'x' }],
  ])('refuses %j', async (over) => {
    const answer = await browser.post('/api/v1/shares', { ids: [id], expires_in: 60, ...over });
    expect(answer.status).toBe(400);
  });
});
