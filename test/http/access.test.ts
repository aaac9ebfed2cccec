import { beforeAll, describe, expect, it } from 'vitest';
import { isOwner } from '../../src/domain/owner.ts';
import { ADMIN, type Browser, jsonOf, SERVICE, useApp } from '../support/app.ts';
import { idOf } from '../support/ids.ts';
import { pngTexts } from '../support/metadata/containers.ts';

/** What was added to the wire for searching × everybody who may call it. The running server's whole table is an acceptance test. */
const app = useApp();
let owner: Browser;
let other: Browser;

const CALLERS = ['owner', 'other', 'none', 'forged', 'service', 'service for other', 'admin'] as const;
type Caller = (typeof CALLERS)[number];
type Row = readonly [number, number, number, number, number, number, number];

const READ_ONE: Row = [200, 404, 404, 404, 200, 404, 403];
const READ_ALL: Row = [200, 200, 200, 200, 200, 200, 403];
const WRITE_ONE: Row = [200, 404, 401, 401, 200, 404, 403];

const TABLE: Readonly<Record<string, Row>> = {
  ...Object.fromEntries(
    ['images', 'inputs', 'controls'].flatMap((base) => [
      [`get /api/v1/${base}/facets`, READ_ALL],
      [`get /api/v1/${base}/timeline`, READ_ALL],
      [`get /api/v1/${base}/{id}/related`, READ_ONE],
      // a graph may hold keys and paths: for the owner, and the pipeline that acts for the owner
      [`get /api/v1/${base}/{id}/workflow`, READ_ONE],
    ]),
  ),
  'get /api/v1/searches': READ_ALL,
  // the other one has no picture, and so no folder in which anything could be kept
  'post /api/v1/searches': [201, 403, 401, 401, 201, 403, 403],
  'patch /api/v1/searches/{sid}': WRITE_ONE,
  'delete /api/v1/searches/{sid}': WRITE_ONE,
};

const GRAPH = JSON.stringify({ nodes: [{ id: 1, type: 'Note', widgets_values: ['secret'] }], links: [] });
const KINDS = { images: 'generated', inputs: 'input', controls: 'control' } as const;
const ids = new Map<string, string>();

beforeAll(async () => {
  owner = await app.browser();
  other = await app.browser();
  if (!isOwner(owner.owner)) throw new Error('no owner');
  const png = await pngTexts({ workflow: GRAPH });
  for (const [base, kind] of Object.entries(KINDS)) {
    const request = { owner: owner.owner, kind, meta: { prompt: 'a secret' }, tags: ['secret'] };
    ids.set(base, (await app.services.add(png, request)).entry.id);
  }
});

function callAs(caller: Caller): { headers: Record<string, string>; about?: string } {
  switch (caller) {
    case 'owner':
      return { headers: { Cookie: owner.cookie } };
    case 'other':
      return { headers: { Cookie: other.cookie } };
    case 'none':
      return { headers: {} };
    case 'forged':
      return { headers: { Cookie: owner.cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) } };
    case 'service':
      return { headers: { Authorization: `Bearer ${SERVICE}` }, about: owner.owner };
    case 'service for other':
      return { headers: { Authorization: `Bearer ${SERVICE}` }, about: other.owner };
    case 'admin':
      return { headers: { Authorization: `Bearer ${ADMIN}` } };
  }
}

let named = 0;
const newSearch = async () => {
  named += 1;
  const answer = owner.post('/api/v1/searches', { name: `secret ${named}`, query: { q: 'secret' } });
  return (await jsonOf<{ id: string }>(answer)).id;
};

/** @param known the picture or search that the path names; one of the owner's when absent */
async function call(operation: string, caller: Caller, known?: string) {
  const [method = '', template = ''] = operation.split(' ');
  const id = known ?? ids.get(template.split('/')[3] ?? '') ?? '';
  const sid = known ?? (template.includes('{sid}') ? await newSearch() : '');
  const as = callAs(caller);
  const query = as.about === undefined ? '' : `?owner=${as.about}`;
  const body = method === 'get' || method === 'delete' ? undefined : { name: `n${caller}${sid}`, query: {} };
  const answer = await app.call(`${template.replace('{id}', id).replace('{sid}', sid)}${query}`, {
    method: method.toUpperCase(),
    headers: { ...as.headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

describe('who may search what', () => {
  it('is written down for every call of this part', () => {
    const served = app.routes
      .map(({ route }) => `${route.method} ${route.path}`)
      .filter((route) => /facets|timeline|related|workflow|searches/.test(route));
    expect(served.sort()).toEqual(Object.keys(TABLE).sort());
  });

  it.each(Object.entries(TABLE))('%s', async (operation, row) => {
    for (const [index, caller] of CALLERS.entries()) {
      const { status, text } = await call(operation, caller);
      expect(status, `${caller}: ${text}`).toBe(row[index]);
      if (caller !== 'owner' && caller !== 'service') expect(text, caller).not.toContain('secret');
    }
  });

  it('of somebody else: the same bytes as for what never was', async () => {
    for (const operation of Object.keys(TABLE).filter((name) => name.includes('id}'))) {
      for (const caller of ['other', 'service for other'] as const) {
        const foreign = await call(operation, caller);
        expect(foreign.status).toBe(404);
        expect(await call(operation, caller, idOf(999)), operation).toEqual(foreign);
        expect(await call(operation, caller, 'no-id-at-all'), operation).toEqual(foreign);
      }
    }
  });

  it('a search written by another site is refused', async () => {
    const answer = await owner.call('/api/v1/searches', {
      method: 'POST',
      body: JSON.stringify({ name: 'theirs', query: {} }),
      headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'cross-site' },
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'cross_site' });
  });
});
