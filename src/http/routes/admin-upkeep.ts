import { createRoute, z } from '@hono/zod-openapi';
import { KirokuError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isoOf } from '../../domain/time.ts';
import type { Audit } from '../../services/audit.ts';
import type { JobRun, JobStatus, Jobs } from '../../services/maintenance/job-journal.ts';
import type { Moved } from '../../services/moved.ts';
import type { Purge, PurgePlan, PurgeRequest } from '../../services/purge.ts';
import { checked } from '../checked.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
import { answerWork, type WorkDeps } from '../work.ts';
import { answers, body, json, ownerIn, UserId, worked } from './parts.ts';

export interface UpkeepDeps extends WorkDeps {
  readonly purge: Purge;
  readonly jobs: () => Jobs | undefined;
  readonly audit: Audit;
  readonly moved: Pick<Moved, 'resolve'>;
}

const ADMIN = { who: 'admin' } as const;
const ADMIN_WRITE = { who: 'admin', write: true } as const;
const tags = ['admin'];
/** Owners named in an answer; the sums are over all. */
const MOST_OWNERS = 1_000;

const PurgeQuery = z.object({
  user_id: UserId.optional(),
  older_than_days: z
    .string()
    .regex(/^\d{1,6}(?:\.\d{1,6})?$/, 'older_than_days: must be a number of days above 0.')
    .transform(Number)
    .optional()
    .openapi({ type: 'number' }),
});
const PurgeBody = z
  .strictObject({
    user_id: UserId.optional(),
    older_than_days: z.number('older_than_days: must be a number of days above 0.').optional(),
    dry_run: z.boolean().optional(),
    confirm: z.boolean().optional().openapi({ description: 'Goes on in spite of the objections.' }),
  })
  .openapi('PurgeRequest');
const Plan = z
  .object({
    at: z.string(),
    count: z.number(),
    bytes: z.number(),
    owners: z.array(
      z.object({ user_id: z.string(), count: z.number(), bytes: z.number(), early: z.number().optional() }),
    ),
    referenced: z.number(),
    total: z.number(),
    objections: z.array(z.string()),
  })
  .openapi('PurgePlan');
const Purged = z
  .object({ deleted: z.number(), bytes: z.number(), skipped: z.number(), failed: z.number() })
  .openapi('Purged');
const RunQuery = z.object({
  dry_run: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: 'What it would do now: `sweep` and `purge-trash` can tell.' }),
});
const Run = z.object({
  job: z.string(),
  at: z.string(),
  ms: z.number(),
  ok: z.boolean(),
  result: z.record(z.string(), z.unknown()).nullable(),
});
const JobList = z
  .object({
    jobs: z.array(
      z.object({
        name: z.string(),
        cron: z.string(),
        running: z.boolean(),
        last: Run.nullable(),
        next: z.string().nullable(),
      }),
    ),
    recent: z.array(Run),
  })
  .openapi('Jobs');

/** The trash's end, and what is done by the clock. */
export function upkeepRoutes(kit: Kit, deps: UpkeepDeps) {
  const { purge, jobs, audit } = deps;
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/admin/purge-trash/preview',
        tags,
        summary: 'What a purge would remove now, and what speaks against it',
        request: { query: PurgeQuery },
        responses: answers({ 200: json(Plan, 'Nothing is removed.') }),
      }),
      ADMIN,
      async (_c, call) => {
        const query = checked(PurgeQuery, Object.fromEntries(new URLSearchParams(call.search)));
        return respondJson(
          call,
          200,
          planAnswer(await purge.plan(await requestOf(query, deps), deps.shutdown)),
        );
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/admin/purge-trash',
        tags,
        summary: 'Removes for good what has been in the trash for its time',
        request: { body: body(PurgeBody) },
        responses: answers({ 200: worked(z.union([Purged, Plan]), 'Done; the plan with `dry_run`.') }),
      }),
      ADMIN_WRITE,
      async (c, call) => {
        const asked = await readJson(c.env.incoming, PurgeBody);
        return answerWork(c, call, deps, async ({ tell, signal }) => {
          const plan = await purge.plan(await requestOf(asked, deps), signal);
          if (asked.dry_run === true) return planAnswer(plan);
          const { count, bytes, objections } = plan;
          const confirmed = asked.confirm === true;
          await audit.record({
            actor: 'admin',
            action: 'purge-trash',
            owner: plan.owner,
            detail: { count, bytes, objections: [...objections], confirmed },
          });
          const progress = (done: number): void => tell(done, count);
          return { ...(await purge.apply(plan, { signal, confirmed, progress })) };
        });
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/admin/jobs',
        tags,
        summary: 'Scheduled jobs: when each ran last, what it did, when it runs next',
        responses: answers({ 200: json(JobList, 'All of them.') }),
      }),
      ADMIN,
      (_c, call) => {
        const all = jobs();
        return respondJson(call, 200, {
          jobs: (all?.statuses() ?? []).map(statusAnswer),
          recent: (all?.recent() ?? []).map(runAnswer),
        });
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/admin/jobs/{name}/run',
        tags,
        summary: 'Runs a job now, and answers at its end',
        request: { params: z.object({ name: z.string() }), query: RunQuery },
        responses: answers({ 200: json(Run, 'What it did.') }),
      }),
      ADMIN_WRITE,
      async (c, call) => {
        const name = c.req.param('name') ?? '';
        const all = jobs();
        if (all === undefined) throw new KirokuError('draining', 'The server is starting.');
        const asked = checked(RunQuery, Object.fromEntries(new URLSearchParams(call.search)));
        if (asked.dry_run === 'true') return respondJson(call, 200, runAnswer(await all.preview(name)));
        await audit.record({ actor: 'admin', action: 'run-job', owner: undefined, detail: { job: name } });
        return respondJson(call, 200, runAnswer(await all.runNow(name)));
      },
    ),
  ] as const;
}

interface Asked {
  user_id?: string | undefined;
  older_than_days?: number | undefined;
}

async function requestOf(asked: Asked, { moved }: Pick<UpkeepDeps, 'moved'>): Promise<PurgeRequest> {
  const { older_than_days: olderThanDays } = asked;
  const { owner } = ownerIn(asked);
  return {
    ...(owner === undefined ? {} : { owner: await moved.resolve(owner) }),
    ...(olderThanDays === undefined ? {} : { olderThanDays }),
  };
}

function planAnswer({ at, count, bytes, owners, referenced, total, objections }: PurgePlan): JsonObject {
  const named = owners.slice(0, MOST_OWNERS).map(({ owner, ...sums }) => ({ user_id: owner, ...sums }));
  return { at: isoOf(at), count, bytes, owners: named, referenced, total, objections };
}

function statusAnswer({ name, cron, running, last, next }: JobStatus) {
  return {
    name,
    cron,
    running,
    last: last === null ? null : runAnswer(last),
    next: next === null ? null : isoOf(next),
  };
}

function runAnswer({ job, at, ms, ok, result }: JobRun) {
  return { job, at: isoOf(at), ms, ok, result: result ?? null };
}
