import { createRoute, z } from '@hono/zod-openapi';
import { notFound } from '../../domain/errors.ts';
import { isOwner } from '../../domain/owner.ts';
import { QUOTA_POLICIES } from '../../domain/quota.ts';
import type { Audit } from '../../services/audit.ts';
import type { Moved } from '../../services/moved.ts';
import type { Quota } from '../../services/quota.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
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

/** Other limits for one owner. */
export function limitRoutes(kit: Kit, { quota, moved, audit }: LimitRouteDeps) {
  return [
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
        return respondJson(call, 200, {
          user_id: owner,
          max_bytes: limits.maxBytes,
          max_count: limits.maxCount,
          trash_max_bytes: limits.trashMaxBytes,
          policy: limits.policy,
        });
      },
    ),
  ] as const;
}
