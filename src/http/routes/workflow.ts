import { createRoute, z } from '@hono/zod-openapi';
import type { Kind } from '../../domain/kind.ts';
import type { Workflows } from '../../services/services.ts';
import { ownerOf } from '../call.ts';
import { checked } from '../checked.ts';
import type { Kit } from '../kit.ts';
import { respond } from '../respond.ts';
import { readParams } from '../selection-query.ts';
import { answers, IdParam, idOf, json, OwnerQuery } from './parts.ts';

const WorkflowParams = z.object({
  format: z.enum(['workflow', 'prompt']).optional().openapi({
    description: 'The editor’s graph or the API’s; whichever there is when absent, the editor’s first.',
  }),
});

/**
 * The graph inside a picture. It may hold keys and paths of the machine that made it: for its owner, and the pipeline
 * that acts for the owner, alone.
 */
export function workflowRoutes<const B extends 'images' | 'inputs' | 'controls'>(
  kit: Kit,
  workflows: Workflows,
  base: B,
  kind: Kind,
) {
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: `/api/v1/${base}/{id}/workflow`,
        tags: [base],
        summary: 'The ComfyUI graph that the original carries, to be loaded again',
        request: { params: IdParam, query: WorkflowParams.extend(OwnerQuery.shape) },
        responses: answers({ 200: json(z.looseObject({}), 'The graph, as a file to save.') }),
      }),
      { who: 'owner' },
      async (c, call) => {
        const id = idOf(c);
        const { format = 'any' } = checked(WorkflowParams, readParams(call.search));
        const found = await workflows.read(ownerOf(call), kind, id, format);
        return respond(call, 200, found.json, {
          'Content-Type': 'application/json',
          'Cache-Control': 'private, no-store',
          'Content-Disposition': `attachment; filename="${id}-${found.format}.json"`,
        });
      },
    ),
  ] as const;
}
