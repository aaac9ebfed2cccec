import { createRoute, z } from '@hono/zod-openapi';
import type { Entry, ListPage } from '../../catalog/catalog.ts';
import { type Kind, STATUSES } from '../../domain/kind.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import { encodeCursor } from '../../domain/page.ts';
import type { AdminPictures, AdminQuery } from '../../services/admin-pictures.ts';
import type { AuditViews } from '../../services/audit-views.ts';
import type { Moved } from '../../services/moved.ts';
import { sessionOf } from '../call.ts';
import { checked, refuse } from '../checked.ts';
import type { Items } from '../item.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { ListParams, listOf } from '../list-query.ts';
import { JSON_HEADERS, respond, respondJson } from '../respond.ts';
import { AdminPage, Ok } from '../schemas.ts';
import { readParams } from '../selection-query.ts';
import { answers, body, IdParam, idOf, json } from './parts.ts';

export interface AdminPictureDeps {
  readonly pictures: AdminPictures;
  readonly items: Items;
  readonly moved: Pick<Moved, 'resolve'>;
  readonly auditViews: AuditViews;
}

const ADMIN = { who: 'admin' } as const;
const ADMIN_WRITE = { who: 'admin', write: true } as const;
const tags = ['admin'];

const AdminList = ListParams.extend({
  user_id: z.string({ error: 'user_id: say whose pictures.' }).openapi({ description: 'Whose.' }),
  include: z
    .enum(['all', ...STATUSES])
    .optional()
    .openapi({ default: 'all' }),
  from_date: ListParams.shape.from,
  to_date: ListParams.shape.to,
});
const Whose = z
  .strictObject({
    user_id: z.string().optional().openapi({
      description:
        'Whose it is. Without it every owner is looked at; with more than 200 of them it is needed.',
    }),
  })
  .openapi('Whose');

/** Anybody's pictures of one family, for an admin. */
export function adminPictureRoutes<const B extends 'images' | 'inputs' | 'controls'>(
  kit: Kit,
  { pictures, items, moved, auditViews }: AdminPictureDeps,
  base: B,
  kind: Kind,
) {
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: `/api/v1/admin/${base}`,
        tags,
        summary: "A page of one owner's, newest first, trashed ones among them",
        request: { query: AdminList },
        responses: answers({ 200: json(AdminPage, 'A page.') }),
      }),
      ADMIN,
      async (_c, call) => {
        const { query, page } = parse(call.search);
        const owner = await moved.resolve(query.owner);
        await auditViews.seen({ session: sessionOf(call), owner, what: 'list' });
        const list = await pictures.list({ ...query, kind });
        const bytes = pageBytes(items, list, { page, size: query.size });
        for (const entry of list.entries) entry.release?.();
        return respond(call, 200, bytes, JSON_HEADERS);
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: `/api/v1/admin/${base}/{id}/delete`,
        tags,
        summary: 'Into the trash',
        request: { params: IdParam, body: { ...body(Whose), required: false } },
        responses: answers({ 200: json(Ok, 'It is in the trash.') }),
      }),
      ADMIN_WRITE,
      async (c, call) => {
        const id = idOf(c);
        await pictures.trash(kind, id, await ownerIn(c.env.incoming));
        return respondJson(call, 200, { ok: true });
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: `/api/v1/admin/${base}/{id}/restore`,
        tags,
        summary: 'Out of the trash',
        request: { params: IdParam, body: { ...body(Whose), required: false } },
        responses: answers({ 200: json(Ok, 'It is active again.') }),
      }),
      ADMIN_WRITE,
      async (c, call) => {
        const id = idOf(c);
        await pictures.restore(kind, id, await ownerIn(c.env.incoming));
        return respondJson(call, 200, { ok: true });
      },
    ),
  ] as const;
}

/** An item with whose it is and where: what an admin's lists are made of. */
function adminItem(items: Items, entry: Entry): Buffer<ArrayBuffer> {
  return items.item(entry, `"status":"${entry.status}","owner":"${entry.owner}",`);
}

/** `[item,item]` as bytes. */
export function adminItems(items: Items, entries: readonly Entry[]): Buffer<ArrayBuffer> {
  const parts = entries.flatMap((entry, i) => [Buffer.from(i === 0 ? '' : ','), adminItem(items, entry)]);
  return Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')]);
}

function pageBytes(
  items: Items,
  list: ListPage,
  { page, size }: { readonly page: number | null; readonly size: number },
): Buffer<ArrayBuffer> {
  const rest = {
    page,
    size,
    total: list.total,
    total_relation: list.totalRelation,
    total_pages: Math.ceil(list.total / size),
    next_cursor: list.next === null ? null : encodeCursor(list.next),
  };
  const tail = `,${JSON.stringify(rest).slice(1)}`;
  return Buffer.concat([Buffer.from('{"items":'), adminItems(items, list.entries), Buffer.from(tail)]);
}

/** `status`, `from` and `to` say the same as `include`, `from_date` and `to_date`; they must agree. */
function parse(search: string): { query: Omit<AdminQuery, 'kind'>; page: number | null } {
  const asked = checked(AdminList, readParams(search));
  const from = either('from_date', asked.from_date, asked.from);
  const to = either('to_date', asked.to_date, asked.to);
  const include = either('include', asked.include, asked.status) ?? 'all';
  const { query, page } = listOf({ ...asked, from, to });
  const { status: _status, ...rest } = query;
  return { query: { ...rest, owner: ownerNamed(asked.user_id), include }, page };
}

function either<T extends string>(name: string, one: T | undefined, other: T | undefined): T | undefined {
  if (one !== undefined && other !== undefined && one !== other) refuse(name, 'said twice, and differently.');
  return one ?? other;
}

async function ownerIn(incoming: Parameters<typeof readJson>[0]): Promise<Owner | undefined> {
  // without a body there is nothing to be read
  const { headers } = incoming;
  if (headers['content-type'] === undefined && (headers['content-length'] ?? '0') === '0') return undefined;
  const { user_id: named } = await readJson(incoming, Whose);
  return named === undefined ? undefined : ownerNamed(named);
}

function ownerNamed(text: string): Owner {
  return isOwner(text) ? text : refuse('user_id', 'lower-case letters, digits, _ and -, at most 64.');
}
