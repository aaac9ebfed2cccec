import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterAll, beforeAll } from 'vitest';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner } from '../../src/domain/owner.ts';
import { createEventBus } from '../../src/events/bus.ts';
import { createApp } from '../../src/http/app.ts';
import type { AppDeps, HttpConfig } from '../../src/http/deps.ts';
import type { BuiltPages } from '../../src/http/pages.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createAdminSessions } from '../../src/services/admin-session.ts';
import { createAuditViews } from '../../src/services/audit-views.ts';
import { createIdentity } from '../../src/services/identity.ts';
import type { JwtVerifier } from '../../src/services/jwt.ts';
import type { Jobs } from '../../src/services/maintenance/job-journal.ts';
import { createRecovery } from '../../src/services/recovery.ts';
import { memoryRestore } from './maintenance.ts';
import { RETENTION, testServices } from './services.ts';

export const SERVICE = 'service-token-of-the-http-tests-0123456789abcd';
export const ADMIN = 'admin-token-of-the-http-tests-0123456789abcdef';

export const CALM: HttpConfig = {
  publicUrl: undefined,
  basePath: '',
  trustProxy: [],
  allowedHosts: [],
  legacyCookiesUntil: undefined,
  uploadMaxBytes: 2_000_000,
  inputsMaxBytes: 1_000_000,
  controlsMaxBytes: 1_000_000,
  pageCacheBytes: 1_000_000,
  rateLimits: { perAddress: 0, perOwner: 0, newIdentities: 0 },
  auth: { mode: 'none' },
  retention: RETENTION,
};

/** A browser: keeps the cookie it was given, as one would. */
export interface Browser {
  readonly owner: string;
  readonly cookie: string;
  call(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body?: unknown): Promise<Response>;
}

/** The whole wire over real services and the drivers in memory, on a loopback socket. */
export function useApp(
  config: Partial<HttpConfig> = {},
  jobs?: Jobs,
  verifier?: JwtVerifier,
  pages: BuiltPages = new Map(),
) {
  const services = testServices();
  const { catalog, clock } = services;
  const events = createEventBus();
  catalog.onChange((change) => events.publish(change));
  const now = () => clock.now;
  const stop = new AbortController();
  const settings = { ...CALM, ...config };
  const identity = createIdentity({ keys: ['k'.repeat(40)], now, random: randomBytes });
  const deps: AppDeps = {
    ingest: services.ingest,
    gallery: services.gallery,
    trash: services.trash,
    bulk: services.bulk,
    inputs: services.inputs,
    files: services.files,
    stripped: services.stripped,
    related: services.related,
    workflows: services.workflows,
    searches: services.searches,
    downloads: services.downloads,
    shares: services.shares,
    moved: services.moved,
    ownership: services.ownership,
    recovery: createRecovery({
      state: services.state,
      catalog,
      now,
      random: randomBytes,
      present: async () => true,
    }),
    placements: services.placements,
    purge: services.purge,
    quota: services.quota,
    trashSummaries: services.trashSummaries,
    maintenance: services.maintenance,
    restore: memoryRestore(services),
    audit: services.audit,
    auditViews: createAuditViews({ audit: services.audit, log: silentLog, now }),
    adminPictures: services.adminPictures,
    adminUsers: services.users,
    recent: services.recent,
    quotaReport: services.report,
    version: '1.2.3',
    adminSessions: createAdminSessions({ key: 'k'.repeat(40), token: ADMIN, now, random: randomBytes }),
    jobs: () => jobs,
    config: settings,
    tokens: { service: SERVICE, admin: ADMIN, metrics: undefined },
    log: silentLog,
    events,
    changes: catalog,
    identity,
    verifier,
    ownerExists: async () => false,
    health: { check: async () => ({ ready: true, components: { volume: { status: 'ok' } } }) },
    metrics: new Registry(),
    pages,
    random: randomBytes,
    now,
    shutdown: stop.signal,
  };
  const { app, routes } = createApp(deps);
  const { metrics, log } = deps;
  const server = createHttpServer({ app, basePath: settings.basePath, log, metrics, random: randomBytes });
  let base = '';
  beforeAll(async () => {
    base = await server.listen('127.0.0.1', 0);
  });
  afterAll(async () => {
    stop.abort();
    await server.close(100);
  });

  const call = (path: string, init?: RequestInit) => fetch(base + path, init);
  return {
    services,
    routes,
    call,
    /** A pipeline's call about one owner. */
    service(owner: string, path: string, init: RequestInit = {}) {
      const headers = { Authorization: `Bearer ${SERVICE}`, 'X-User-Id': owner, ...init.headers };
      return call(path, { ...init, headers });
    },
    async browser(): Promise<Browser> {
      const first = await call('/api/v1/me');
      const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const { owner } = (await first.json()) as { owner: string };
      if (!isOwner(owner)) throw new Error(`no owner: ${owner}`);
      const own = (path: string, init: RequestInit = {}) =>
        call(path, { ...init, headers: { Cookie: cookie, ...init.headers } });
      return {
        owner,
        cookie,
        call: own,
        post: (path, body) =>
          own(path, {
            method: 'POST',
            ...(body === undefined
              ? {}
              : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
          }),
      };
    },
  };
}

export interface WireItem {
  readonly id: string;
  readonly url: string;
  readonly thumb_url: string;
  readonly created_at: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface WirePage {
  readonly items: readonly WireItem[];
  readonly page: number | null;
  readonly size: number;
  readonly total: number;
  readonly total_relation: string;
  readonly total_pages: number;
  readonly next_cursor: string | null;
}

/** The JSON of an answer, as what the contract says it is. */
export async function jsonOf<T>(answer: Response | Promise<Response>): Promise<T> {
  return (await (await answer).json()) as T;
}

/** Status and code of a refusal. */
export async function refusal(answer: Response | Promise<Response>): Promise<[number, string]> {
  const response = await answer;
  const { code } = (await response.json()) as { code: string };
  return [response.status, code];
}
