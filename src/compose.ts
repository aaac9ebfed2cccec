import { randomBytes } from 'node:crypto';
import manifest from '../package.json' with { type: 'json' };
import { createFolderWatch } from './catalog/manifest/watcher.ts';
import { jwtVerifierOf } from './compose-auth.ts';
import { type Engine, openEngine } from './compose-engine.ts';
import { createLiveRestoreOf, createUpkeep, type Upkeep } from './compose-maintenance.ts';
import { createMetrics } from './compose-metrics.ts';
import { createOverview, type Overview } from './compose-overview.ts';
import { createGiving, type Giving } from './compose-ownership.ts';
import { readBuiltPages } from './compose-pages.ts';
import { createIntake } from './compose-reconcile.ts';
import type { Config } from './config.ts';
import { KirokuError } from './domain/errors.ts';
import { ownerFolder } from './domain/key.ts';
import type { Log } from './domain/log.ts';
import type { Owner } from './domain/owner.ts';
import { createEventBus } from './events/bus.ts';
import { createApp } from './http/app.ts';
import type { BuiltPages } from './http/pages.ts';
import { createHttpServer, type HttpServer } from './http/server.ts';
import { type Scheduler, startScheduler } from './jobs/scheduler.ts';
import { jobTable } from './jobs/table.ts';
import type { ProcessDecoder } from './media/process-decoder.ts';
import { sniffMime } from './media/signature.ts';

import { createAdminPictures } from './services/admin-pictures.ts';
import { createAdminSessions } from './services/admin-session.ts';
import { createAudit } from './services/audit.ts';
import { createAuditViews } from './services/audit-views.ts';
import { createBulk } from './services/bulk.ts';
import { createDownloads } from './services/downloads.ts';
import { createFiles } from './services/files.ts';
import { createGallery } from './services/gallery.ts';
import { createHealth } from './services/health.ts';
import { createIdentity } from './services/identity.ts';
import type { IngestDeps } from './services/ingest.ts';
import { createInputs } from './services/inputs.ts';

import { type JobJournal, openJobJournal } from './services/maintenance/job-journal.ts';
import type { Reconcile } from './services/maintenance/reconcile-types.ts';
import { loadSecrets, type Secrets } from './services/maintenance/secrets.ts';
import { createSweep, type Sweep } from './services/maintenance/sweep.ts';
import { createWatcher } from './services/maintenance/watch.ts';
import type { Watcher } from './services/maintenance/watch-types.ts';
import type { Quota } from './services/quota.ts';
import { createRecovery } from './services/recovery.ts';
import { createRelated } from './services/related.ts';
import { createSavedSearches } from './services/saved-searches.ts';
import type { Ingest } from './services/services.ts';
import { strippedOriginal } from './services/stripped-original.ts';
import { createTrash } from './services/trash.ts';
import { createTrashSummaries } from './services/trash-summary.ts';
import { createWorkflow } from './services/workflow.ts';
import type { Storage } from './storage/storage.ts';

export interface ComposeOptions {
  readonly log: Log;
  /** The tree's storage; the real one under `config.outputDir` when absent. */
  readonly storage?: Storage;
}

/** A whole server, not yet listening. */
export interface Server {
  readonly engine: Engine;
  readonly secrets: Secrets;
  /**
   * Starts listening, watching and the scheduled jobs. Resolves with the address to call.
   * @throws KirokuError `invalid_config` where nothing can listen; the server is closed then
   */
  listen(): Promise<string>;
  /**
   * Stops: no new requests, `graceMs` for the running ones, then everything settled and the lock given back.
   * Safe to repeat.
   */
  close(graceMs?: number): Promise<void>;
}

type Phase = 'starting' | 'serving' | 'draining';

/** What is made once and used by several parts. */
interface Parts extends Upkeep {
  readonly config: Config;
  readonly log: Log;
  readonly engine: Engine;
  readonly decoder: ProcessDecoder;
  readonly reconcile: Reconcile;
  readonly watcher: Watcher;
  readonly journal: JobJournal;
  readonly ingest: Ingest;
  readonly ingestDeps: IngestDeps;
  readonly quota: Quota;
  readonly giving: Giving;
  readonly overview: Overview;
  readonly shutdown: AbortController;
  phase: Phase;
  scheduler: Scheduler | undefined;
  /** What the start left to be done beside the first requests. */
  catchingUp: Promise<void> | undefined;
}

/**
 * Puts a server together: the only place that names concrete drivers.
 * @throws KirokuError when the tree cannot be opened (see `openEngine`)
 */
export async function compose(config: Config, options: ComposeOptions): Promise<Server> {
  const engine = await openEngine(config, options);
  try {
    const secrets = await loadSecrets({
      state: engine.state,
      random: randomBytes,
      given: { admin: config.adminToken, service: config.serviceToken, cookie: config.cookieSecrets },
    });
    const journal = await openJobJournal(engine.state);
    const parts = createParts(config, options.log, engine, journal, secrets);
    const http = createWire(parts, secrets, await readBuiltPages());
    const close = closing(parts, http);
    return { engine, secrets, listen: () => listen(parts, http, close), close };
  } catch (error) {
    await engine.close().catch(() => undefined);
    throw error;
  }
}

function createParts(config: Config, log: Log, engine: Engine, journal: JobJournal, secrets: Secrets): Parts {
  const { storage, catalog } = engine;
  const shutdown = new AbortController();
  const intake = createIntake(config, log, engine, shutdown.signal);
  const { ingestDeps, reconcile } = intake;
  const watcher = createWatcher({ storage, catalog, reconcile, log, watch: createFolderWatch });
  const upkeep = createUpkeep({
    config,
    log,
    engine,
    intake,
    journal,
  });
  const giving = createGiving({ config, log, engine, ids: ingestDeps.ids, keys: secrets.cookie });
  const fixed = { config, log, engine, watcher, giving, shutdown };
  return {
    ...fixed,
    ...intake,
    ...upkeep,
    overview: createOverview(config, log, engine),
    journal,
    phase: 'starting',
    scheduler: undefined,
    catchingUp: undefined,
  };
}

function createWire(parts: Parts, secrets: Secrets, pages: BuiltPages): HttpServer {
  const { config, log, engine, decoder, reconcile, ingest, ingestDeps } = parts;
  const { storage, catalog, blobs, state, tree, io } = engine;
  const now = () => storage.now();
  const events = createEventBus((error) => log.error({ err: error }, 'a listener failed'));
  catalog.onChange((change) => events.publish(change));
  const metrics = createMetrics({ storage, decoder, events, io, reconcile, stats: engine.stats });
  const trash = createTrash({ catalog, now, quota: parts.quota });
  const audit = createAudit({ state, now });
  const { app } = createApp({
    config,
    tokens: { service: secrets.service, admin: secrets.admin, metrics: config.metricsToken },
    log,
    ingest,
    gallery: createGallery({ catalog }),
    trash,
    bulk: createBulk({ catalog, trash, log }),
    inputs: createInputs(ingestDeps),
    stripped: (entry) => strippedOriginal(blobs, entry),
    files: createFiles({ blobs, catalog, decoder, sniff: sniffMime, log }),
    related: createRelated({ catalog }),
    workflows: createWorkflow({ catalog, blobs, decoder }),
    searches: createSavedSearches({
      state,
      catalog,
      ids: ingestDeps.ids,
      now,
      present: () => tree.present(),
    }),
    downloads: createDownloads({ catalog, blobs, now, random: randomBytes }),
    ...parts.giving,
    moved: engine.moved,
    verifier: jwtVerifierOf(config, log, now),
    recovery: createRecovery({ state, catalog, now, random: randomBytes, present: () => tree.present() }),
    purge: parts.purge,
    quota: parts.quota,
    trashSummaries: createTrashSummaries({ catalog, retention: config.retention }),
    maintenance: parts.maintenance,
    restore: createLiveRestoreOf(config, engine, parts.giving),
    placements: parts.placements,
    audit,
    auditViews: createAuditViews({ audit, log, now }),
    adminSessions: createAdminSessions({
      key: secrets.cookie.join('\n'),
      token: secrets.admin,
      now,
      random: randomBytes,
    }),
    adminPictures: createAdminPictures({
      catalog,
      trash,
      audit,
      resolve: (owner) => engine.moved.resolve(owner),
      shutdown: parts.shutdown.signal,
    }),
    adminUsers: parts.overview.users,
    recent: parts.overview.recent,
    quotaReport: parts.overview.report,
    jobs: () => parts.scheduler,
    events,
    changes: catalog,
    identity: createIdentity({ keys: secrets.cookie, now, random: randomBytes }),
    ownerExists: (owner) => ownerExists(storage, owner),
    version: manifest.version,
    health: healthOf(parts),
    metrics,
    pages,
    random: randomBytes,
    now,
    shutdown: parts.shutdown.signal,
  });
  return createHttpServer({ app, basePath: config.basePath, log, metrics, random: randomBytes });
}

async function ownerExists(storage: Storage, owner: Owner): Promise<boolean> {
  try {
    return (await storage.stat(ownerFolder(owner))).type === 'folder';
  } catch {
    return false;
  }
}

function healthOf(parts: Parts) {
  const { config, engine, decoder, watcher } = parts;
  return createHealth({
    phase: () => parts.phase,
    present: () => engine.tree.present(),
    space: () => engine.storage.space(),
    minFreeBytes: config.healthzDiskMinFreeBytes,
    reserveBytes: config.diskReserveBytes,
    publishBy: engine.tree.report.publishBy,
    writesFail: () => engine.io.failing(),
    decoder: () => decoder.stats(),
    watcher: () => watcher.state(),
    lastReconcile: () => parts.scheduler?.lastRun('reconcile-recent'),
    now: () => engine.storage.now(),
  });
}

async function listen(parts: Parts, http: HttpServer, close: Server['close']): Promise<string> {
  const { config, log, engine, watcher, shutdown } = parts;
  const url = await http.listen(config.host, config.port).catch(async (error: unknown) => {
    await close(0);
    throw notListening(config, error);
  });
  await engine.listening(url);
  // told to stop meanwhile: what begins now would be ended by nobody
  if (shutdown.signal.aborted) return url;
  parts.phase = 'serving';
  parts.scheduler = startScheduler({
    jobs: jobTable({ ...parts, sweep: sweepOf(parts), cron: config.cron }),
    journal: parts.journal,
    log,
    now: () => engine.storage.now(),
  });
  void watcher.start(shutdown.signal).catch((error: unknown) => {
    log.error({ err: error }, 'the watcher could not be started');
  });
  parts.catchingUp = catchUp(parts);
  return url;
}

function sweepOf({ engine, log }: Parts): Sweep {
  const { storage, catalog, blobs, isHeld, tree } = engine;
  const present = () => tree.present();
  return createSweep({ storage, catalog, blobs, isHeld, present, log, now: () => storage.now() });
}

function notListening({ host, port }: Config, cause: unknown): KirokuError {
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const hint = why === 'EADDRINUSE' ? ' Another program listens there: set PORT to a free one.' : '';
  return new KirokuError(
    'invalid_config',
    `HOST and PORT: cannot listen on ${host}:${port} (${why}).${hint}`,
    {
      cause,
      details: { why },
    },
  );
}

/**
 * What the start left to be done beside the first requests: changes that an unclean stop may have left half-way are
 * brought to their lasting form, transfers are brought to their end, and then the last days are looked at for what was dropped meanwhile.
 */
async function catchUp({ engine, log, giving, reconcile, shutdown }: Parts): Promise<void> {
  try {
    await engine.settle(shutdown.signal);
    await giving.ownership.resume(shutdown.signal);
    await reconcile.recent(shutdown.signal);
  } catch (error) {
    if (!shutdown.signal.aborted) log.error({ err: error }, 'the start could not be brought to its end');
  }
}

function closing(parts: Parts, http: HttpServer): (graceMs?: number) => Promise<void> {
  let closed: Promise<void> | undefined;
  const close = async (graceMs: number | undefined): Promise<void> => {
    parts.phase = 'draining';
    parts.shutdown.abort();
    const { scheduler, watcher, catchingUp } = parts;
    await Promise.all([http.close(graceMs), scheduler?.stop(), watcher.stop(), catchingUp]);
    await parts.decoder.close();
    parts.overview.recent.close();
    await parts.overview.summaries.close();
    await parts.engine.close();
  };
  return (graceMs) => (closed ??= close(graceMs));
}
