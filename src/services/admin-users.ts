import type { Use, UseByKind } from '../catalog/usage.ts';
import type { Owner } from '../domain/owner.ts';
import { lastActivityOf, type Numbers, totalOf, useByKind } from './owner-numbers.ts';
import type { OwnerSummaries, Summaries } from './owner-summaries.ts';

export const USER_SORTS = ['name', 'activity', 'count', 'bytes', 'trash'] as const;
/** `count`: active pictures; `bytes`: all of it, with thumbnails and trash; `trash`: bytes of it. */
export type UserSort = (typeof USER_SORTS)[number];

export interface UsersQuery {
  /** A part of the name. */
  readonly q?: string;
  readonly sort: UserSort;
  readonly descending: boolean;
  /** From 1. */
  readonly page: number;
  readonly size: number;
}

export interface User {
  readonly owner: Owner;
  /** Undefined while it is not counted yet. */
  readonly usage:
    | {
        /** ms since the epoch; 0 when nothing ever was. */
        readonly lastActivity: number;
        readonly active: Use & { readonly byKind: UseByKind };
        readonly trash: Use & { readonly byKind: UseByKind };
      }
    | undefined;
}

export interface UsersPage {
  readonly users: readonly User[];
  readonly total: number;
  /** Over all that match, as far as they are counted. */
  readonly sums: { readonly active: Use; readonly trash: Use };
  /** Owners that are not counted yet. */
  readonly pending: number;
}

export interface AdminUsers {
  /** @throws KirokuError as the catalog */
  list(query: UsersQuery): Promise<UsersPage>;
}

interface Row {
  readonly owner: Owner;
  readonly numbers: Numbers | undefined;
  /** What it is sorted by; undefined for its name, and where it is not counted. */
  readonly rank: number | undefined;
}

interface Ordered {
  readonly key: string;
  readonly revision: number;
  readonly rows: readonly Row[];
  readonly sums: UsersPage['sums'];
}

/** Everybody who has something, for an admin. No owner is loaded for it but those that nothing is known of. */
export function createAdminUsers({ summaries }: { readonly summaries: OwnerSummaries }): AdminUsers {
  /** The order of the last answer: the next page of the same list costs no sort. */
  let last: Ordered | undefined;

  function ordered({ of, revision }: Summaries, { q, sort, descending }: UsersQuery): Ordered {
    const key = JSON.stringify([q ?? '', sort, descending]);
    if (last?.key === key && last.revision === revision) return last;
    const rows: Row[] = [];
    for (const [owner, counted] of of) {
      if (q !== undefined && !owner.includes(q)) continue;
      const numbers = counted?.numbers;
      rows.push({ owner, numbers, rank: numbers === undefined ? undefined : rankOf(numbers, sort) });
    }
    rows.sort(comparing(sort, descending));
    last = { key, revision, rows, sums: sumsOf(rows) };
    return last;
  }

  return {
    async list(query) {
      const all = await summaries.all();
      const { rows, sums } = ordered(all, query);
      const from = (query.page - 1) * query.size;
      const users = rows.slice(from, from + query.size).map(userOf);
      return { users, total: rows.length, sums, pending: all.pending };
    },
  };
}

/** Alike ones by name. Those not counted come last, whichever way. */
function comparing(sort: UserSort, descending: boolean): (a: Row, b: Row) => number {
  const sign = descending ? -1 : 1;
  const byName = (a: Row, b: Row): number => (a.owner < b.owner ? -1 : 1);
  if (sort === 'name') return (a, b) => sign * byName(a, b);
  const last = sign * Number.POSITIVE_INFINITY;
  return (a, b) => {
    const [one, other] = [a.rank ?? last, b.rank ?? last];
    return one === other ? byName(a, b) : sign * (one < other ? -1 : 1);
  };
}

function rankOf(numbers: Numbers, sort: UserSort): number | undefined {
  const bytesOf = ({ bytes, thumbBytes }: Use): number => bytes + thumbBytes;
  switch (sort) {
    case 'name':
      return undefined;
    case 'activity':
      return lastActivityOf(numbers);
    case 'count':
      return totalOf(numbers, 'active').count;
    case 'trash':
      return bytesOf(totalOf(numbers, 'trash'));
    case 'bytes':
      return bytesOf(totalOf(numbers, 'active')) + bytesOf(totalOf(numbers, 'trash'));
  }
}

function sumsOf(rows: readonly Row[]): UsersPage['sums'] {
  const sums = { active: none(), trash: none() };
  for (const { numbers } of rows) {
    if (numbers === undefined) continue;
    for (const status of ['active', 'trash'] as const) {
      const { count, bytes, thumbBytes } = totalOf(numbers, status);
      const sum = sums[status];
      sum.count += count;
      sum.bytes += bytes;
      sum.thumbBytes += thumbBytes;
    }
  }
  return sums;
}

function none(): { count: number; bytes: number; thumbBytes: number } {
  return { count: 0, bytes: 0, thumbBytes: 0 };
}

function userOf({ owner, numbers }: Row): User {
  if (numbers === undefined) return { owner, usage: undefined };
  const active = useByKind(numbers, 'active');
  const trash = useByKind(numbers, 'trash');
  return {
    owner,
    usage: {
      lastActivity: lastActivityOf(numbers),
      active: { ...totalOf(numbers, 'active'), byKind: active },
      trash: { ...totalOf(numbers, 'trash'), byKind: trash },
    },
  };
}
