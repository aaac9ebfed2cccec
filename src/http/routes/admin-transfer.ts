import { createRoute, z } from '@hono/zod-openapi';
import { notFound } from '../../domain/errors.ts';
import { isOwner } from '../../domain/owner.ts';
import type { Audit } from '../../services/audit.ts';
import type { Ownership, TransferPlan, TransferResult } from '../../services/ownership.ts';
import { refuse } from '../checked.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { answerWork, type WorkDeps } from '../work.ts';
import { answers, body, worked } from './parts.ts';

export interface TransferRouteDeps extends WorkDeps {
  readonly ownership: Ownership;
  readonly audit: Audit;
}

const TransferBody = z
  .strictObject({ to: z.string().max(64), dry_run: z.boolean().optional() })
  .openapi('TransferRequest');
const Over = z.object({ count: z.number(), bytes: z.number() }).openapi({
  description:
    'By how much `to` is above its quota with it. Nothing is kept back for that; uploads and restores are refused after it.',
});
const Planned = z
  .object({ from: z.string(), to: z.string(), count: z.number(), over: Over })
  .openapi('TransferPlan', { description: 'With `dry_run`: pictures of every kind and status.' });
const Transferred = z
  .object({
    from: z.string(),
    to: z.string().openapi({ description: 'The end of the chain, where `to` was itself moved.' }),
    moved: z.number(),
    bytes: z.number(),
    left: z.number().openapi({ description: 'Stay where they are; the next start tries again.' }),
    searches: z.number(),
    shares: z.number(),
    over: Over,
  })
  .openapi('Transferred');

/** Gives everything of one owner to another. */
export function transferRoutes(kit: Kit, deps: TransferRouteDeps) {
  const { ownership, audit } = deps;
  return [
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/admin/users/{id}/transfer',
        tags: ['admin'],
        summary: 'Gives all pictures, links and saved searches of one owner to another',
        request: { params: z.object({ id: z.string() }), body: body(TransferBody) },
        responses: answers({
          200: worked(z.union([Transferred, Planned]), 'Done; the plan with `dry_run`.'),
        }),
      }),
      { who: 'admin', write: true },
      async (c, call) => {
        const from = c.req.param('id') ?? '';
        const { to, dry_run } = await readJson(c.env.incoming, TransferBody);
        if (!isOwner(from)) throw notFound();
        if (!isOwner(to)) refuse('to', 'lower-case letters, digits, _ and -, at most 64.');
        return answerWork(c, call, deps, async ({ tell, signal }) => {
          const plan = await ownership.plan(from, to);
          if (dry_run === true) return planAnswer(plan);
          const detail = { to: plan.to, count: plan.count };
          await audit.record({ actor: 'admin', action: 'transfer', owner: from, detail });
          const progress = (done: number): void => tell(done, plan.count);
          return resultAnswer(await ownership.transfer(from, to, signal, progress));
        });
      },
    ),
  ] as const;
}

function planAnswer({ from, to, count, over }: TransferPlan) {
  return { from, to, count, over: { ...over } };
}

function resultAnswer({ from, to, moved, bytes, left, searches, shares, over }: TransferResult) {
  return { from, to, moved, bytes, left, searches, shares, over: { ...over } };
}
