import { describe, expect, it } from 'vitest';
import { KirokuError } from '../../src/domain/errors.ts';
import { isOwner } from '../../src/domain/owner.ts';
import type { Jobs } from '../../src/services/maintenance/job-journal.ts';
import { ADMIN, jsonOf, SERVICE, useApp } from '../support/app.ts';
import { recordShelf } from '../support/library.ts';
import { NOON } from '../support/services.ts';

const DAY = 86_400_000;
const RUN = { job: 'purge-trash', at: NOON, ms: 7, ok: true, result: { deleted: 1 } };
const jobs: Jobs = {
  statuses: () => [{ name: 'purge-trash', cron: '0 3 * * *', running: false, last: RUN, next: NOON + DAY }],
  recent: () => [RUN],
  async runNow(name) {
    if (name !== 'purge-trash') throw new KirokuError('not_found', 'There is no such job.');
    return RUN;
  },
  preview: async () => ({ ...RUN, result: { count: 3 } }),
};
const app = useApp({}, jobs);

const admin = (path: string, init: RequestInit = {}) =>
  app.call(path, { ...init, headers: { Authorization: `Bearer ${ADMIN}`, ...init.headers } });
const adminPost = (path: string, body: unknown = {}) =>
  admin(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });

async function trashed() {
  const browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  const put = recordShelf(app.services.catalog, browser.owner, '2026-11-20T00:00:00.000Z');
  const id = await put({ tags: ['kept'], favorite: false });
  await browser.post(`/api/v1/images/${id}/delete`);
  return { browser, id };
}

describe('the trash over the wire', () => {
  it('is previewed, tried, emptied, and written down', async () => {
    const { browser, id } = await trashed();
    const restored = await trashed();
    app.services.clock.now += 8 * DAY;
    await restored.browser.post(`/api/v1/images/${restored.id}/restore`);
    const preview = await jsonOf<{ count: number; owners: unknown[]; objections: unknown[] }>(
      admin(`/api/v1/admin/purge-trash/preview?user_id=${browser.owner}`),
    );
    expect(preview).toMatchObject({
      count: 1,
      objections: [],
      owners: [{ user_id: browser.owner, count: 1 }],
    });
    const tried = await jsonOf(adminPost('/api/v1/admin/purge-trash', { dry_run: true }));
    expect(tried).toMatchObject({ count: 1 });
    expect(await jsonOf(adminPost('/api/v1/admin/purge-trash', { user_id: browser.owner }))).toMatchObject({
      deleted: 1,
      skipped: 0,
      failed: 0,
    });
    expect((await browser.call(`/api/v1/images/${id}`)).status).toBe(404);
    const back = await jsonOf<{ meta: object }>(restored.browser.call(`/api/v1/images/${restored.id}`));
    expect(back.meta).toMatchObject({ status: 'active', trashed_at: null, tags: ['kept'] });

    const mine = await jsonOf<{ entries: unknown[] }>(browser.call('/api/v1/access-log'));
    expect(mine).toMatchObject({
      total: 1,
      entries: [{ actor: 'admin', action: 'purge-trash', user_id: browser.owner, detail: { count: 1 } }],
    });
    expect(await jsonOf(restored.browser.call('/api/v1/access-log'))).toMatchObject({
      total: 0,
      entries: [],
    });
    const all = await jsonOf<{ total: number }>(admin('/api/v1/admin/audit?size=1'));
    expect(all).toMatchObject({ total: 1, size: 1, page: 1, total_pages: 1 });
  });

  it.each([
    ['GET', 'preview?older_than_days=0', undefined],
    ['GET', 'preview?older_than_days=-1', undefined],
    ['GET', 'preview?older_than_days=soon', undefined],
    ['GET', 'preview?user_id=../etc', undefined],
    ['POST', '', { older_than_days: 0 }],
    ['POST', '', { older_than_days: -3 }],
    ['POST', '', { older_than_days: '3' }],
    ['POST', '', { older_than_days: null }],
    ['POST', '', { user_id: 'Anna' }],
    ['POST', '', { everything: true }],
  ])('refuses %s %s %j, and removes nothing', async (method, path, body) => {
    const { browser, id } = await trashed();
    app.services.clock.now += 90 * DAY;
    const to = `/api/v1/admin/purge-trash${path === '' ? '' : `/${path}`}`;
    const answer = await (method === 'GET' ? admin(to) : adminPost(to, body));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_parameter' });
    expect((await browser.call(`/api/v1/images/${id}`)).status).toBe(200);
  });
});

describe('jobs over the wire', () => {
  it('are listed with their last and next run, and begun by hand', async () => {
    const run = { ...RUN, at: new Date(NOON).toISOString() };
    expect(await jsonOf(admin('/api/v1/admin/jobs'))).toEqual({
      jobs: [
        {
          name: 'purge-trash',
          cron: '0 3 * * *',
          running: false,
          last: run,
          next: new Date(NOON + DAY).toISOString(),
        },
      ],
      recent: [run],
    });
    expect(await jsonOf(adminPost('/api/v1/admin/jobs/purge-trash/run'))).toEqual(run);
    const tried = await jsonOf(adminPost('/api/v1/admin/jobs/purge-trash/run?dry_run=true'));
    expect(tried).toEqual({ ...run, result: { count: 3 } });
    expect((await adminPost('/api/v1/admin/jobs/purge-trash/run?dry_run=perhaps')).status).toBe(400);
    expect((await adminPost('/api/v1/admin/jobs/no-such/run')).status).toBe(404);
  });
});

describe('who may do this', () => {
  it.each([
    'get /api/v1/admin/purge-trash/preview',
    'post /api/v1/admin/purge-trash',
    'get /api/v1/admin/jobs',
    'post /api/v1/admin/jobs/purge-trash/run',
    'get /api/v1/admin/audit',
  ])('%s: the admin alone', async (operation) => {
    const [method = '', path = ''] = operation.split(' ');
    const browser = await app.browser();
    const callers: Record<string, string>[] = [
      {},
      { Cookie: browser.cookie },
      { Authorization: `Bearer ${SERVICE}`, 'X-User-Id': browser.owner },
      { Authorization: `Bearer ${ADMIN}x` },
    ];
    const statuses = [401, 401, 403, 401];
    for (const [i, headers] of callers.entries()) {
      const answer = await app.call(path, { method: method.toUpperCase(), headers });
      expect(answer.status, JSON.stringify(Object.keys(headers))).toBe(statuses[i]);
    }
  });

  it('the access log is as an owner\u2019s list: nobody sees another\u2019s', async () => {
    expect((await app.call('/api/v1/access-log')).status).toBe(200);
    expect((await admin('/api/v1/access-log')).status).toBe(403);
  });
});
