import { createRoute, z } from '@hono/zod-openapi';
import type { Kind } from '../../domain/kind.ts';
import type { Related } from '../../services/services.ts';
import { type Call, ownerOf } from '../call.ts';
import { checked, refuse } from '../checked.ts';
import { type Counts, FacetParams } from '../counts.ts';
import type { Items } from '../item.ts';
import type { Kit } from '../kit.ts';
import { relationsAnswer } from '../related-answer.ts';
import { JSON_HEADERS, respond } from '../respond.ts';
import { Facets, Relations, Timeline } from '../schemas.ts';
import { readParams, SelectionParams } from '../selection-query.ts';
import { answers, IdParam, idOf, json, OwnerQuery } from './parts.ts';

export interface SearchDeps {
  readonly counts: Counts;
  readonly related: Related;
  readonly items: Items;
}

const READ = { who: 'owner' } as const;
const UNCHANGED = { description: 'Nothing changed (If-None-Match).' };

const axis = z.string().max(1_100).optional();
const RelatedParams = z.object({
  varies: axis.openapi({
    description:
      'The number over which the stack is: `seed`, `steps`, `cfg`, `lora:{name}`. The seed when absent, where there is such a stack.',
  }),
  x: axis.openapi({ description: 'A number, for the columns of the grid; with `y`.' }),
  y: axis.openapi({ description: 'Another, for its rows.' }),
});

/** A call that counts what a list's filters select. */
function counting<const P extends string, S extends z.ZodObject, A extends object>(
  path: P,
  filters: S,
  { tags, summary, answer }: { readonly tags: string[]; readonly summary: string; readonly answer: A },
) {
  return createRoute({
    method: 'get',
    path,
    tags,
    summary,
    request: { query: filters.extend(OwnerQuery.shape) },
    responses: answers({ 200: answer, 304: UNCHANGED }),
  });
}

/**
 * What every family can be asked beside its lists. Stands before the calls about one picture, whose `{id}` would match
 * these names too.
 */
export function searchRoutes<const B extends 'images' | 'inputs' | 'controls'>(
  kit: Kit,
  deps: SearchDeps,
  base: B,
  kind: Kind,
) {
  const { counts, related, items } = deps;
  const tags = [base];
  return [
    kit.serve(
      counting(`/api/v1/${base}/facets`, FacetParams, {
        tags,
        summary: 'Values to filter by, and how many pictures have each, under the same filters as a list',
        answer: json(Facets, 'Counts by facet.'),
      }),
      READ,
      (c, call) => counts.facets(c, call, kind),
    ),
    kit.serve(
      counting(`/api/v1/${base}/timeline`, SelectionParams, {
        tags,
        summary: 'How many pictures each day has, under the same filters as a list',
        answer: json(Timeline, 'Counts by day.'),
      }),
      READ,
      (c, call) => counts.timeline(c, call, kind),
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: `/api/v1/${base}/{id}/related`,
        tags,
        summary: 'What it was made from, what was made from it, and what else its recipe made',
        request: { params: IdParam, query: RelatedParams.extend(OwnerQuery.shape) },
        responses: answers({ 200: json(Relations, 'Its relations.') }),
      }),
      READ,
      async (c, call) => {
        const relations = await related.of(ownerOf(call), kind, idOf(c), relatedOptions(call));
        return respond(call, 200, relationsAnswer(relations, items), JSON_HEADERS);
      },
    ),
  ] as const;
}

function relatedOptions(call: Call) {
  const { varies, x, y } = checked(RelatedParams, readParams(call.search));
  if ((x === undefined) !== (y === undefined))
    refuse(x === undefined ? 'x' : 'y', 'x and y belong together.');
  return {
    ...(varies === undefined ? {} : { varies }),
    ...(x === undefined || y === undefined ? {} : { axes: { x, y } }),
  };
}
