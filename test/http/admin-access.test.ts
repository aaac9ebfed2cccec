import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Jobs } from '../../src/services/maintenance/job-journal.ts';
import { ADMIN, type Browser, SERVICE, useApp, type WireItem } from '../support/app.ts';
import { asOwner } from '../support/ids.ts';
import { pngPicture } from '../support/pictures/plain.ts';
import { NOON } from '../support/services.ts';

/**
 * Every call that is an admin's × everybody who may try it (A3–A6). The table is written by hand: a route that is in
 * the server or in the table only fails the test. The running server's whole table is an acceptance test.
 */
const RUN = { job: 'purge-trash', at: NOON, ms: 7, ok: true, result: undefined };
const jobs: Jobs = {
  statuses: () => [],
  recent: () => [],
  runNow: async () => RUN,
  preview: async () => RUN,
};
const app = useApp({}, jobs);

const NOT_ADMINS = {
  'an owner': 401,
  'somebody else': 401,
  'without a cookie': 401,
  'with a forged cookie': 401,
  'with a forged session': 401,
  'with a session that was ended': 401,
  'with half the token': 401,
  'a pipeline for the owner': 403,
} as const;
type NotAdmin = keyof typeof NOT_ADMINS;

interface Asked {
  readonly status: number;
  readonly query?: string;
  readonly body?: object;
}
const OK: Asked = { status: 200 };
const doing = (body: object = {}): Asked => ({ status: 200, body });

/** What an admin sends, and gets. */
const TABLE: Readonly<Record<string, Asked>> = {
  ...Object.fromEntries(
    ['images', 'inputs', 'controls'].flatMap((base) => [
      [`get /api/v1/admin/${base}`, { status: 200, query: 'user_id={owner}' }],
      [`post /api/v1/admin/${base}/{id}/delete`, doing()],
      [`post /api/v1/admin/${base}/{id}/restore`, doing()],
    ]),
  ),
  'get /api/v1/admin/users': OK,
  'post /api/v1/admin/users/{id}/transfer': doing({ to: 'somewhere-else', dry_run: true }),
  'get /api/v1/admin/users/{id}/quota': OK,
  'put /api/v1/admin/users/{id}/quota': doing(),
  'get /api/v1/admin/quota-report': OK,
  'get /api/v1/admin/recent': OK,
  'get /api/v1/admin/audit': OK,
  'get /api/v1/admin/purge-trash/preview': OK,
  'post /api/v1/admin/purge-trash': doing({ dry_run: true }),
  'get /api/v1/admin/jobs': OK,
  'post /api/v1/admin/jobs/{name}/run': doing(),
  'post /api/v1/admin/verify': doing(),
  'post /api/v1/admin/thumbnails': doing({ dry_run: true }),
  'post /api/v1/admin/reindex': doing(),
  // what it is about is named in the tree, which no token opens
  'post /api/v1/admin/restore-backup': { status: 404, body: { ticket: '0'.repeat(32) } },
  'get /api/v1/admin/why/{id}': OK,
  'get /api/v1/admin/session': OK,
  'post /api/v1/admin/session': { status: 201 },
  'delete /api/v1/admin/session': OK,
};

let owner: Browser;
let other: Browser;
const pictures = new Map<string, WireItem>();

beforeAll(async () => {
  owner = await app.browser();
  other = await app.browser();
  for (const [base, kind] of [
    ['images', 'generated'],
    ['inputs', 'input'],
    ['controls', 'control'],
  ] as const) {
    const request = { owner: asOwner(owner.owner), kind, tags: ['secret'] };
    const { entry } = await app.services.add(await pngPicture(), request);
    pictures.set(base, (await (await owner.call(`/api/v1/${base}/${entry.id}`)).json()) as WireItem);
  }
});
// so many wrong tokens come from no one address
beforeEach(() => {
  app.services.clock.now += 120_000;
});

async function session(): Promise<string> {
  const headers = { Authorization: `Bearer ${ADMIN}` };
  const answer = await app.call('/api/v1/admin/session', { method: 'POST', headers });
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

const flipped = (text: string) => text.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));

async function headersOf(caller: NotAdmin): Promise<Record<string, string>> {
  switch (caller) {
    case 'an owner':
      return { Cookie: owner.cookie };
    case 'somebody else':
      return { Cookie: other.cookie };
    case 'without a cookie':
      return {};
    case 'with a forged cookie':
      return { Cookie: flipped(owner.cookie) };
    case 'with a forged session':
      return { Cookie: flipped(await session()) };
    case 'with a session that was ended': {
      const cookie = await session();
      await app.call('/api/v1/admin/session', { method: 'DELETE', headers: { Cookie: cookie } });
      return { Cookie: cookie };
    }
    case 'with half the token':
      return { Authorization: `Bearer ${ADMIN.slice(0, 23)}` };
    case 'a pipeline for the owner':
      return { Authorization: `Bearer ${SERVICE}`, 'X-User-Id': owner.owner };
  }
}

async function call(operation: string, headers: Record<string, string>, id?: string) {
  const [method = '', template = ''] = operation.split(' ');
  const { query, body } = TABLE[operation] ?? OK;
  const base = template.split('/')[4] ?? '';
  const known = base === 'users' ? owner.owner : (pictures.get(base) ?? pictures.get('images'))?.id;
  const path = template.replace('{id}', id ?? known ?? '').replace('{name}', 'purge-trash');
  const search = query === undefined ? '' : `?${query.replace('{owner}', owner.owner)}`;
  const answer = await app.call(`${path}${search}`, {
    method: method.toUpperCase(),
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

describe("what is an admin's alone", () => {
  it('is written down, all of it; nothing else lies under its path', () => {
    const served = app.routes
      .filter(({ route, access }) => access.who === 'admin' || route.path.includes('/api/v1/admin'))
      .map(({ route, access }) => ({ name: `${route.method} ${route.path}`, ...access }));
    expect(served.map(({ name }) => name).sort()).toEqual(Object.keys(TABLE).sort());
    for (const { name, who, write } of served) {
      expect(who, name).toBe('admin');
      expect(write === true, name).toBe(!name.startsWith('get '));
    }
  });

  it.each(Object.entries(TABLE))('%s', async (operation, { status }) => {
    for (const caller of Object.keys(NOT_ADMINS) as NotAdmin[]) {
      const answer = await call(operation, await headersOf(caller));
      expect(answer.status, `${caller}: ${answer.text}`).toBe(NOT_ADMINS[caller]);
      expect(answer.text, caller).not.toContain('secret');
    }
    const byToken = await call(operation, { Authorization: `Bearer ${ADMIN}` });
    expect(byToken.status, byToken.text).toBe(status);
    const bySession = await call(operation, { Cookie: await session() });
    // the token alone begins a session
    const isBegin = operation === 'post /api/v1/admin/session';
    expect(bySession.status, bySession.text).toBe(isBegin ? 401 : status);
    const [method] = operation.split(' ');
    if (method === 'get') return;
    const foreign = await call(operation, { Cookie: await session(), 'Sec-Fetch-Site': 'cross-site' });
    expect(foreign.status, foreign.text).toBe(403);
  });

  it('takes an id of the grammar and nothing else, in every place', async () => {
    const odd = ['..', '%2e%2e', '..%2f..%2fetc%2fpasswd', 'a%00b', '%5c..', 'x'.repeat(300), '%ff', 'A'];
    const never = '01h0000000000000000000000z';
    for (const operation of Object.keys(TABLE).filter((name) =>
      /(images|inputs|controls|why)\/\{id\}/.test(name),
    )) {
      const headers = { Authorization: `Bearer ${ADMIN}` };
      const unknown = await call(operation, headers, never);
      expect(unknown.status, operation).toBe(404);
      for (const id of odd)
        expect((await call(operation, headers, id)).status, `${operation} ${id}`).toBe(404);
    }
    for (const [base, { id }] of pictures) {
      const { meta } = (await (await owner.call(`/api/v1/${base}/${id}`)).json()) as WireItem;
      expect(meta['tags']).toEqual(['secret']);
    }
  });

  it('takes a user of the grammar and nothing else', async () => {
    const headers = { Authorization: `Bearer ${ADMIN}` };
    const odd = [
      '..',
      '../x',
      'A',
      'a b',
      'a\0',
      '-a',
      '_a',
      'a'.repeat(65),
      'a.b',
      '.kiroku',
      'ü',
      '*',
      'a\r\nb',
    ];
    const { id } = pictures.get('images') ?? { id: '' };
    for (const name of odd) {
      const user = encodeURIComponent(name);
      for (const path of [
        `images?user_id=${user}`,
        `audit?user_id=${user}`,
        `purge-trash/preview?user_id=${user}`,
      ]) {
        const { status } = await app.call(`/api/v1/admin/${path}`, { headers });
        expect(status, path).toBe(400);
      }
      const written = await app.call(`/api/v1/admin/images/${id}/delete`, {
        method: 'POST',
        body: JSON.stringify({ user_id: name }),
        headers: { ...headers, 'Content-Type': 'application/json' },
      });
      expect(written.status, name).toBe(400);
    }
  });
});
