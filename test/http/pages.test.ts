import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { BuiltPages } from '../../src/http/pages.ts';
import { refusal, useApp, type WireItem } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';

const SCRIPT = 'export const answer = 42;'.repeat(40);
const PAGE = `<!doctype html><head><base href="/" /><meta property="csp-nonce" />
    <link rel="preload" as="fetch" crossorigin="anonymous" href="./api/v1/images?size=100" />
<script type="module" src="./assets/index-abc.js"></script></head>`;

function built(files: Readonly<Record<string, string | Buffer>>): BuiltPages {
  return new Map(Object.entries(files).map(([path, text]) => [path, new Uint8Array(Buffer.from(text))]));
}

const BUILT = built({
  'index.html': PAGE,
  'assets/index-abc.js': SCRIPT,
  'assets/index-abc.js.br': brotliCompressSync(SCRIPT),
  'icons/icon-192.png': 'png',
  'manifest.webmanifest': '{}',
  'notes.txt': 'not of a known type',
});

const app = useApp({}, undefined, undefined, BUILT);
const below = useApp(
  { basePath: '/a&b', publicUrl: new URL('https://pictures.example/a&b') },
  undefined,
  undefined,
  BUILT,
);
const unbuilt = useApp();

/** A directive of the content policy. */
function directive(answer: Response, name: string): string {
  const policy = answer.headers.get('content-security-policy') ?? '';
  return (
    policy
      .split('; ')
      .find((part) => part.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? ''
  );
}

describe('the pages', () => {
  it.each(['/', '/inputs', '/trash', '/shares', '/you', '/admin', '/admin/users'])(
    '%s is the gallery',
    async (path) => {
      const answer = await app.call(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await answer.text()).toContain('./assets/index-abc.js');
    },
  );

  it.each([
    '/index.html',
    '/nothing',
    '/inputs/',
    '/trash/x',
    '/assets',
    '/assets/a/b.js',
    '/admin/a/b',
    '/.source',
  ])('%s is nothing', async (path) => {
    expect(await refusal(app.call(path))).toEqual([404, 'not_found']);
  });

  it.each(['/nothing', '/inputs/x/y', '/admin/a/b'])(
    '%s is a page that says so for who looks with a browser',
    async (path) => {
      const answer = await app.call(path, { headers: { Accept: 'text/html,*/*;q=0.8' } });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('vary')).toBe('Accept');
      expect(directive(answer, 'script-src')).toBe("'self'");
      expect(await answer.text()).toContain('./assets/index-abc.js');
    },
  );

  it.each([
    '/api/v1/nothing',
    '/api',
    '/assets/no.js',
    '/icons/no.png',
    '/s/a/b/c',
    '/outputs/a',
    '/.git/config',
  ])('%s is nothing for a browser too', async (path) => {
    const call = app.call(path, { headers: { Accept: 'text/html,*/*;q=0.8' } });
    expect((await refusal(call))[0]).not.toBe(200);
    const answer = await app.call(path, { headers: { Accept: 'text/html,*/*;q=0.8' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('are not for other methods', async () => {
    const call = app.call('/nothing', { method: 'POST', headers: { Accept: 'text/html' } });
    expect(await refusal(call)).toEqual([404, 'not_found']);
  });

  it('allow no script, frame, or host but their own, and styles by a nonce that no other answer has', async () => {
    const [one, other] = [await app.call('/'), await app.call('/')];
    expect(directive(one, 'default-src')).toBe("'none'");
    expect(directive(one, 'script-src')).toBe("'self'");
    expect(directive(one, 'frame-ancestors')).toBe("'none'");
    expect(one.headers.get('content-security-policy')).not.toMatch(/unsafe|\*|data:|https?:/);
    const [nonce] = /(?<='nonce-)[\w-]{22}(?=')/.exec(directive(one, 'style-src')) ?? [];
    expect(await one.text()).toContain(`<meta property="csp-nonce" nonce="${nonce}" content="${nonce}" />`);
    expect(directive(other, 'style-src')).not.toContain(nonce);
  });

  it('have the newest pictures asked for at once by who has been here, where all of them are shown', async () => {
    const cookie = (await app.call('/api/v1/me')).headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(cookie).not.toBe('');
    const pageOf = async (path: string, headers: Record<string, string>) => {
      const answer = await app.call(path, { headers });
      expect(answer.headers.get('vary')).toBe('Cookie');
      return answer.text();
    };
    expect(await pageOf('/', { Cookie: cookie })).toContain('href="./api/v1/images?size=100"');
    // the first call of who has not is to be the only one until it has brought the cookie
    const others = ['/?q=cat', '/?view=01m6a3z19ffr1cs1nt81dbw28p', '/trash', '/admin'];
    const silent = [pageOf('/', {}), ...others.map((path) => pageOf(path, { Cookie: cookie }))];
    for (const page of await Promise.all(silent)) {
      expect(page).not.toContain('preload');
      expect(page).toContain('./assets/index-abc.js');
    }
  });

  it('name the thumbnails of this browser and of nobody else, for no cache that others share', async () => {
    const [mine, others] = [await app.browser(), await app.browser()];
    const [first, second, trashed, theirs] = [
      await stored(mine.owner),
      await stored(mine.owner),
      await stored(mine.owner),
      await stored(others.owner),
    ];
    expect((await mine.post(`/api/v1/images/${trashed.id}/delete`)).status).toBe(200);
    const answer = await mine.call('/');
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
    const page = await answer.text();
    const links = [...page.matchAll(/<link rel="preload" as="image" href="([^"]+)" \/>/g)];
    expect(links.map(([, url]) => url)).toEqual([second.thumb_url, first.thumb_url]);
    expect(page.indexOf('as="fetch"')).toBeLessThan(page.indexOf('as="image"'));
    // with six connections, what stands behind the pictures waits for them
    expect(page.indexOf('type="module"')).toBeLessThan(page.indexOf('as="image"'));
    expect(await (await others.call('/')).text()).toContain(theirs.thumb_url);
    const forged = { Cookie: 'anon_id=v1.nothing' };
    expect(await (await app.call('/', { headers: forged })).text()).not.toContain('as="image"');
  });

  it('say below which path they lie', async () => {
    for (const path of ['/a&b', '/a&b/', '/a&b/trash', '/trash']) {
      expect(await (await below.call(path)).text()).toContain('<base href="/a&amp;b/" />');
    }
    expect(await (await app.call('/trash')).text()).toContain('<base href="/" />');
  });

  it('say how to build them where nobody has', async () => {
    const answer = await unbuilt.call('/');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm run build');
    expect((await unbuilt.call('/api/v1/me')).status).toBe(200);
  });
});

describe('the files of the pages', () => {
  it('are kept for good where their name changes with their content', async () => {
    const asset = await app.call('/assets/index-abc.js');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    const manifest = await app.call('/manifest.webmanifest');
    expect(manifest.headers.get('cache-control')).toBe('no-cache');
    expect(manifest.headers.get('content-type')).toBe('application/manifest+json');
    expect((await app.call('/icons/icon-192.png')).headers.get('content-type')).toBe('image/png');
  });

  it.each([
    ['br', 'br'],
    ['gzip, br;q=0.5', 'br'],
    ['*', 'br'],
    ['gzip', null],
    ['br;q=0', null],
    ['identity', null],
  ])('are sent to whoever takes %s in the coding %s', async (header, coding) => {
    const answer = await app.call('/assets/index-abc.js', { headers: { 'Accept-Encoding': header } });
    expect(answer.headers.get('content-encoding')).toBe(coding);
    expect(answer.headers.get('vary')).toBe('Accept-Encoding');
    expect(await answer.text()).toBe(SCRIPT);
  });

  it('answer 304 to whoever has them, by coding', async () => {
    const accept = { 'Accept-Encoding': 'br' };
    const etag = (await app.call('/assets/index-abc.js', { headers: accept })).headers.get('etag') ?? '';
    const ask = (headers: Record<string, string>) =>
      app.call('/assets/index-abc.js', { headers: { 'If-None-Match': etag, ...headers } });
    expect((await ask(accept)).status).toBe(304);
    expect((await ask({ 'Accept-Encoding': 'identity' })).status).toBe(200);
  });

  it('have a length, which is all that HEAD gets', async () => {
    const answer = await app.call('/assets/index-abc.js', {
      method: 'HEAD',
      headers: { 'Accept-Encoding': 'br' },
    });
    const length = Number(answer.headers.get('content-length'));
    const packed = BUILT.get('assets/index-abc.js.br') ?? new Uint8Array();
    expect([length, await answer.text()]).toEqual([packed.length, '']);
    expect(brotliDecompressSync(packed).toString()).toBe(SCRIPT);
  });

  it.each(['/assets/index-abc.js.br', '/assets/..%2findex.html', '/assets/missing.js', '/notes.txt'])(
    'do not include %s',
    async (path) => {
      expect(await refusal(app.call(path))).toEqual([404, 'not_found']);
    },
  );
});

describe("a share's address", () => {
  const asPerson = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

  it('is a page for a person, whatever the token, and kept out of indexes', async () => {
    const answer = await app.call('/s/s1.nothing', asPerson);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('vary')).toBe('Accept');
    expect(answer.headers.get('x-robots-tag')).toBe('noindex');
    expect(directive(answer, 'script-src')).toBe("'self'");
    expect(await answer.text()).toContain('csp-nonce');
  });

  it('is the list for everybody else, and for all where there is no page', async () => {
    expect(await refusal(app.call('/s/s1.nothing'))).toEqual([404, 'not_found']);
    expect(await refusal(unbuilt.call('/s/s1.nothing', asPerson))).toEqual([404, 'not_found']);
  });

  it('counts a view when the list is fetched, not when the page is', async () => {
    const browser = await app.browser();
    const made = await shareOf(browser.owner);
    await app.call(made.url, asPerson);
    await app.call(made.url, asPerson);
    const answer = await app.call(made.url);
    expect(answer.headers.get('vary')).toBe('Accept');
    const { shares } = (await (await browser.call('/api/v1/shares')).json()) as {
      shares: { views: number }[];
    };
    expect(shares.map(({ views }) => views)).toEqual([1]);
  });
});

async function stored(owner: string): Promise<WireItem> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(await pngPicture())]), 'a.png');
  const answer = await app.service(owner, '/api/v1/images', { method: 'POST', body: form });
  return (await answer.json()) as WireItem;
}

async function shareOf(owner: string): Promise<{ url: string }> {
  const { id } = await stored(owner);
  const answer = await app.service(owner, '/api/v1/shares', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ids: [id], expires_in: 600 }),
  });
  return (await answer.json()) as { url: string };
}
