import { createRoute, z } from '@hono/zod-openapi';
import { sumOf } from '../../catalog/usage.ts';
import { KINDS } from '../../domain/kind.ts';
import { QUOTA_POLICIES } from '../../domain/quota.ts';
import { isoOf } from '../../domain/time.ts';
import type { OwnerQuota, Quota } from '../../services/quota.ts';
import type { TrashSummaries, TrashSummary } from '../../services/trash-summary.ts';
import { ownerOf } from '../call.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
import { answers, json, OwnerQuery } from './parts.ts';

const use = { count: z.number(), bytes: z.number(), thumb_bytes: z.number() };
const Use = z.object(use).openapi('Use', { description: '`bytes` are the originals alone.' });
const Usage = z
  .object({
    owner: z.string(),
    ...use,
    kinds: z.object({ generated: Use, input: Use, control: Use }),
    trash: z.object({
      ...use,
      max_bytes: z.number().nullable(),
      over_bytes: z.number(),
      retention_days: z.number().nullable().openapi({ description: 'Null: for ever.' }),
      next_purge_at: z
        .string()
        .nullable()
        .openapi({ description: 'The earliest `purge_at` of all that is in it; null where none has one.' }),
    }),
    reserved: z.object({ count: z.number(), bytes: z.number() }).openapi({ description: 'On its way in.' }),
    quota: z.object({
      max_bytes: z.number().nullable(),
      max_count: z.number().nullable(),
      policy: z.enum(QUOTA_POLICIES),
    }),
    state: z
      .enum(['ok', 'warn', 'full'])
      .openapi({ description: '`warn` from nine tenths on; `full`: the next picture would be refused.' }),
  })
  .openapi('Usage');

export interface UsageDeps {
  readonly quota: Quota;
  readonly trashSummaries: TrashSummaries;
}

/** How much an owner has and may have: a pipeline asks before it generates. */
export function usageRoutes(kit: Kit, { quota, trashSummaries }: UsageDeps) {
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/usage',
        tags: ['identity'],
        summary: 'How much the owner has, and may have',
        request: { query: OwnerQuery },
        responses: answers({ 200: json(Usage, 'Active pictures; the trash apart.') }),
      }),
      { who: 'owner' },
      async (_c, call) => {
        const owner = ownerOf(call);
        const [used, thrown] = await Promise.all([quota.usage(owner), trashSummaries.of(owner)]);
        return respondJson(call, 200, { owner, ...usageAnswer(used, thrown) });
      },
    ),
  ] as const;
}

function usageAnswer(
  { active, trash, limits, reserved, state }: OwnerQuota,
  { nextPurgeAt, retentionDays }: TrashSummary,
) {
  const thrown = useAnswer(sumOf(trash));
  const { maxBytes, maxCount, trashMaxBytes, policy } = limits;
  const over = trashMaxBytes === null ? 0 : thrown.bytes + thrown.thumb_bytes - trashMaxBytes;
  return {
    ...useAnswer(sumOf(active)),
    kinds: Object.fromEntries(KINDS.map((kind) => [kind, useAnswer(active[kind])])),
    trash: {
      ...thrown,
      max_bytes: trashMaxBytes,
      over_bytes: Math.max(0, over),
      retention_days: retentionDays,
      next_purge_at: nextPurgeAt === null ? null : isoOf(nextPurgeAt),
    },
    reserved: { count: reserved.count, bytes: reserved.bytes },
    quota: { max_bytes: maxBytes, max_count: maxCount, policy },
    state,
  };
}

function useAnswer({ count, bytes, thumbBytes }: ReturnType<typeof sumOf>) {
  return { count, bytes, thumb_bytes: thumbBytes };
}
