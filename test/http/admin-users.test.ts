import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, jsonOf, refusal, useApp } from '../support/app.ts';
import { asOwner, idOf } from '../support/ids.ts';
import { recordShelf } from '../support/library.ts';
import { ANNA, NOON } from '../support/services.ts';

const app = useApp();
const GUEST = asOwner('anon-00000000000000000000000000000001');
const admin = (path: string) =>
  app.call(`/api/v1/admin/${path}`, { headers: { Authorization: `Bearer ${ADMIN}` } });

interface Users {
  readonly users: readonly { user_id: string }[];
  readonly total: number;
}
const names = async (query: string) =>
  (await jsonOf<Users>(admin(`users${query}`))).users.map(({ user_id }) => user_id);

beforeAll(async () => {
  const annas = recordShelf(app.services.catalog, ANNA, '2026-11-20T00:00:00.000Z');
  await annas({ bytes: 1000, thumb_bytes: 10 });
  await annas({ bytes: 500, thumb_bytes: 5, status: 'trash' });
  await annas({ kind: 'input', bytes: 7, thumb_bytes: 1 });
  app.services.clock.now += 60_000;
  await recordShelf(
    app.services.catalog,
    GUEST,
    '2026-11-21T00:00:00.000Z',
  )({
    id: idOf(9),
    bytes: 1,
    thumb_bytes: 1,
  });
});

describe('users over the wire', () => {
  it('are told with what they have, the last active first', async () => {
    const page = await jsonOf<Users>(admin('users'));
    expect(page).toMatchObject({ page: 1, size: 24, total: 2, total_pages: 1, pending: 0 });
    expect(page.users).toMatchObject([
      { user_id: GUEST, kind: 'guest', last_activity: new Date(NOON + 60_000).toISOString() },
      {
        user_id: 'anna',
        kind: 'member',
        last_activity: new Date(NOON).toISOString(),
        active: {
          count: 2,
          bytes: 1007,
          thumb_bytes: 11,
          generated: { count: 1, bytes: 1000, thumb_bytes: 10 },
          input: { count: 1, bytes: 7, thumb_bytes: 1 },
          control: { count: 0, bytes: 0, thumb_bytes: 0 },
        },
        trash: { count: 1, bytes: 500, thumb_bytes: 5 },
      },
    ]);
  });

  it('are sorted, searched and paged', async () => {
    expect(await names('?sort=name')).toEqual(['anna', GUEST]);
    expect(await names('?sort=-bytes')).toEqual(['anna', GUEST]);
    expect(await names('?sort=count&size=1')).toEqual([GUEST]);
    expect(await names('?sort=count&size=1&page=2')).toEqual(['anna']);
    expect(await names('?q=NN')).toEqual(['anna']);
    expect(await names('?q=%25')).toEqual([]);
    expect(await jsonOf(admin('users?page=9&size=1000'))).toMatchObject({ users: [], page: 9, size: 200 });
  });

  it.each(['?sort=secret', '?page=x', '?sort=name&sort=-name', `?q=${'a'.repeat(65)}`])(
    'are refused for %s',
    async (query) => {
      expect(await refusal(admin(`users${query}`))).toEqual([400, 'invalid_parameter']);
    },
  );
});

describe('the newest over the wire', () => {
  it('are of all users, with whose they are', async () => {
    const { items } = await jsonOf<{ items: { id: string; owner: string; status: string }[] }>(
      admin('recent'),
    );
    expect(items.map(({ owner, status }) => [owner, status])).toEqual([
      [GUEST, 'active'],
      ['anna', 'active'],
    ]);
    expect(await jsonOf<{ items: unknown[] }>(admin('recent?size=1'))).toMatchObject({
      items: [{ id: idOf(9) }],
    });
    expect(await refusal(admin('recent?size=many'))).toEqual([400, 'invalid_parameter']);
  });
});

describe('the quota report over the wire', () => {
  it('is JSON, or a table to keep', async () => {
    const { users } = await jsonOf<{ users: { user_id: string }[] }>(admin('quota-report'));
    expect(users).toMatchObject([
      { user_id: 'anna', state: 'ok', used: null, bytes: 1007, trash_bytes: 500, max_bytes: null },
      { user_id: GUEST },
    ]);
    const table = await admin('quota-report?format=csv');
    expect(table.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect((await table.text()).split('\r\n')[1]).toMatch(/^anna,ok,,2,1007,11,1,500,5,,,,block,2026/);
    expect(await refusal(admin('quota-report?format=xml'))).toEqual([400, 'invalid_parameter']);
  });
});
