import { createRoute, z } from '@hono/zod-openapi';
import type { Health as HealthReport } from '../../services/health.ts';
import type { AppDeps } from '../deps.ts';
import type { Kit } from '../kit.ts';
import { respond, respondJson } from '../respond.ts';
import { Health } from '../schemas.ts';
import type { FileRoutes } from '../serve-file.ts';
import { answers, json, OwnerQuery } from './parts.ts';

const HEALTH_KEPT_MS = 1_000;
const PUBLIC = { who: 'public' } as const;

/** Health, metrics. */
export function systemRoutes(kit: Kit, deps: AppDeps) {
  const check = keptFor(HEALTH_KEPT_MS, deps.now, () => deps.health.check());
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/healthz',
        tags: ['system'],
        summary: 'Health by component',
        responses: answers({ 200: json(Health, 'Working.'), 503: json(Health, 'A component fails.') }),
      }),
      PUBLIC,
      async (_c, call) => {
        const report = await check();
        const status = worst(report);
        return respondJson(call, status === 'failing' ? 503 : 200, { status, components: report.components });
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/readyz',
        tags: ['system'],
        summary: 'Whether requests can be served now',
        responses: answers({
          200: json(z.object({ ready: z.boolean() }), 'Ready.'),
          503: json(z.object({ ready: z.boolean() }), 'Starting, stopping or broken.'),
        }),
      }),
      PUBLIC,
      async (_c, call) => {
        const ready = !deps.shutdown.aborted && (await check()).ready;
        return respondJson(call, ready ? 200 : 503, { ready }, ready ? {} : { 'Retry-After': '1' });
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/metrics',
        tags: ['system'],
        summary: 'Prometheus metrics; METRICS_TOKEN or ADMIN_TOKEN',
        responses: answers({
          200: { description: 'Text.', content: { 'text/plain': { schema: z.string() } } },
        }),
      }),
      { who: 'metrics' },
      async (_c, call) =>
        respond(call, 200, await deps.metrics.metrics(), {
          'Content-Type': deps.metrics.contentType,
          'Cache-Control': 'no-store',
        }),
    ),
  ] as const;
}

/** Originals and thumbnails. Not JSON, so a typed client does not see it; the document does. */
export function fileRoute(kit: Kit, files: FileRoutes) {
  return kit.serve(
    createRoute({
      method: 'get',
      path: '/outputs/{key}',
      tags: ['files'],
      summary: 'An original or a thumbnail, under the `url` or `thumb_url` of an item',
      request: {
        params: z.object({ key: z.string().openapi({ description: 'With its slashes: `users/…`.' }) }),
        query: OwnerQuery.extend({
          v: z.string().optional().openapi({ description: 'Version of a thumbnail.' }),
          download: z
            .enum(['1', 'true', '0', 'false'])
            .optional()
            .openapi({ description: 'As an attachment, under its original name.' }),
          strip: z.enum(['1', 'true', '0', 'false']).optional().openapi({
            description: 'The original without anything embedded in it: no prompt, no graph, no EXIF.',
          }),
        }),
      },
      responses: answers({
        200: { description: 'The bytes.' },
        206: { description: 'A range of them.' },
        304: { description: 'The copy is fresh.' },
        308: { description: 'Its owner was moved to another: the file is there.' },
      }),
    }),
    { who: 'file' },
    (c, call) => files.answer(c, call),
  );
}

function worst(report: HealthReport): 'ok' | 'degraded' | 'failing' {
  const all = Object.values(report.components).map((component) => component.status);
  return all.includes('failing') ? 'failing' : all.includes('degraded') ? 'degraded' : 'ok';
}

/** Health is public: whoever asks a thousand times a second asks the disk once. */
function keptFor<T>(ms: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let kept: { at: number; answer: Promise<T> } | undefined;
  return () => {
    const at = now();
    if (kept === undefined || at - kept.at >= ms || at < kept.at) {
      const answer = ask();
      kept = { at, answer };
      answer.catch(() => {
        kept = undefined;
      });
    }
    return kept.answer;
  };
}
