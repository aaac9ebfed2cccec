import { createRoute, z } from '@hono/zod-openapi';
import type { Use, UseByKind } from '../../catalog/usage.ts';
import { isGuest } from '../../domain/owner.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../domain/page.ts';
import { isoOf } from '../../domain/time.ts';
import { type AdminUsers, USER_SORTS, type User, type UsersQuery } from '../../services/admin-users.ts';
import { MOST_RECENT, type Recent } from '../../services/recent.ts';
import { checked } from '../checked.ts';
import type { Items } from '../item.ts';
import type { Kit } from '../kit.ts';
import { clamp, whole } from '../list-query.ts';
import { JSON_HEADERS, respond, respondJson } from '../respond.ts';
import { AdminItem } from '../schemas.ts';
import { readParams } from '../selection-query.ts';
import { adminItems } from './admin-pictures.ts';
import { answers, json } from './parts.ts';

export interface AdminUserDeps {
  readonly users: AdminUsers;
  readonly recent: Recent;
  readonly items: Items;
}

const ADMIN = { who: 'admin' } as const;
const tags = ['admin'];
const MAX_PAGE = 1_000_000;

const UsersParams = z.object({
  page: whole('page').optional().openapi({ type: 'integer', minimum: 1, default: 1 }),
  size: whole('size')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE }),
  q: z.string().max(64).optional().openapi({ description: 'A part of the name.' }),
  sort: z
    .enum(USER_SORTS.flatMap((sort) => [sort, `-${sort}` as const]))
    .optional()
    .openapi({ description: 'With `-` the largest or newest first.', default: '-activity' }),
});
const RecentParams = z.object({
  size: whole('size')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: MOST_RECENT, default: DEFAULT_PAGE_SIZE }),
});

const UseShape = z.object({ count: z.number(), bytes: z.number(), thumb_bytes: z.number() });
export const UseOfKinds = UseShape.extend({ generated: UseShape, input: UseShape, control: UseShape });
const Users = z
  .object({
    users: z.array(
      z.object({
        user_id: z.string(),
        kind: z.enum(['guest', 'member']),
        last_activity: z.string().nullable(),
        active: UseOfKinds.nullable().openapi({ description: 'Null while it is not counted yet.' }),
        trash: UseOfKinds.nullable(),
      }),
    ),
    page: z.number(),
    size: z.number(),
    total: z.number(),
    total_pages: z.number(),
    sums: z.object({ active: UseShape, trash: UseShape }).openapi({ description: 'Over all pages.' }),
    pending: z.number().openapi({ description: 'Users that are not counted yet: ask again.' }),
  })
  .openapi('Users');
const Newest = z.object({ items: z.array(AdminItem) }).openapi('Newest');

/** Who there is, and what came last. */
export function adminUserRoutes(kit: Kit, { users, recent, items }: AdminUserDeps) {
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/admin/users',
        tags,
        summary: 'Everybody who has something, with counts, bytes and last activity',
        request: { query: UsersParams },
        responses: answers({ 200: json(Users, 'A page.') }),
      }),
      ADMIN,
      async (_c, call) => {
        const query = usersQuery(call.search);
        const { page, size } = query;
        const { total, sums, pending, ...list } = await users.list(query);
        return respondJson(call, 200, {
          users: list.users.map(userAnswer),
          page,
          size,
          total,
          total_pages: Math.ceil(total / size),
          sums: { active: useAnswer(sums.active), trash: useAnswer(sums.trash) },
          pending,
        });
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/admin/recent',
        tags,
        summary: 'The newest generated pictures of all users together',
        request: { query: RecentParams },
        responses: answers({ 200: json(Newest, 'Newest first.') }),
      }),
      ADMIN,
      async (_c, call) => {
        const { size } = checked(RecentParams, readParams(call.search));
        const entries = await recent.newest(clamp(size ?? DEFAULT_PAGE_SIZE, 1, MOST_RECENT));
        const parts = [Buffer.from('{"items":'), adminItems(items, entries), Buffer.from('}')];
        return respond(call, 200, Buffer.concat(parts), JSON_HEADERS);
      },
    ),
  ] as const;
}

function usersQuery(search: string): UsersQuery {
  const { page, size, q, sort: asked = '-activity' } = checked(UsersParams, readParams(search));
  const descending = asked.startsWith('-');
  const sort = USER_SORTS.find((one) => one === (descending ? asked.slice(1) : asked)) ?? 'activity';
  return {
    sort,
    descending,
    page: clamp(page ?? 1, 1, MAX_PAGE),
    size: clamp(size ?? DEFAULT_PAGE_SIZE, 1, MAX_PAGE_SIZE),
    // names have no capitals
    ...(q === undefined ? {} : { q: q.toLowerCase() }),
  };
}

function userAnswer({ owner, usage }: User) {
  const known = usage !== undefined && usage.lastActivity > 0;
  return {
    user_id: owner,
    kind: isGuest(owner) ? 'guest' : 'member',
    last_activity: known ? isoOf(usage.lastActivity) : null,
    active: usage === undefined ? null : kindsAnswer(usage.active),
    trash: usage === undefined ? null : kindsAnswer(usage.trash),
  };
}

/** A sum and its parts, as `UseOfKinds`. */
export function kindsAnswer({ byKind, ...use }: Use & { readonly byKind: UseByKind }) {
  return {
    ...useAnswer(use),
    generated: useAnswer(byKind.generated),
    input: useAnswer(byKind.input),
    control: useAnswer(byKind.control),
  };
}

function useAnswer({ count, bytes, thumbBytes }: Use) {
  return { count, bytes, thumb_bytes: thumbBytes };
}
