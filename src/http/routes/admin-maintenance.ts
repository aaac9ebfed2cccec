import { createRoute, z } from '@hono/zod-openapi';
import { notFound } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import type { Audit } from '../../services/audit.ts';
import { type Maintenance, verifyJson } from '../../services/maintenance/maintenance.ts';
import type { Call, Ctx } from '../call.ts';
import { checked } from '../checked.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
import { answerWork, type Told, type WorkDeps } from '../work.ts';
import { answers, body, IdParam, idOf, json } from './parts.ts';

export interface MaintenanceRouteDeps extends WorkDeps {
  readonly maintenance: Maintenance;
  readonly audit: Audit;
}

const ADMIN = { who: 'admin' } as const;
const ADMIN_WRITE = { who: 'admin', write: true } as const;
const tags = ['admin'];

const userId = z.string().refine(isOwner, 'user_id: lower-case letters, digits, _ and -, at most 64.');
const VerifyBody = z.strictObject({ user_id: userId.optional() }).openapi('VerifyRequest');
const ThumbnailsBody = z
  .strictObject({
    user_id: userId.optional(),
    all: z.boolean().optional().openapi({ description: 'Also those that are there and whole.' }),
    dry_run: z.boolean().optional(),
  })
  .openapi('ThumbnailsRequest');
const ReindexBody = z
  .strictObject({
    user_id: userId.optional(),
    depth: z.enum(['changes', 'names', 'sidecars']).optional(),
    afresh: z.boolean().optional(),
  })
  .openapi('ReindexRequest');
const WhyQuery = z.object({ user_id: userId.optional() });
const Facts = z.record(z.string(), z.unknown()).openapi('PictureFacts');

/** Lines of JSON: how far it is, once a second, and at last `result` or `error`. */
const WORK = {
  description: 'Lines of JSON: `{"done": n}` now and then, at last `{"result": {…}}` or `{"error": {…}}`.',
  content: { 'application/x-ndjson': { schema: z.string() } },
};

/** What operators have done to the tree, through the server that holds it. */
export function maintenanceRoutes(kit: Kit, deps: MaintenanceRouteDeps) {
  const { maintenance, audit } = deps;

  /** Written down first, then done; it ends with the caller's connection. */
  async function work(
    c: Ctx,
    call: Call,
    action: string,
    asked: { readonly user_id?: string | undefined },
    run: (told: Told) => Promise<JsonObject>,
  ): Promise<Response> {
    const { user_id: _, ...detail } = asked;
    await audit.record({ actor: 'admin', action, owner: ownerIn(asked).owner, detail });
    return answerWork(c, call, deps, run);
  }

  return [
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/admin/verify',
        tags,
        summary: 'Reads every original again and says what is damaged; changes nothing',
        request: { body: body(VerifyBody) },
        responses: answers({ 200: WORK }),
      }),
      ADMIN_WRITE,
      async (c, call) => {
        const asked = await readJson(c.env.incoming, VerifyBody);
        return work(c, call, 'verify', asked, async ({ tell, signal }) => {
          let done = 0;
          const progress = () => {
            done += 1;
            tell(done);
          };
          return verifyJson(await maintenance.verify({ ...ownerIn(asked), signal, progress }));
        });
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/admin/thumbnails',
        tags,
        summary: 'Makes thumbnails again: missing and broken ones, or all',
        request: { body: body(ThumbnailsBody) },
        responses: answers({ 200: WORK }),
      }),
      ADMIN_WRITE,
      async (c, call) => {
        const asked = await readJson(c.env.incoming, ThumbnailsBody);
        const { all = false, dry_run: dryRun = false } = asked;
        return work(c, call, 'thumbnails', asked, async ({ tell, signal }) => {
          const request = { ...ownerIn(asked), all, dryRun, signal, progress: tell };
          return { ...(await maintenance.thumbnails(request)) };
        });
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/admin/reindex',
        tags,
        summary: 'Brings catalog and disk into agreement',
        request: { body: body(ReindexBody) },
        responses: answers({ 200: WORK }),
      }),
      ADMIN_WRITE,
      async (c, call) => {
        const asked = await readJson(c.env.incoming, ReindexBody);
        const { depth = 'changes', afresh = false } = asked;
        return work(c, call, 'reindex', asked, async ({ signal }) => {
          return { ...(await maintenance.reindex({ ...ownerIn(asked), depth, afresh }, signal)) };
        });
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/admin/why/{id}',
        tags,
        summary: 'Everything that is known about one picture, and what happens to it next',
        request: { params: IdParam, query: WhyQuery },
        responses: answers({ 200: json(Facts, 'All of it.') }),
      }),
      ADMIN,
      async (c, call) => {
        const asked = checked(WhyQuery, Object.fromEntries(new URLSearchParams(call.search)));
        const facts = await maintenance.why(idOf(c), ownerIn(asked).owner);
        if (facts === undefined) throw notFound();
        return respondJson(call, 200, facts);
      },
    ),
  ] as const;
}

function ownerIn({ user_id: owner }: { readonly user_id?: string | undefined }): { owner?: Owner } {
  return owner === undefined || !isOwner(owner) ? {} : { owner };
}
