import { createRoute, z } from '@hono/zod-openapi';
import { KirokuError } from '../../domain/errors.ts';
import { isGuest } from '../../domain/owner.ts';
import type { Ownership } from '../../services/ownership.ts';
import { ownerOf } from '../call.ts';
import type { EventStreams } from '../event-streams.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
import { Me } from '../schemas.ts';
import { answers, json, OwnerQuery } from './parts.ts';

/** Who am I, and what changes. */
export function meRoutes(kit: Kit, streams: EventStreams, ownership: Ownership) {
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/me',
        tags: ['identity'],
        summary: 'Whom this call acts for; a page calls it first, and gets its cookie',
        request: { query: OwnerQuery },
        responses: answers({ 200: json(Me, 'The owner.') }),
      }),
      { who: 'owner' },
      async (_c, call) => {
        const owner = ownerOf(call);
        const claimable = call.guest === undefined ? 0 : await ownership.count(call.guest);
        return respondJson(call, 200, { owner, kind: isGuest(owner) ? 'guest' : 'member', claimable });
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/events',
        tags: ['events'],
        summary: 'Server-Sent Events; resumes after Last-Event-ID, or says `reset`',
        request: {
          query: OwnerQuery,
          headers: z.object({ 'last-event-id': z.string().max(100).optional() }),
        },
        responses: answers({
          200: { description: 'A stream.', content: { 'text/event-stream': { schema: z.string() } } },
        }),
      }),
      { who: 'owner' },
      (c, call) => {
        if (c.env.incoming.method === 'HEAD')
          throw new KirokuError('method_not_allowed', 'A stream has no head.');
        return streams.answer(c, call);
      },
    ),
  ] as const;
}
