import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { type Browser, jsonOf, useApp } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';
import { hasTool } from '../support/tools.ts';

const app = useApp();
let browser: Browser;
let owner: Owner;
const originals = new Map<string, Buffer>();

async function add(of: Owner, seed: number): Promise<string> {
  const bytes = Buffer.from(await pngPicture({ width: 16, height: 16, seed }));
  const { entry } = await app.services.add(bytes, { owner: of });
  if (of === owner) originals.set(`${entry.day.replaceAll('/', '-')}_${entry.id}.png`, bytes);
  return entry.id;
}

let ids: string[];
beforeAll(async () => {
  browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  owner = browser.owner;
  ids = [];
  for (let i = 0; i < 500; i += 1) ids.push(await add(owner, i));
});

async function whole(answer: Promise<Response>): Promise<Buffer> {
  return Buffer.from(await (await answer).arrayBuffer());
}

describe('an archive of originals', () => {
  it('has its length and tag before its first byte, and each original byte for byte', async () => {
    const answer = await browser.post('/api/v1/images/zip', { ids });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/zip');
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    const zip = Buffer.from(await answer.arrayBuffer());
    expect(Number(answer.headers.get('content-length'))).toBe(zip.length);
    for (const bytes of originals.values()) expect(zip.includes(bytes)).toBe(true);
  });

  it.skipIf(!hasTool('python3'))('is cut off anywhere and resumed, and opens', async () => {
    const link = await jsonOf<{ url: string; bytes: number }>(
      browser.post('/api/v1/images/zip?link=1', { ids }),
    );
    const first = await browser.call(link.url);
    const etag = first.headers.get('etag') ?? '';
    const zip = Buffer.from(await first.arrayBuffer());
    expect(zip.length).toBe(link.bytes);
    for (const share of [0.001, 0.3, 0.77, 0.9999]) {
      const cut = Math.floor(zip.length * share);
      const rest = await browser.call(link.url, { headers: { Range: `bytes=${cut}-`, 'If-Range': etag } });
      expect(rest.status).toBe(206);
      expect(rest.headers.get('content-range')).toBe(`bytes ${cut}-${zip.length - 1}/${zip.length}`);
      const joined = Buffer.concat([zip.subarray(0, cut), Buffer.from(await rest.arrayBuffer())]);
      expect(joined.equals(zip)).toBe(true);
    }
    const folder = mkdtempSync(join(tmpdir(), 'kiroku-zip-'));
    try {
      writeFileSync(join(folder, 'a.zip'), zip);
      const script =
        'import zipfile,sys\nz=zipfile.ZipFile(sys.argv[1])\nprint(z.testzip(), len(z.namelist()), len(set(z.namelist())))';
      expect(
        execFileSync('python3', ['-c', script, join(folder, 'a.zip')], { encoding: 'utf8' }).trim(),
      ).toBe('None 500 500');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is another one, whole again, once a picture in it has changed its place', async () => {
    const some = ids.slice(0, 3);
    const link = await jsonOf<{ url: string }>(browser.post('/api/v1/images/zip?link=1', { ids: some }));
    const zip = await whole(browser.call(link.url));
    const answer = await browser.call(link.url, { headers: { Range: 'bytes=5-', 'If-Range': '"another"' } });
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(zip)).toBe(true);
    expect((await browser.call(link.url, { headers: { Range: `bytes=${zip.length}-` } })).status).toBe(416);
  });

  it('holds nothing that its owner cannot open alone', async () => {
    const other = await app.browser();
    if (!isOwner(other.owner)) throw new Error('no owner');
    const foreign = await add(other.owner, 1000);
    const thrown = await add(owner, 1001);
    await browser.post(`/api/v1/images/${thrown}/delete`);
    for (const bad of [foreign, thrown, '01kaj00000000000000000000z', '../../etc/passwd']) {
      const answer = await browser.post('/api/v1/images/zip', { ids: [ids[0], bad] });
      expect(answer.status, bad).toBe(404);
    }
    const link = await jsonOf<{ url: string }>(
      browser.post('/api/v1/images/zip?link=1', { ids: ids.slice(0, 2) }),
    );
    expect((await other.call(link.url)).status).toBe(404);
    expect((await app.call(link.url)).status).toBe(404);
    app.services.clock.now += 3_600_001;
    expect((await browser.call(link.url)).status).toBe(404);
  });

  it.each([[{ ids: [] }], [{}], [{ ids: [1] }], [{ ids: ['a'], more: 1 }], [{ ids: Array(2001).fill('a') }]])(
    'refuses %j',
    async (body) => {
      expect((await browser.post('/api/v1/images/zip', body)).status).toBe(400);
    },
  );

  it('breaks off, and does not look whole, when a file vanishes on the way', async () => {
    const id = await add(owner, 2000);
    const entry = await app.services.gallery.get(owner, 'generated', id as never);
    const link = await jsonOf<{ url: string }>(
      browser.post('/api/v1/images/zip?link=1', { ids: [ids[0], id] }),
    );
    await app.services.blobs.remove(`users/${owner}/${entry.day}/${id}.png`);
    await expect(whole(browser.call(link.url))).rejects.toThrow();
  });
});
