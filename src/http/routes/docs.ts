import { createRoute, z } from '@hono/zod-openapi';
import { DOCS_POLICY, type OpenApiDocument } from '../docs.ts';
import type { Kit } from '../kit.ts';
import { respond, respondJson } from '../respond.ts';
import { answers, json } from './parts.ts';

const PUBLIC = { who: 'public' } as const;

/** The document and its page. */
export function docsRoutes(kit: Kit, document: () => OpenApiDocument, page: () => string) {
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/openapi.json',
        tags: ['system'],
        summary: 'This interface as OpenAPI 3.1',
        responses: answers({ 200: json(z.looseObject({ openapi: z.string() }), 'The document.') }),
      }),
      PUBLIC,
      (_c, call) => respondJson(call, 200, document()),
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/docs',
        tags: ['system'],
        summary: 'The same as a page',
        responses: answers({
          200: { description: 'A page.', content: { 'text/html': { schema: z.string() } } },
        }),
      }),
      PUBLIC,
      (_c, call) =>
        respond(call, 200, page(), {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': DOCS_POLICY,
          'Cache-Control': 'no-cache',
        }),
    ),
  ] as const;
}
