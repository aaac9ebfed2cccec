import { describe, expect, it } from 'vitest';
import { emptyUse } from '../../../src/catalog/usage.ts';
import type { Owner } from '../../../src/domain/owner.ts';
import { createAdminUsers, type UsersQuery } from '../../../src/services/admin-users.ts';
import { numbersOf } from '../../../src/services/owner-numbers.ts';
import type { Counted, OwnerSummaries } from '../../../src/services/owner-summaries.ts';
import { owner } from '../../support/services.ts';

const QUERY: UsersQuery = { sort: 'name', descending: false, page: 1, size: 10 };

/** Each name with its last activity, active pictures, bytes of theirs, and bytes in the trash. */
function usersOf(...rows: [string, number, number, number, number][]) {
  const of = new Map<Owner, Counted | undefined>();
  for (const [name, lastActivity, count, bytes, trashed] of rows) {
    const active = { ...emptyUse(), generated: { count, bytes, thumbBytes: 1 } };
    const trash = { ...emptyUse(), input: { count: 1, bytes: trashed, thumbBytes: 0 } };
    of.set(owner(name), { numbers: numbersOf({ lastActivity, active, trash }), epoch: '', stamp: undefined });
  }
  let revision = 0;
  const summaries: OwnerSummaries = {
    all: async () => ({ of, pending: [...of.values()].filter((one) => one === undefined).length, revision }),
    counted: async () => {},
    close: async () => {},
  };
  const users = createAdminUsers({ summaries });
  const names = async (query: Partial<UsersQuery> = {}) =>
    (await users.list({ ...QUERY, ...query })).users.map((user) => user.owner);
  return { of, users, names, touch: () => (revision += 1) };
}

const THREE: [string, number, number, number, number][] = [
  ['bert', 30, 2, 500, 0],
  ['anna', 20, 9, 100, 900],
  ['cara', 10, 2, 300, 50],
];

describe('users, for an admin', () => {
  it.each([
    ['name', false, ['anna', 'bert', 'cara']],
    ['name', true, ['cara', 'bert', 'anna']],
    ['activity', true, ['bert', 'anna', 'cara']],
    ['activity', false, ['cara', 'anna', 'bert']],
    ['count', true, ['anna', 'bert', 'cara']],
    ['count', false, ['bert', 'cara', 'anna']],
    ['bytes', true, ['anna', 'bert', 'cara']],
    ['trash', true, ['anna', 'cara', 'bert']],
  ] as const)('are sorted by %s, descending: %s; alike ones by name', async (sort, descending, sorted) => {
    expect(await usersOf(...THREE).names({ sort, descending })).toEqual(sorted);
  });

  it('are found by a part of the name, a page at a time, with sums over all', async () => {
    const { users, names } = usersOf(...THREE);
    expect(await names({ q: 'er' })).toEqual(['bert']);
    expect(await names({ q: 'nobody' })).toEqual([]);
    const second = await users.list({ ...QUERY, size: 2, page: 2 });
    expect(second.users.map((user) => user.owner)).toEqual(['cara']);
    expect([second.total, second.pending]).toEqual([3, 0]);
    expect(second.sums).toEqual({
      active: { count: 13, bytes: 900, thumbBytes: 3 },
      trash: { count: 3, bytes: 950, thumbBytes: 0 },
    });
    expect((await users.list({ ...QUERY, q: 'anna' })).sums.active.bytes).toBe(100);
    expect((await users.list({ ...QUERY, page: 9 })).users).toEqual([]);
    expect(second.users[0]?.usage).toMatchObject({
      lastActivity: 10,
      active: { count: 2, bytes: 300, thumbBytes: 1, byKind: { generated: { count: 2 } } },
      trash: { bytes: 50, byKind: { input: { bytes: 50 }, generated: { bytes: 0 } } },
    });
  });

  it('that are not counted yet come last, whichever way', async () => {
    const { of, users, names } = usersOf(...THREE);
    of.set(owner('aaron'), undefined);
    for (const descending of [false, true])
      expect((await names({ sort: 'bytes', descending })).at(-1)).toBe('aaron');
    const page = await users.list({ ...QUERY, size: 1 });
    expect(page).toMatchObject({ users: [{ owner: 'aaron', usage: undefined }], total: 4, pending: 1 });
  });

  it('are sorted anew when something changed', async () => {
    const { of, names, touch } = usersOf(...THREE);
    expect(await names()).toEqual(['anna', 'bert', 'cara']);
    of.delete(owner('bert'));
    touch();
    expect(await names()).toEqual(['anna', 'cara']);
  });
});
