import { beforeAll, describe, expect, it } from 'vitest';
import { CALLERS, type Caller, TABLE } from './access-table.ts';
import { tinyPng } from './png.ts';
import { ADMIN_TOKEN, type Item, SERVICE_TOKEN } from './rig.ts';
import { filePart, filesIn, itemOf, multipart, uploadParts, useServer, type Visitor, visit } from './wire.ts';

/**
 * Every operation of the OpenAPI document × everybody who may call it (A4, A6). The table (`access-table.ts`) is written
 * by hand; an operation that is in one of the two only fails the test.
 */
const server = useServer();

/** As ComfyUI's editor embeds it. */
const GRAPH = JSON.stringify({
  nodes: [{ id: 1, type: 'Note', widgets_values: ['mine'] }],
  links: [],
  version: 0.4,
});

let owner: Visitor;
let other: Visitor;
const pictures = new Map<string, Item>();

beforeAll(async () => {
  owner = await visit(server.url);
  other = await visit(server.url);
  for (const [index, path] of ['images', 'inputs/upload', 'controls/upload'].entries()) {
    const parts = [filePart(tinyPng(index + 1, 24, { workflow: GRAPH }))];
    const answer = await uploadParts(server.url, { parts, path: `/api/v1/${path}`, owner: owner.owner });
    expect(answer.status).toBe(201);
    pictures.set(path.split('/')[0] ?? '', await itemOf(answer));
  }
  // without a picture of its own nothing would be saved for it
  const theirs = await uploadParts(server.url, { parts: [filePart(tinyPng(20))], owner: other.owner });
  expect(theirs.status).toBe(201);
});

function callAs(caller: Caller): { headers: Record<string, string>; owner?: string } {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  switch (caller) {
    case 'owner':
      return { headers: { cookie: owner.cookie } };
    case 'other':
      return { headers: { cookie: other.cookie } };
    case 'none':
      return { headers: {} };
    case 'forged':
      return { headers: { cookie: owner.cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) } };
    case 'service':
      return { headers: bearer(SERVICE_TOKEN), owner: owner.owner };
    case 'service for other':
      return { headers: bearer(SERVICE_TOKEN), owner: other.owner };
    case 'admin':
      return { headers: bearer(ADMIN_TOKEN) };
  }
}

let searches = 0;

/** A new saved search of the owner's. */
async function newSearch(): Promise<string> {
  const { body, type } = bodyFor('/api/v1/searches');
  const headers = { cookie: owner.cookie, 'content-type': type };
  const answer = await fetch(`${server.url}/api/v1/searches`, { method: 'POST', headers, body });
  const { id }: { id: string } = JSON.parse(await answer.text());
  return id;
}

/** What the owner has made with one call, so that others can try to have it. */
async function newOf(path: string, body: object): Promise<{ sid: string; url: string }> {
  const headers = { cookie: owner.cookie, 'content-type': 'application/json' };
  const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return JSON.parse(await answer.text());
}

async function newShare(): Promise<{ sid: string; url: string }> {
  return newOf('/api/v1/shares', { ids: [pictures.get('images')?.id], expires_in: 600 });
}

/** What stands for `{token}` and `{sid}`. */
async function madeFor(template: string): Promise<{ token: string; sid: string }> {
  const tail = (url: string) => url.slice(url.lastIndexOf('/') + 1);
  if (template.includes('/searches/')) return { token: '', sid: await newSearch() };
  if (template.includes('/downloads/')) {
    const made = await newOf('/api/v1/images/zip?link=1', { ids: [pictures.get('images')?.id] });
    return { token: tail(made.url), sid: '' };
  }
  if (!/\{(sid|token)\}/.test(template)) return { token: '', sid: '' };
  const { sid, url } = await newShare();
  return { token: tail(url), sid };
}

/** The first file of this folder that the gallery's page names. */
async function fileBelow(folder: string): Promise<string> {
  const page = await fetch(server.url).then((answer) => answer.text());
  return new RegExp(`"\\.${folder}([^"]+)"`).exec(page)?.[1] ?? 'missing';
}

function bodyFor(path: string): { body: string | Uint8Array<ArrayBuffer>; type: string } {
  const id = pictureFor(path)?.id;
  if (path === '/api/v1/images' || path.endsWith('/upload')) {
    const { body, type } = multipart([filePart(tinyPng(9))]);
    return { body: new Uint8Array(body), type };
  }
  if (path.endsWith('/zip')) return { body: JSON.stringify({ ids: [id] }), type: 'application/json' };
  if (path.endsWith('/shares')) {
    return { body: JSON.stringify({ ids: [id], expires_in: 60 }), type: 'application/json' };
  }
  if (path.endsWith('/place')) return { body: '{"job_id":"j"}', type: 'application/json' };
  if (path.endsWith('/recover')) return { body: '{"code":"a wrong one"}', type: 'application/json' };
  const admins = adminBody(path);
  if (admins !== undefined) return { body: JSON.stringify(admins), type: 'application/json' };
  searches += 1;
  const json = path.startsWith('/api/v1/searches')
    ? { name: `search ${searches}`, query: { q: 'cat' } }
    : path.endsWith('/bulk')
      ? { action: 'favorite', ids: [id] }
      : path.endsWith('/copy')
        ? { source: 'generated', id }
        : { tags: ['a'] };
  return { body: JSON.stringify(json), type: 'application/json' };
}

/** What does nothing to the tree, where the call can be told so. */
function adminBody(path: string): object | undefined {
  if (!path.startsWith('/api/v1/admin/')) return undefined;
  if (path.endsWith('/transfer')) return { to: other.owner, dry_run: true };
  if (path.endsWith('/restore-backup')) return { ticket: '0'.repeat(32) };
  return /(purge-trash|thumbnails)$/.test(path) ? { dry_run: true } : {};
}

function pictureFor(path: string): Item | undefined {
  return pictures.get(
    /^\/api\/v1\/(?:admin\/)?(images|inputs|controls)\/(?!copy)/.exec(path)?.[1] ?? 'images',
  );
}

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly cookie: string | null;
}

async function call(
  operation: string,
  caller: Caller | { readonly cookie: string },
  id?: string,
): Promise<Answered> {
  const [method = '', template = ''] = operation.split(' ');
  const item = pictureFor(template);
  const made = await madeFor(template);
  const file = template.includes('{file}') ? await fileBelow(template.replace('{file}', '')) : '';
  const path = template
    .replace('users/{id}', `users/${owner.owner}`)
    .replace('{id}', id ?? item?.id ?? '')
    .replace('{name}', 'comfy-inputs')
    .replace('{page}', 'users')
    .replace('{file}', file)
    .replace('{sid}', template.includes('{sid}') ? (id ?? made.sid) : '')
    .replace('{token}', made.token)
    .replace('{job_id}', 'j')
    .replace('/outputs/{key}', item?.url ?? '');
  const as: ReturnType<typeof callAs> =
    typeof caller === 'string' ? callAs(caller) : { headers: { ...caller } };
  const url = new URL(path, server.url);
  if (as.owner !== undefined) url.searchParams.set('owner', as.owner);
  if (/admin\/(images|inputs|controls)$/.test(template)) url.searchParams.set('user_id', owner.owner);
  const sent = method === 'get' || method === 'delete' ? undefined : bodyFor(template);
  const stop = new AbortController();
  const answer = await fetch(url, {
    method: method.toUpperCase(),
    redirect: 'manual',
    signal: stop.signal,
    headers: { ...as.headers, ...(sent === undefined ? {} : { 'content-type': sent.type }) },
    ...(sent === undefined ? {} : { body: sent.body }),
  });
  const stream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = stream ? '' : await answer.text();
  stop.abort();
  return { status: answer.status, text, cookie: answer.headers.get('set-cookie') };
}

describe('who may do what', () => {
  it('is written down for every operation of the document, and for no other', async () => {
    const document: { paths: Record<string, object> } = JSON.parse(
      await fetch(`${server.url}/openapi.json`).then((answer) => answer.text()),
    );
    const served = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(served.sort()).toEqual(Object.keys(TABLE).sort());
  });

  it.each(Object.entries(TABLE))('%s', async (operation, row) => {
    for (const [index, caller] of CALLERS.entries()) {
      const { status, text } = await call(operation, caller);
      expect(status, `${caller}: ${text}`).toBe(row[index]);
      if (caller !== 'owner' && caller !== 'service' && caller !== 'admin' && !operation.includes(' /s/')) {
        for (const { id } of pictures.values()) expect(text, caller).not.toContain(`"id":"${id}","url"`);
      }
    }
  });

  it("an admin's session opens what the token opens, but begins no other", async () => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    for (const [operation, row] of Object.entries(TABLE)) {
      if (!operation.includes('/admin/')) continue;
      const begun = await fetch(`${server.url}/api/v1/admin/session`, { method: 'POST', headers });
      const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const { status, text } = await call(operation, { cookie });
      const expected = operation === 'post /api/v1/admin/session' ? 401 : row[6];
      expect(status, `${operation}: ${text}`).toBe(expected);
    }
  });

  it('of somebody else: the same bytes as for what never was', async () => {
    const operations = Object.keys(TABLE)
      .filter((operation) => /\{s?id\}/.test(operation))
      .filter((operation) => !/\/admin\/| \/s\/|\/place$/.test(operation));
    expect(operations).toHaveLength(21);
    const never = '01h0000000000000000000000z';
    for (const operation of operations) {
      for (const caller of ['other', 'service for other'] as const) {
        const foreign = await call(operation, caller);
        const unknown = await call(operation, caller, never);
        const odd = await call(operation, caller, 'no-id-at-all');
        expect([foreign.status, foreign.text], operation).toEqual([unknown.status, unknown.text]);
        expect([foreign.status, foreign.text], operation).toEqual([odd.status, odd.text]);
        expect(foreign.status).toBe(404);
      }
    }
    const bulk = await fetch(`${server.url}/api/v1/images/bulk`, {
      method: 'POST',
      headers: { cookie: other.cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'delete', ids: [pictures.get('images')?.id, never, '../../x'] }),
    });
    const { results }: { results: { id: string }[] } = JSON.parse(await bulk.text());
    const [foreign, ...unknown] = results.map(({ id: _id, ...result }) => JSON.stringify(result));
    for (const result of unknown) expect(result).toBe(foreign);
    const copied = async (id: string | undefined) => {
      const answer = await fetch(`${server.url}/api/v1/inputs/copy`, {
        method: 'POST',
        headers: { cookie: other.cookie, 'content-type': 'application/json' },
        body: JSON.stringify({ source: 'generated', id }),
      });
      return [answer.status, await answer.text()];
    };
    expect(await copied(pictures.get('images')?.id)).toEqual(await copied(never));
  });

  it('what the matrix refused left the pictures as they were', async () => {
    for (const [base, item] of pictures) {
      const answer = await fetch(`${server.url}/api/v1/${base}/${item.id}`, {
        headers: { cookie: owner.cookie },
      });
      const now = await itemOf(answer);
      expect(now.meta['sha256']).toBe(item.meta['sha256']);
      expect([now.meta['status'], now.meta['tags'], now.meta['favorite']]).toEqual(['active', ['a'], true]);
    }
  });
});

describe('the owner in a call (A6)', () => {
  const NAMES = [
    '..',
    '.',
    '../x',
    'a/b',
    'a\\b',
    '%2e%2e',
    'A',
    'a b',
    'a\0',
    'ü',
    '-a',
    '_a',
    '',
    'a'.repeat(65),
    'a.b',
    '.kiroku',
    'users/../x',
    'a\r\nb',
    '\u202Ea',
    'a%00',
    '$a',
    '*',
    'con.',
    'null byte\0',
  ];

  it('is of one grammar, wherever it is named', async () => {
    const authorization = `Bearer ${SERVICE_TOKEN}`;
    for (const name of NAMES) {
      const query = `${server.url}/api/v1/images?owner=${encodeURIComponent(name)}`;
      const inQuery = await fetch(query, { headers: { authorization } });
      expect(inQuery.status, name).toBe(400);
      await inQuery.arrayBuffer();
      if (/^[\x21-\x7e]+$/.test(name)) {
        const headers = { authorization, 'x-user-id': name };
        const inHeader = await fetch(`${server.url}/api/v1/images`, { headers });
        expect(inHeader.status, name).toBe(400);
        await inHeader.arrayBuffer();
      }
      const parts = [{ name: 'owner', body: name }, filePart(tinyPng(10))];
      const inBody = await uploadParts(server.url, { parts });
      expect(inBody.status, name).toBe(400);
      await inBody.arrayBuffer();
    }
    const owners = (await filesIn(`${server.outputs}/users`)).map((path) => path.split('/')[0]);
    expect([...new Set(owners)].sort()).toEqual([owner.owner, other.owner].sort());
  });

  it('a browser cannot name another one', async () => {
    for (const [query, header] of [
      [`?owner=${other.owner}`, undefined],
      ['', other.owner],
      [`?owner=${owner.owner}&owner=${other.owner}`, undefined],
      [`?%6fwner=${other.owner}`, undefined],
    ] as const) {
      const answer = await fetch(`${server.url}/api/v1/images${query}`, {
        headers: { cookie: owner.cookie, ...(header === undefined ? {} : { 'x-user-id': header }) },
      });
      const text = await answer.text();
      const own = text.includes(`/users/${other.owner}/`);
      expect(own, query).toBe(false);
      expect([200, 400], query).toContain(answer.status);
    }
  });
});
