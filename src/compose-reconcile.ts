import { randomBytes } from 'node:crypto';
import type { Engine } from './compose-engine.ts';
import type { Config } from './config.ts';
import type { Log } from './domain/log.ts';
import { createProcessDecoder, type ProcessDecoder } from './media/process-decoder.ts';
import { sniffMime } from './media/signature.ts';
import { createAdmit } from './services/admit.ts';
import { createAudit } from './services/audit.ts';
import { createIdSource } from './services/ids.ts';
import { createIngest, type IngestDeps } from './services/ingest.ts';
import { createReconcile } from './services/maintenance/reconcile.ts';
import type { Reconcile } from './services/maintenance/reconcile-types.ts';
import { createQuota, type Quota } from './services/quota.ts';
import type { Ingest } from './services/services.ts';

/** What takes pictures in and brings catalog and disk into agreement: a server and an operator's command need the same. */
export interface Intake {
  /** To be closed by whoever asked for this. */
  readonly decoder: ProcessDecoder;
  readonly ingestDeps: IngestDeps;
  readonly ingest: Ingest;
  readonly reconcile: Reconcile;
  readonly quota: Quota;
}

/** @param shutdown once aborted, nothing new is taken in */
export function createIntake(config: Config, log: Log, engine: Engine, shutdown: AbortSignal): Intake {
  const { maxPixels, maxFrames, thumbSize } = config;
  const decoder = createProcessDecoder({ limits: { maxPixels, maxFrames, thumbSize } });
  const quota = quotaOf(config, log, engine);
  const ingestDeps = { ...ingestDepsOf(config, log, engine, decoder, shutdown), quota };
  const ingest = createIngest(ingestDeps);
  return { decoder, ingestDeps, ingest, quota, reconcile: reconcileOf(config, log, engine, decoder, ingest) };
}

function quotaOf({ quota: limits }: Config, log: Log, { storage, catalog, state }: Engine): Quota {
  const now = () => storage.now();
  return createQuota({ catalog, state, limits, audit: createAudit({ state, now }), log, now });
}

function ingestDepsOf(
  config: Config,
  log: Log,
  { storage, blobs, catalog, moved, tree }: Engine,
  decoder: ProcessDecoder,
  shutdown: AbortSignal,
): IngestDeps {
  return {
    blobs,
    catalog,
    decoder,
    log,
    sniff: sniffMime,
    ids: createIdSource(randomBytes),
    resolveOwner: (owner) => moved.resolve(owner),
    formerNames: (owner, since) => moved.formerNames(owner, since),
    now: () => storage.now(),
    admit: createAdmit({
      present: () => tree.present(),
      space: () => storage.space(),
      reserveBytes: config.diskReserveBytes,
      draining: () => shutdown.aborted,
    }),
  };
}

function reconcileOf(
  config: Config,
  log: Log,
  { storage, folders, blobs, catalog, state, tree }: Engine,
  decoder: ProcessDecoder,
  ingest: Ingest,
): Reconcile {
  return createReconcile({
    storage,
    folders,
    blobs,
    catalog,
    state,
    ingest,
    decoder,
    log,
    maxBytes: {
      generated: config.uploadMaxBytes,
      input: config.inputsMaxBytes,
      control: config.controlsMaxBytes,
    },
    legacyTz: config.legacyTz,
    present: () => tree.present(),
  });
}
