import { randomBytes } from 'node:crypto';
import type { Engine } from './compose-engine.ts';
import type { Giving } from './compose-ownership.ts';
import type { Intake } from './compose-reconcile.ts';
import type { Config } from './config.ts';
import type { Log } from './domain/log.ts';
import { sniffMime } from './media/signature.ts';
import { createExclusive } from './services/maintenance/exclusive.ts';
import { type JobJournal, openJobJournal } from './services/maintenance/job-journal.ts';
import { createLiveRestore, type LiveRestore } from './services/maintenance/live-restore.ts';
import { createMaintenance, type Maintenance } from './services/maintenance/maintenance.ts';
import { createReindex } from './services/maintenance/reindex.ts';
import { createThumbnails } from './services/maintenance/thumbnails.ts';
import { createTickets } from './services/maintenance/ticket.ts';
import { createVerify } from './services/maintenance/verify.ts';
import { markedAt } from './services/maintenance/volume.ts';
import { createWhy } from './services/maintenance/why.ts';
import { createPlacements, type Placements } from './services/placements.ts';
import { createPurge, type Purge } from './services/purge.ts';
import { trashOverLimit } from './services/quota.ts';
import { createRelated } from './services/related.ts';
import { createNodeStorage } from './storage/node-storage.ts';

/** As the table of jobs names it. */
const PURGE_JOB = 'purge-trash';

/** What keeps a tree in order: a server and an operator's command need the same. */
export interface Upkeep {
  readonly placements: Placements;
  readonly purge: Purge;
  readonly maintenance: Maintenance;
}

export interface UpkeepDeps {
  readonly config: Config;
  readonly log: Log;
  readonly engine: Engine;
  readonly intake: Pick<Intake, 'decoder' | 'reconcile'>;
  /** Knows when the scheduled purge last came to its end, and is told when a person's did in spite of objections. */
  readonly journal: Pick<JobJournal, 'lastWell' | 'add'>;
}

export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const placements = placementsOf(deps);
  return { placements, purge: purgeOf(deps, placements), maintenance: maintenanceOf(deps, placements) };
}

/** For a command: what the job journal says of the scheduled purge. */
export async function createUpkeepAlone(deps: Omit<UpkeepDeps, 'journal'>): Promise<Upkeep> {
  return createUpkeep({ ...deps, journal: await openJobJournal(deps.engine.state) });
}

/** Restores into a tree at work; a command has the tree for itself and needs none of it. */
export function createLiveRestoreOf(config: Config, engine: Engine, giving: Giving): LiveRestore {
  const { storage, folders, catalog, blobs, state, moved } = engine;
  return createLiveRestore({
    ...{ catalog, blobs, state, moved, ...giving, tree: storage, legacyTz: config.legacyTz },
    exclusive: createExclusive(),
    tickets: createTickets({ storage, folders, random: randomBytes }),
    open: createNodeStorage,
  });
}

function placementsOf({ config, log, engine }: UpkeepDeps): Placements {
  const { storage, blobs, catalog, state } = engine;
  const { comfyInputDir, comfyInputMaxAgeMs: maxAgeMs } = config;
  return createPlacements({
    catalog,
    blobs,
    state,
    log,
    folder: comfyInputDir === undefined ? undefined : createNodeStorage(comfyInputDir),
    maxAgeMs,
    now: () => storage.now(),
    random: randomBytes,
  });
}

function purgeOf({ config, log, engine, journal }: UpkeepDeps, placements: Placements): Purge {
  const { storage, blobs, catalog, state, tree, moved } = engine;
  const related = createRelated({ catalog });
  return createPurge({
    catalog,
    blobs,
    log,
    now: () => storage.now(),
    retention: config.retention,
    mostShare: config.purgeMostShare,
    present: () => tree.present(),
    isInUse: (_owner, kind, id) => placements.isInUse(kind, id),
    isReferenced: (owner, id) => related.isReferenced(owner, id),
    trashOverLimit: (owner) => trashOverLimit({ catalog, state, limits: config.quota }, owner),
    hasGone: (owner) => (moved.peek(owner) ?? owner) !== owner,
    // a clock may jump before the first run as well: until then, time is counted from the tree's own beginning
    lastRun: async () => journal.lastWell(PURGE_JOB) ?? (await markedAt(state)),
    confirmed: ({ at, result }) =>
      journal.add({ job: PURGE_JOB, at, ms: storage.now() - at, ok: true, result: { ...result } }),
  });
}

function maintenanceOf({ config, log, engine, intake }: UpkeepDeps, placements: Placements): Maintenance {
  const { storage, folders, state, blobs, catalog, rebuild } = engine;
  const { decoder, reconcile } = intake;
  const { legacyTz, retention } = config;
  const related = createRelated({ catalog });
  const verify = createVerify({ catalog, blobs, storage, decoder, sniff: sniffMime, legacyTz });
  return createMaintenance({
    exclusive: createExclusive(),
    verify,
    thumbnails: createThumbnails({ catalog, blobs, decoder, log, sniff: sniffMime }),
    reindex: createReindex({ storage, folders, state, catalog, reconcile, rebuild, log, legacyTz }),
    why: createWhy({
      catalog,
      storage,
      verify,
      retention,
      now: () => storage.now(),
      isReferenced: (owner, id) => related.isReferenced(owner, id),
      isInUse: (_owner, kind, id) => placements.isInUse(kind, id),
    }),
  });
}
