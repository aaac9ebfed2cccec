import { createRoute, z } from '@hono/zod-openapi';
import type { JsonObject } from '../../domain/json.ts';
import type { SavedSearches } from '../../services/services.ts';
import { ownerOf } from '../call.ts';
import { checked } from '../checked.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { SavedParams } from '../list-query.ts';
import { respondJson } from '../respond.ts';
import { NewSearch, Ok, SavedSearch, SavedSearchList, SearchPatch } from '../schemas.ts';
import { readParams, selectionOf } from '../selection-query.ts';
import { answers, body, json, OwnerQuery } from './parts.ts';

const Sid = z.object({ sid: z.string() });
const READ = { who: 'owner' } as const;
const WRITE = { who: 'owner', write: true } as const;
const tags = ['searches'];

/** Searches that an owner keeps under a name. */
export function savedSearchRoutes(kit: Kit, searches: SavedSearches) {
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/searches',
        tags,
        summary: 'Saved searches, in the order in which they were saved',
        request: { query: OwnerQuery },
        responses: answers({ 200: json(SavedSearchList, 'All of them.') }),
      }),
      READ,
      async (_c, call) => respondJson(call, 200, { searches: await searches.list(ownerOf(call)) }),
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/searches',
        tags,
        summary: 'Saves a search: a name, and parameters as a list takes them',
        request: { query: OwnerQuery, body: body(NewSearch) },
        responses: answers({ 201: json(SavedSearch, 'Saved, durably.') }),
      }),
      WRITE,
      async (c, call) => {
        const { name, query } = await readJson(c.env.incoming, NewSearch);
        return respondJson(call, 201, await searches.create(ownerOf(call), { name, query: runnable(query) }));
      },
    ),
    kit.serve(
      createRoute({
        method: 'patch',
        path: '/api/v1/searches/{sid}',
        tags,
        summary: 'Another name, or other parameters',
        request: { params: Sid, query: OwnerQuery, body: body(SearchPatch) },
        responses: answers({ 200: json(SavedSearch, 'The search as it is now.') }),
      }),
      WRITE,
      async (c, call) => {
        const { name, query } = await readJson(c.env.incoming, SearchPatch);
        const patch = {
          ...(name === undefined ? {} : { name }),
          ...(query === undefined ? {} : { query: runnable(query) }),
        };
        return respondJson(call, 200, await searches.change(ownerOf(call), c.req.param('sid') ?? '', patch));
      },
    ),
    kit.serve(
      createRoute({
        method: 'delete',
        path: '/api/v1/searches/{sid}',
        tags,
        summary: 'Forgets it',
        request: { params: Sid, query: OwnerQuery },
        responses: answers({ 200: json(Ok, 'It is forgotten.') }),
      }),
      WRITE,
      async (c, call) => {
        await searches.remove(ownerOf(call), c.req.param('sid') ?? '');
        return respondJson(call, 200, { ok: true });
      },
    ),
  ] as const;
}

/**
 * The query as it is kept, once it is known that a list can run it: written as a list's parameters and read again, so
 * that what is empty, and means nothing there, is not kept either.
 * @throws KirokuError `invalid_parameter`, `invalid_query`
 */
function runnable(query: z.output<typeof SavedParams>): JsonObject {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) search.append(name, one);
  }
  const params = readParams(search.toString());
  selectionOf(checked(SavedParams, params));
  return params;
}
