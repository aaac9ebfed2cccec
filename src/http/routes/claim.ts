import { createRoute, z } from '@hono/zod-openapi';
import { KirokuError } from '../../domain/errors.ts';
import type { Audit } from '../../services/audit.ts';
import type { Ownership } from '../../services/ownership.ts';
import { ownerOf } from '../call.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
import { answers, json } from './parts.ts';

export interface ClaimRouteDeps {
  readonly ownership: Ownership;
  readonly audit: Audit;
  readonly shutdown: AbortSignal;
}

const Claimed = z
  .object({ owner: z.string(), moved: z.number(), left: z.number() })
  .openapi('Claimed', { description: '`left` pictures stay behind for now; every start tries again.' });

/** A member takes along what the same browser stored as a guest. */
export function claimRoutes(kit: Kit, { ownership, audit, shutdown }: ClaimRouteDeps) {
  return [
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/me/claim',
        tags: ['identity'],
        summary: 'Gives the pictures of this browser’s guest to the member who is signed in',
        responses: answers({ 200: json(Claimed, 'They are the member’s.') }),
      }),
      { who: 'owner', write: true },
      async (_c, call) => {
        const { guest } = call;
        const owner = ownerOf(call);
        if (call.role !== 'browser' || guest === undefined) {
          throw new KirokuError('forbidden', 'Sign in, in the browser that has the pictures.');
        }
        const { count } = await ownership.plan(guest, owner);
        await audit.record({
          actor: 'owner',
          action: 'transfer',
          owner: guest,
          detail: { to: owner, count },
        });
        const { moved, left } = await ownership.transfer(guest, owner, shutdown);
        return respondJson(call, 200, { owner, moved, left });
      },
    ),
  ] as const;
}
