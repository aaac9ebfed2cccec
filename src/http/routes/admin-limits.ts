import { createRoute, z } from '@hono/zod-openapi';
import { sumOf } from '../../catalog/usage.ts';
import { notFound } from '../../domain/errors.ts';
import { isGuest, isOwner, type Owner } from '../../domain/owner.ts';
import { QUOTA_POLICIES, type QuotaLimits } from '../../domain/quota.ts';
import { isoOf } from '../../domain/time.ts';
import type { Audit } from '../../services/audit.ts';
import type { Moved } from '../../services/moved.ts';
import type { OwnerQuota, Quota } from '../../services/quota.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
import { kindsAnswer, UseOfKinds } from './admin-users.ts';
import { answers, body, json } from './parts.ts';

export interface LimitRouteDeps {
  readonly quota: Quota;
  readonly moved: Pick<Moved, 'resolve'>;
  readonly audit: Audit;
}

const most = z
  .number()
  .int()
  .min(0)
  .nullable()
  .optional()
  .openapi({ description: 'Null or 0 is no limit; absent: as for everybody.' });
const LimitsBody = z
  .strictObject({
    max_bytes: most,
    max_count: most,
    trash_max_bytes: most,
    policy: z.enum(QUOTA_POLICIES).optional(),
  })
  .openapi('QuotaOverride');
const limit = z.number().nullable();
const Limits = z
  .object({
    user_id: z.string(),
    max_bytes: limit,
    max_count: limit,
    trash_max_bytes: limit,
    policy: z.enum(QUOTA_POLICIES),
  })
  .openapi('QuotaLimits');

const UserQuota = Limits.extend({
  kind: z.enum(['guest', 'member']),
  last_activity: z.string().nullable(),
  active: UseOfKinds,
  trash: UseOfKinds,
  state: z.enum(['ok', 'warn', 'full']),
  own: LimitsBody.openapi({ description: "What of it is this user's alone; empty when it is everybody's." }),
}).openapi('UserQuota');

/** Other limits for one owner, and how far they are used. */
export function limitRoutes(kit: Kit, { quota, moved, audit }: LimitRouteDeps) {
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/admin/users/{id}/quota',
        tags: ['admin'],
        summary: 'What one user has, and may have',
        request: { params: z.object({ id: z.string() }) },
        responses: answers({ 200: json(UserQuota, 'Zeros for who has nothing.') }),
      }),
      { who: 'admin' },
      async (c, call) => {
        const id = c.req.param('id') ?? '';
        if (!isOwner(id)) throw notFound();
        const owner = await moved.resolve(id);
        return respondJson(call, 200, usageAnswer(owner, await quota.usage(owner)));
      },
    ),
    kit.serve(
      createRoute({
        method: 'put',
        path: '/api/v1/admin/users/{id}/quota',
        tags: ['admin'],
        summary: "This user's own limits instead of everybody's; `{}` takes them back",
        request: { params: z.object({ id: z.string() }), body: body(LimitsBody) },
        responses: answers({ 200: json(Limits, 'The limits that hold now.') }),
      }),
      { who: 'admin', write: true },
      async (c, call) => {
        const id = c.req.param('id') ?? '';
        const { max_bytes, max_count, trash_max_bytes, policy } = await readJson(c.env.incoming, LimitsBody);
        if (!isOwner(id)) throw notFound();
        const owner = await moved.resolve(id);
        const own = {
          ...(max_bytes === undefined ? {} : { max_bytes }),
          ...(max_count === undefined ? {} : { max_count }),
          ...(trash_max_bytes === undefined ? {} : { trash_max_bytes }),
          ...(policy === undefined ? {} : { policy }),
        };
        await audit.record({ actor: 'admin', action: 'quota', owner, detail: { quota: own } });
        const limits = await quota.override(owner, own);
        return respondJson(call, 200, limitsAnswer(owner, limits));
      },
    ),
  ] as const;
}

function limitsAnswer(owner: Owner, limits: QuotaLimits) {
  return {
    user_id: owner,
    max_bytes: limits.maxBytes,
    max_count: limits.maxCount,
    trash_max_bytes: limits.trashMaxBytes,
    policy: limits.policy,
  };
}

function usageAnswer(owner: Owner, { active, trash, lastActivity, limits, own, state }: OwnerQuota) {
  return {
    ...limitsAnswer(owner, limits),
    kind: isGuest(owner) ? 'guest' : 'member',
    last_activity: lastActivity > 0 ? isoOf(lastActivity) : null,
    active: kindsAnswer({ ...sumOf(active), byKind: active }),
    trash: kindsAnswer({ ...sumOf(trash), byKind: trash }),
    state,
    own,
  };
}
