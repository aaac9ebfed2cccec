import { createRoute, z } from '@hono/zod-openapi';
import { QUOTA_POLICIES } from '../../domain/quota.ts';
import { type QuotaReport, quotaCsv, quotaJson } from '../../services/quota-report.ts';
import { checked } from '../checked.ts';
import type { Kit } from '../kit.ts';
import { respond, respondJson } from '../respond.ts';
import { readParams } from '../selection-query.ts';
import { answers } from './parts.ts';

export interface QuotaReportDeps {
  readonly report: QuotaReport;
  readonly shutdown: AbortSignal;
}

const Format = z.object({ format: z.enum(['json', 'csv']).optional() });
const limit = z.number().nullable();
const Report = z
  .object({
    users: z.array(
      z.object({
        user_id: z.string(),
        state: z.enum(['ok', 'warn', 'full']),
        used: z.number().nullable().openapi({ description: 'Of the nearer limit: 1 is all of it.' }),
        count: z.number(),
        bytes: z.number(),
        thumb_bytes: z.number(),
        trash_count: z.number(),
        trash_bytes: z.number(),
        trash_thumb_bytes: z.number(),
        max_bytes: limit,
        max_count: limit,
        trash_max_bytes: limit,
        policy: z.enum(QUOTA_POLICIES),
        last_activity: z.string().nullable(),
      }),
    ),
  })
  .openapi('QuotaReport');

/** Who has how much, and may have. */
export function quotaReportRoutes(kit: Kit, { report, shutdown }: QuotaReportDeps) {
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/admin/quota-report',
        tags: ['admin'],
        summary: 'What everybody has and may have, the nearest to a limit first',
        request: { query: Format },
        responses: answers({
          200: {
            description: 'Everybody.',
            content: { 'application/json': { schema: Report }, 'text/csv': { schema: z.string() } },
          },
        }),
      }),
      { who: 'admin' },
      async (_c, call) => {
        const { format } = checked(Format, readParams(call.search));
        const rows = await report.rows(shutdown);
        if (format !== 'csv') return respondJson(call, 200, { users: rows.map(quotaJson) });
        return respond(call, 200, quotaCsv(rows), {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': 'attachment; filename="quota-report.csv"',
          'Cache-Control': 'no-store',
        });
      },
    ),
  ] as const;
}
