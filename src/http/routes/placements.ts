import { createRoute, z } from '@hono/zod-openapi';
import { notFound } from '../../domain/errors.ts';
import { isPictureId } from '../../domain/id.ts';
import type { Placements } from '../../services/placements.ts';
import { ownerOf } from '../call.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
import { answers, body, json, OwnerQuery } from './parts.ts';

const PlaceBody = z.strictObject({ job_id: z.string().min(1).max(200) }).openapi('PlaceRequest');
const PlacedName = z.object({ name: z.string() }).openapi('PlacedInput');
const Released = z.object({ released: z.number() }).openapi('ReleasedInputs');
const tags = ['jobs'];

/** A pipeline's inputs on their way to ComfyUI and back. */
export function placementRoutes(kit: Kit, placements: Placements) {
  return [
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/inputs/{id}/place',
        tags,
        summary: "Copies the input into ComfyUI's folder, under the name that it answers",
        request: { params: z.object({ id: z.string() }), query: OwnerQuery, body: body(PlaceBody) },
        responses: answers({ 200: json(PlacedName, 'The name for a LoadImage node.') }),
      }),
      { who: 'service', write: true },
      async (c, call) => {
        const { job_id: job } = await readJson(c.env.incoming, PlaceBody);
        const id = c.req.param('id') ?? '';
        if (!isPictureId(id)) throw notFound();
        return respondJson(call, 200, await placements.place(ownerOf(call), id, job));
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/jobs/{job_id}/done',
        tags,
        summary: 'The job has ended: what was placed for it goes',
        request: { params: z.object({ job_id: z.string() }) },
        responses: answers({ 200: json(Released, 'How many files went.') }),
      }),
      { who: 'service', write: true, ownerInBody: true },
      async (c, call) => respondJson(call, 200, await placements.done(c.req.param('job_id') ?? '')),
    ),
  ] as const;
}
