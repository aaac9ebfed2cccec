import { OpenAPIHono } from '@hono/zod-openapi';
import { KirokuError } from '../domain/errors.ts';
import type { AppEnv, Bindings, Ctx } from './call.ts';
import { createCounts } from './counts.ts';
import type { AppDeps } from './deps.ts';
import { docsPage, openApiDocument } from './docs.ts';
import { statusOf, toKirokuError } from './errors.ts';
import { createEventStreams } from './event-streams.ts';
import { createFirstThumbs } from './first-thumbs.ts';
import { createItems } from './item.ts';
import { createKeptAnswers } from './kept.ts';
import { createKit, type Kit } from './kit.ts';
import { createLists } from './lists.ts';
import { createAdminCookie } from './middleware/admin-cookie.ts';
import { createAdmission } from './middleware/admission.ts';
import { createOrigins } from './middleware/client-address.ts';
import { createCookies } from './middleware/identity.ts';
import { createMembers } from './middleware/member.ts';
import { createPages } from './pages.ts';
import { respondProblem } from './respond.ts';
import { limitRoutes } from './routes/admin-limits.ts';
import { maintenanceRoutes } from './routes/admin-maintenance.ts';
import { adminPictureRoutes } from './routes/admin-pictures.ts';
import { quotaReportRoutes } from './routes/admin-quota.ts';
import { adminSessionRoutes } from './routes/admin-session.ts';
import { transferRoutes } from './routes/admin-transfer.ts';
import { upkeepRoutes } from './routes/admin-upkeep.ts';
import { adminUserRoutes } from './routes/admin-users.ts';
import { auditRoutes } from './routes/audit.ts';
import { claimRoutes } from './routes/claim.ts';
import { docsRoutes } from './routes/docs.ts';
import { downloadRoutes } from './routes/downloads.ts';
import { meRoutes } from './routes/me.ts';
import { answerNowhere, pageRoutes } from './routes/pages.ts';
import { pictureRoutes } from './routes/pictures.ts';
import { placementRoutes } from './routes/placements.ts';
import { recoveryRoutes } from './routes/recovery.ts';
import { searchRoutes } from './routes/search.ts';
import { savedSearchRoutes } from './routes/searches.ts';
import { sharedRoutes, shareRoutes } from './routes/shares.ts';
import { fileRoute, systemRoutes } from './routes/system.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { usageRoutes } from './routes/usage.ts';
import { workflowRoutes } from './routes/workflow.ts';
import { createFileRoutes } from './serve-file.ts';
import { createUploads } from './upload.ts';

export type { AppDeps } from './deps.ts';
export type AppType = ReturnType<typeof createApp>['app'];

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The whole wire over the given services. Answers requests that carry `Bindings`, which `createHttpServer` makes. */
export function createApp(deps: AppDeps) {
  const { config, gallery, trash, bulk, inputs, log } = deps;
  const origins = createOrigins(config.trustProxy);
  const adminCookie = createAdminCookie(config, deps.adminSessions, origins);
  const cookies = createCookies({ ...deps, origins });
  const members = createMembers({ ...deps, auth: config.auth, origins });
  const kit = createKit(createAdmission({ ...deps, origins, adminCookie, cookies, members }));
  const items = createItems(config.basePath, config.retention);
  const kept = createKeptAnswers(config.pageCacheBytes);
  const lists = createLists(gallery, items, kept, config);
  const uploads = createUploads(deps.ingest);
  const streams = createEventStreams({ ...deps, items });
  const pictures = { gallery, trash, bulk, lists, items };
  const counts = createCounts(gallery, kept);
  const search = { counts, related: deps.related, items };

  const admin = { ...deps, pictures: deps.adminPictures, items };
  const firstThumbs = createFirstThumbs({ cookies, gallery, items });
  const pages = { pages: createPages(deps.pages, config.basePath), random: deps.random, firstThumbs };
  const sharing = { ...deps, ...pages, basePath: config.basePath };

  // Matched on the path as it was sent; PUBLIC_URL's prefix is off already (call.ts).
  const app = new OpenAPIHono<AppEnv>({ getPath: (_request, options) => pathOf(options?.env) });
  const typed = app.openapiRoutes([
    ...meRoutes(kit, streams, deps.ownership),
    ...claimRoutes(kit, deps),
    ...recoveryRoutes(kit, { ...deps, cookies, origins }),
    ...uploadRoutes(kit, { uploads, inputs, items, config }),
    ...savedSearchRoutes(kit, deps.searches),
    ...searchRoutes(kit, search, 'images', 'generated'),
    ...searchRoutes(kit, search, 'inputs', 'input'),
    ...searchRoutes(kit, search, 'controls', 'control'),
    ...workflowRoutes(kit, deps.workflows, 'images', 'generated'),
    ...workflowRoutes(kit, deps.workflows, 'inputs', 'input'),
    ...workflowRoutes(kit, deps.workflows, 'controls', 'control'),
    ...pictureRoutes(kit, pictures, 'images', 'generated'),
    ...pictureRoutes(kit, pictures, 'inputs', 'input'),
    ...pictureRoutes(kit, pictures, 'controls', 'control'),
    ...downloadRoutes(kit, { downloads: deps.downloads, log, basePath: config.basePath }),
    ...placementRoutes(kit, deps.placements),
    ...usageRoutes(kit, deps),
    ...shareRoutes(kit, sharing),
    ...sharedRoutes(kit, sharing),
    ...adminPictureRoutes(kit, admin, 'images', 'generated'),
    ...adminPictureRoutes(kit, admin, 'inputs', 'input'),
    ...adminPictureRoutes(kit, admin, 'controls', 'control'),
    ...adminUserRoutes(kit, { users: deps.adminUsers, recent: deps.recent, items }),
    ...quotaReportRoutes(kit, { report: deps.quotaReport, shutdown: deps.shutdown }),
    ...adminSessionRoutes(kit, { ...deps, sessions: deps.adminSessions, adminCookie }),
    ...upkeepRoutes(kit, deps),
    ...transferRoutes(kit, deps),
    ...limitRoutes(kit, deps),
    ...maintenanceRoutes(kit, deps),
    ...auditRoutes(kit, deps),
    ...systemRoutes(kit, deps),
  ]);
  app.get('/outputs/*', fileRoute(kit, createFileRoutes({ ...deps, basePath: config.basePath })).handler);
  for (const { route, handler } of pageRoutes(kit, pages)) app.get(honoPath(route.path), handler);
  mountDocs(app, kit, config.basePath);

  app.notFound((c) => answerNowhere(c, c.env.call, pages, unrouted(app, c)));
  app.onError((error, c) => {
    const known = toKirokuError(error);
    if (statusOf(known.code) >= 500)
      log.error({ req: c.env.call.id, code: known.code, err: error }, 'a request failed');
    return respondProblem(c.env.call, known);
  });
  return { app: typed, routes: kit.documented };
}

/** Last, so that the document knows every route, its own among them. */
function mountDocs(app: OpenAPIHono<AppEnv>, kit: Kit, basePath: string): void {
  let document: ReturnType<typeof openApiDocument> | undefined;
  const lazily = () => (document ??= openApiDocument(kit.documented, basePath));
  const routes = docsRoutes(kit, lazily, () => docsPage(lazily(), basePath));
  for (const { route, handler } of routes) app.get(route.path, handler);
}

/** `/assets/{file}` as hono writes it. */
function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function unrouted(app: OpenAPIHono<AppEnv>, c: Ctx): KirokuError {
  const path = c.env.call.path;
  const allowed = METHODS.filter((method) => app.router.match(method, path)[0].length > 0);
  if (allowed.length === 0) return new KirokuError('not_found', 'There is nothing here.');
  return new KirokuError('method_not_allowed', `Not with this method, but with ${allowed.join(', ')}.`, {
    details: { allow: allowed.join(', ') },
  });
}

function pathOf(env: unknown): string {
  // Hono types it as any object; `createHttpServer` always passes its bindings.
  return (env as Bindings).call.path;
}
