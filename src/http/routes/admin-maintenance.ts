import { createRoute, z } from '@hono/zod-openapi';
import { isDay } from '../../domain/day.ts';
import { notFound } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Audit } from '../../services/audit.ts';
import type { LiveRestore } from '../../services/maintenance/live-restore.ts';
import {
  type Maintenance,
  reindexJson,
  restoreJson,
  verifyJson,
} from '../../services/maintenance/maintenance.ts';
import { checked } from '../checked.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
import { answerWork, type Told, type WorkDeps } from '../work.ts';
import { answers, body, IdParam, idOf, json, ownerIn, UserId, worked } from './parts.ts';

export interface MaintenanceRouteDeps extends WorkDeps {
  readonly maintenance: Maintenance;
  readonly audit: Audit;
  readonly restore: LiveRestore;
}

const tags = ['admin'];

const VerifyBody = z.strictObject({ user_id: UserId.optional() }).openapi('VerifyRequest');
const ThumbnailsBody = z
  .strictObject({
    user_id: UserId.optional(),
    all: z.boolean().optional().openapi({ description: 'Also those that are there and whole.' }),
    dry_run: z.boolean().optional(),
  })
  .openapi('ThumbnailsRequest');
const ReindexBody = z
  .strictObject({
    user_id: UserId.optional(),
    depth: z.enum(['changes', 'names', 'sidecars']).optional(),
    afresh: z.boolean().optional(),
    dry_run: z.boolean().optional().openapi({ description: 'What would be done; nothing is.' }),
    quarantine: z.enum(['own', 'all']).optional().openapi({
      description: 'Sets aside what has no record and cannot be adopted; `all`: dropped files too.',
    }),
    release: z
      .boolean()
      .optional()
      .openapi({ description: 'Moves what was set aside back; looks at nothing else.' }),
  })
  .refine(
    ({ quarantine, depth }) => quarantine === undefined || depth !== 'sidecars',
    'quarantine: goes with a look at the folders: depth `changes` or `names`.',
  )
  .refine(
    ({ release, quarantine, depth, afresh }) =>
      release !== true || (quarantine ?? depth ?? afresh) === undefined,
    'release: goes with user_id and dry_run alone.',
  )
  .openapi('ReindexRequest');
const DayText = z
  .string()
  .transform((text) => text.replaceAll('-', '/'))
  .refine(isDay, 'must be a day (YYYY-MM-DD).')
  .openapi({ type: 'string', format: 'date' });
const RestoreBody = z
  .strictObject({
    ticket: z.string().max(64).openapi({
      description: 'Made in the tree by `kiroku restore`: names the backup, once, for a minute.',
    }),
    user_id: UserId.optional(),
    from: DayText.optional(),
    to: DayText.optional(),
    gone: z.boolean().optional().openapi({ description: 'Also what had left the tree before the backup.' }),
    dry_run: z.boolean().optional(),
  })
  .openapi('RestoreRequest');
const WhyQuery = z.object({ user_id: UserId.optional() });
const Facts = z.record(z.string(), z.unknown()).openapi('PictureFacts');
const Report = z.record(z.string(), z.unknown()).openapi('WorkReport');

/** What operators have done to the tree, through the server that holds it. */
export function maintenanceRoutes(kit: Kit, deps: MaintenanceRouteDeps) {
  const { maintenance } = deps;
  return [
    workRoute(kit, deps, {
      name: 'verify',
      summary: 'Reads every original again and says what is damaged; changes nothing',
      schema: VerifyBody,
      async run(asked, { tell, signal }) {
        let done = 0;
        const progress = () => {
          done += 1;
          tell(done);
        };
        return verifyJson(await maintenance.verify({ ...ownerIn(asked), signal, progress }));
      },
    }),
    workRoute(kit, deps, {
      name: 'thumbnails',
      summary: 'Makes thumbnails again: missing and broken ones, or all',
      schema: ThumbnailsBody,
      async run(asked, { tell, signal }) {
        const { all = false, dry_run: dryRun = false } = asked;
        const request = { ...ownerIn(asked), all, dryRun, signal, progress: tell };
        return { ...(await maintenance.thumbnails(request)) };
      },
    }),
    workRoute(kit, deps, {
      name: 'reindex',
      summary: 'Brings catalog and disk into agreement',
      schema: ReindexBody,
      run: (asked, told) => reindex(maintenance, asked, told),
    }),
    workRoute(kit, deps, {
      name: 'restore-backup',
      summary: 'Merges a backup into the tree: what is there is never touched',
      schema: RestoreBody,
      async run(asked, { tell, signal }) {
        const { ticket, from, to, gone = false, dry_run: dryRun = false } = asked;
        const days = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
        const request = { ...ownerIn(asked), ...days, gone, dryRun, signal, progress: tell };
        return restoreJson(await deps.restore.run(ticket, request));
      },
    }),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/admin/why/{id}',
        tags,
        summary: 'Everything that is known about one picture, and what happens to it next',
        request: { params: IdParam, query: WhyQuery },
        responses: answers({ 200: json(Facts, 'All of it.') }),
      }),
      { who: 'admin' },
      async (c, call) => {
        const asked = checked(WhyQuery, Object.fromEntries(new URLSearchParams(call.search)));
        const facts = await maintenance.why(idOf(c), ownerIn(asked).owner);
        if (facts === undefined) throw notFound();
        return respondJson(call, 200, facts);
      },
    ),
  ] as const;
}

interface Asked {
  readonly user_id?: string | undefined;
  readonly dry_run?: boolean | undefined;
  readonly ticket?: string;
}

interface Work<N extends string, T extends Asked> {
  /** The last part of its path, and its name in the audit log. */
  readonly name: N;
  readonly summary: string;
  readonly schema: z.ZodType<T>;
  run(asked: T, told: Told): Promise<JsonObject>;
}

/** A long piece of work: written down first, unless it changes nothing, then done. */
function workRoute<const N extends string, T extends Asked>(
  kit: Kit,
  deps: MaintenanceRouteDeps,
  { name, summary, schema, run }: Work<N, T>,
) {
  const path = `/api/v1/admin/${name}` as const;
  return kit.serve(
    createRoute({
      method: 'post',
      path,
      tags,
      summary,
      request: { body: body(schema) },
      responses: answers({ 200: worked(Report, 'What was done and found.') }),
    }),
    { who: 'admin', write: true },
    async (c, call) => {
      const asked = await readJson(c.env.incoming, schema);
      const { user_id: _, ticket: _ticket, dry_run: dryRun, ...detail }: Asked = asked;
      if (dryRun !== true)
        await deps.audit.record({ actor: 'admin', action: name, owner: ownerIn(asked).owner, detail });
      return answerWork(c, call, deps, (told) => run(asked, told));
    },
  );
}

async function reindex(
  maintenance: Maintenance,
  asked: z.output<typeof ReindexBody>,
  { tell, signal }: Told,
): Promise<JsonObject> {
  const { depth = 'changes', afresh = false, dry_run: dryRun = false, quarantine, release } = asked;
  const request = { ...ownerIn(asked), dryRun, progress: tell };
  if (release === true) return reindexJson(await maintenance.release(request, signal), dryRun);
  const more = quarantine === undefined ? {} : { quarantine };
  return reindexJson(await maintenance.reindex({ ...request, depth, afresh, ...more }, signal), dryRun);
}
