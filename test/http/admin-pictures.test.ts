import { beforeAll, describe, expect, it } from 'vitest';
import { originalKey } from '../../src/domain/key.ts';
import { ADMIN, jsonOf, refusal, SERVICE, useApp } from '../support/app.ts';
import { idOf } from '../support/ids.ts';
import { recordShelf } from '../support/library.ts';
import { pngPicture } from '../support/pictures.ts';
import { ANNA, BERT, owner } from '../support/services.ts';

interface AdminPage {
  readonly items: readonly { id: string; status: string; owner: string; meta: { status: string } }[];
  readonly total: number;
  readonly total_pages: number;
  readonly next_cursor: string | null;
}

const app = useApp();
const admin = (path: string, init: RequestInit = {}) =>
  app.call(`/api/v1/admin/${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${ADMIN}`, ...init.headers },
  });
const list = (path: string) => jsonOf<AdminPage>(admin(path));
const post = (path: string, body?: unknown) =>
  admin(path, {
    method: 'POST',
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
const idsOf = ({ items }: AdminPage) => items.map(({ id }) => id);

beforeAll(async () => {
  const annas = recordShelf(app.services.catalog, ANNA, '2026-11-19T00:00:00.000Z');
  for (let day = 10; day < 16; day++) {
    const created_at = `2026-11-${day}T23:30:00.000Z`;
    await annas({ created_at, status: day % 2 === 0 ? 'active' : 'trash', prompt: `day ${day}` });
  }
  await annas({ kind: 'input' });
  const berts = recordShelf(app.services.catalog, BERT, '2026-11-19T00:00:00.000Z');
  await berts({ id: idOf(100) });
});

describe("an owner's pictures, for an admin", () => {
  it('are active and trashed ones in one order, with whose and where', async () => {
    const page = await list('images?user_id=anna&size=4');
    expect(idsOf(page)).toEqual([idOf(6), idOf(5), idOf(4), idOf(3)]);
    expect(page).toMatchObject({ total: 6, total_pages: 2, page: 1, size: 4, total_relation: 'eq' });
    expect(page.items.map(({ status }) => status)).toEqual(['trash', 'active', 'trash', 'active']);
    expect(page.items.every(({ status, owner, meta }) => owner === 'anna' && meta.status === status)).toBe(
      true,
    );
    expect(idsOf(await list('images?user_id=anna&size=4&page=2'))).toEqual([idOf(2), idOf(1)]);
    expect(idsOf(await list(`images?user_id=anna&size=4&cursor=${page.next_cursor}`))).toEqual([
      idOf(2),
      idOf(1),
    ]);
    expect((await admin('images?user_id=anna')).headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['include=active', [5, 3, 1]],
    ['include=trash', [6, 4, 2]],
    ['status=trash', [6, 4, 2]],
    ['include=trash&order=oldest', [2, 4, 6]],
    ['from_date=2026-11-12&to_date=2026-11-14', [5, 4, 3]],
    ['from_date=2026-11-14', [6, 5]],
    ['to_date=2026-11-10', [1]],
    // half past eleven at night in UTC is the next day in Seoul
    ['from_date=2026-11-12&to_date=2026-11-12&tz=Asia/Seoul', [2]],
    ['q=day+13&include=trash', [4]],
    ['q=%22day+13%22', [4]],
  ])('are filtered by %s', async (filter, ids) => {
    expect(idsOf(await list(`images?user_id=anna&${filter}`))).toEqual(ids.map(idOf));
  });

  it('are of one family each', async () => {
    expect(idsOf(await list('inputs?user_id=anna'))).toEqual([idOf(7)]);
    expect(idsOf(await list('controls?user_id=anna'))).toEqual([]);
    expect(idsOf(await list('images?user_id=nobody-yet'))).toEqual([]);
  });

  it.each([
    '',
    '?user_id=',
    '?user_id=Anna',
    '?user_id=../bert',
    '?user_id=a%00',
    '?user_id=anna&user_id=bert',
    '?user_id=anna&include=some',
    '?user_id=anna&include=all&status=trash',
    '?user_id=anna&from_date=yesterday',
    '?user_id=anna&from_date=2026-11-12&from=2026-11-13',
    '?user_id=anna&page=x',
  ])('are refused for %j', async (query) => {
    expect(await refusal(admin(`images${query}`))).toEqual([400, 'invalid_parameter']);
  });
});

describe('what an admin looks at', () => {
  const CARA = owner('cara');
  const views = async (
    path: string,
    headers: Record<string, string> = { Authorization: `Bearer ${ADMIN}` },
  ) => {
    const { entries } = await jsonOf<{ entries: { action: string; user_id: string; detail: object }[] }>(
      app.call(path, { headers }),
    );
    return entries.filter(({ action, user_id }) => action === 'view' && user_id === CARA);
  };

  it('is written down for its owner, a gallery in one line a minute', async () => {
    const { entry } = await app.services.add(await pngPicture({ seed: 5 }), { owner: CARA });
    const key = originalKey(entry, entry.ext);
    for (let page = 1; page <= 3; page++) await list(`images?user_id=cara&page=${page}`);
    for (const range of ['bytes=0-9', 'bytes=10-19']) {
      const headers = { Authorization: `Bearer ${ADMIN}`, Range: range };
      expect((await app.call(`/outputs/${key}`, { headers })).status).toBe(206);
    }
    const service = { Authorization: `Bearer ${SERVICE}`, 'X-User-Id': CARA };
    const seen = [{ detail: { what: 'original', session: 'token' } }, { detail: { what: 'list' } }];
    expect(await views('/api/v1/access-log', service)).toMatchObject(seen);
    expect(await views('/api/v1/admin/audit?user_id=cara')).toMatchObject(seen);
    app.services.clock.now += 60_000;
    await list('images?user_id=cara');
    expect(await views('/api/v1/access-log', service)).toHaveLength(3);
  });

  it('is not what owners look at, nor what is not there', async () => {
    const before = await views('/api/v1/admin/audit');
    const { entry } = await app.services.add(await pngPicture({ seed: 6 }), { owner: CARA });
    const key = originalKey(entry, entry.ext);
    app.services.clock.now += 60_000;
    expect((await app.service(CARA, `/outputs/${key}`)).status).toBe(200);
    expect((await app.service(CARA, '/api/v1/images')).status).toBe(200);
    expect((await app.call(`/outputs/${key}`)).status).toBe(404);
    const headers = { Authorization: `Bearer ${ADMIN}` };
    expect((await app.call(`/outputs/${key.replace(entry.id, idOf(900))}`, { headers })).status).toBe(404);
    expect(await views('/api/v1/admin/audit')).toEqual(before);
  });

  it('is kept under every name that the owner had', async () => {
    const GUEST = owner(`anon-${'7'.repeat(32)}`);
    const { entry } = await app.services.add(await pngPicture({ seed: 7 }), { owner: GUEST });
    await list(`images?user_id=${GUEST}`);
    await app.services.ownership.transfer(GUEST, CARA, new AbortController().signal);
    const ofCara = await jsonOf<{ entries: unknown[] }>(app.service(CARA, '/api/v1/access-log'));
    expect(ofCara.entries).toContainEqual(expect.objectContaining({ action: 'view', user_id: GUEST }));
    const ofGuest = await jsonOf<{ total: number }>(admin(`audit?user_id=${GUEST}`));
    expect(ofGuest.total).toBe((await jsonOf<{ total: number }>(admin('audit?user_id=cara'))).total);
    // the old name stands for the new one wherever an admin uses it
    expect(idsOf(await list(`images?user_id=${GUEST}`))).toContain(entry.id);
    expect((await post(`images/${entry.id}/delete`, { user_id: GUEST })).status).toBe(200);
    app.services.clock.now += 31 * 86_400_000;
    const plan = await jsonOf<{ owners: object[] }>(post('purge-trash', { user_id: GUEST, dry_run: true }));
    expect(plan.owners).toMatchObject([{ user_id: CARA, count: 1 }]);
    const limits = await admin(`users/${GUEST}/quota`, {
      method: 'PUT',
      body: '{"max_count":9}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(await jsonOf(limits)).toMatchObject({ user_id: CARA, max_count: 9 });
  });
});

describe('what an admin does to a picture', () => {
  it('goes to the trash and back, and is written down for its owner', async () => {
    expect(await jsonOf(post(`images/${idOf(1)}/delete`, { user_id: 'anna' }))).toEqual({ ok: true });
    expect(idsOf(await list('images?user_id=anna&include=active'))).not.toContain(idOf(1));
    expect(await jsonOf(post(`images/${idOf(1)}/restore`))).toEqual({ ok: true });
    expect(idsOf(await list('images?user_id=anna&include=active'))).toContain(idOf(1));
    const log = await jsonOf<{ entries: { action: string }[] }>(app.service('anna', '/api/v1/access-log'));
    expect(log.entries.filter(({ action }) => action !== 'view')).toMatchObject([
      { actor: 'admin', action: 'restore', user_id: 'anna', detail: { kind: 'generated', ids: [idOf(1)] } },
      { actor: 'admin', action: 'trash', user_id: 'anna' },
    ]);
  });

  it.each([
    [`images/${idOf(1)}/delete`, { user_id: 'bert' }, 404],
    [`inputs/${idOf(1)}/delete`, { user_id: 'anna' }, 404],
    [`images/${idOf(999)}/delete`, undefined, 404],
    [`images/..%2f..%2fx/delete`, undefined, 404],
    [`images/${idOf(1)}/delete`, { user_id: '../anna' }, 400],
    [`images/${idOf(1)}/delete`, { user: 'anna' }, 400],
    [`images/${idOf(1)}/restore`, { user_id: 'bert' }, 404],
  ])('is refused for %s %j, and neither done nor written down', async (path, body, status) => {
    const before = await jsonOf<{ total: number }>(admin('audit'));
    expect((await post(path, body)).status).toBe(status);
    expect(await jsonOf(admin('audit'))).toMatchObject({ total: before.total });
    expect(idsOf(await list('images?user_id=anna&include=active'))).toContain(idOf(1));
  });

  it('needs its owner where there are very many', async () => {
    for (let n = 0; n < 200; n++) {
      const put = recordShelf(app.services.catalog, owner(`many-${n}`), '2026-11-19T00:00:00.000Z');
      await put({ id: idOf(2_000 + n) });
    }
    expect(await refusal(post(`images/${idOf(1)}/delete`))).toEqual([400, 'owner_required']);
    expect(await refusal(post(`images/${idOf(999)}/restore`))).toEqual([400, 'owner_required']);
    expect((await post(`images/${idOf(1)}/delete`, { user_id: 'anna' })).status).toBe(200);
  });
});
