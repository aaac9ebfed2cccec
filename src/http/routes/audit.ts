import { createRoute, z } from '@hono/zod-openapi';
import { isOwner, type Owner } from '../../domain/owner.ts';
import { isoOf } from '../../domain/time.ts';
import type { Audit, AuditPage } from '../../services/audit.ts';
import type { Moved } from '../../services/moved.ts';
import { ownerOf } from '../call.ts';
import { checked } from '../checked.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
import { answers, json, OwnerQuery } from './parts.ts';

const count = (name: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/, `${name}: not a whole number above 0.`)
    .transform(Number)
    .optional();
const AuditQuery = z.object({
  page: count('page').openapi({ type: 'integer', minimum: 1, default: 1 }),
  size: count('size').openapi({ type: 'integer', minimum: 1, maximum: 200, default: 50 }),
  user_id: z.string().refine(isOwner, 'user_id: lower-case letters, digits, _ and -, at most 64.').optional(),
});
const AuditList = z
  .object({
    entries: z.array(
      z.object({
        at: z.string(),
        actor: z.string(),
        action: z.string(),
        user_id: z.string().nullable(),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
    page: z.number(),
    size: z.number(),
    total: z.number(),
    total_pages: z.number(),
  })
  .openapi('AuditLog');

export interface AuditRouteDeps {
  readonly audit: Audit;
  readonly moved: Pick<Moved, 'resolve' | 'formerNames'>;
}

/** What was done by those who may touch other people's pictures: to the admins all of it, to an owner what concerns him. */
export function auditRoutes(kit: Kit, { audit, moved }: AuditRouteDeps) {
  /** What was done under a name that an owner had before is about him, too. */
  const namesOf = async (named: Owner): Promise<{ owners: Owner[] }> => {
    const owner = await moved.resolve(named);
    return { owners: [owner, ...(await moved.formerNames(owner))] };
  };

  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/admin/audit',
        tags: ['admin'],
        summary: 'What admins did, newest first',
        request: { query: AuditQuery },
        responses: answers({ 200: json(AuditList, 'A page.') }),
      }),
      { who: 'admin' },
      async (_c, call) => {
        const { user_id: owner, ...place } = queryOf(call.search);
        const at = placeOf(place);
        const whose = owner === undefined || !isOwner(owner) ? {} : await namesOf(owner);
        const list = await audit.list({ ...at, ...whose });
        return respondJson(call, 200, answerOf(list, at));
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/access-log',
        tags: ['identity'],
        summary: 'What admins did to your pictures, and when they looked at them, newest first',
        request: { query: OwnerQuery.extend(AuditQuery.omit({ user_id: true }).shape) },
        responses: answers({ 200: json(AuditList, 'A page.') }),
      }),
      { who: 'owner' },
      async (_c, call) => {
        const at = placeOf(queryOf(call.search));
        const list = await audit.list({ ...at, ...(await namesOf(ownerOf(call))) });
        return respondJson(call, 200, answerOf(list, at));
      },
    ),
  ] as const;
}

interface Place {
  readonly page: number;
  readonly size: number;
}

function queryOf(search: string): z.infer<typeof AuditQuery> {
  return checked(AuditQuery, Object.fromEntries(new URLSearchParams(search)));
}

function placeOf({ page, size }: { page?: number | undefined; size?: number | undefined }): Place {
  return { page: Math.min(page ?? 1, 10_000), size: Math.min(size ?? 50, 200) };
}

function answerOf({ entries, total }: AuditPage, { page, size }: Place) {
  return {
    entries: entries.map(({ at, actor, action, owner, detail }) => ({
      at: isoOf(at),
      actor,
      action,
      user_id: owner ?? null,
      detail,
    })),
    page,
    size,
    total,
    total_pages: Math.ceil(total / size),
  };
}
