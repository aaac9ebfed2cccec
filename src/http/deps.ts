import type { Registry } from 'prom-client';
import type { Change, Entry, Version } from '../catalog/catalog.ts';
import type { Config } from '../config.ts';
import type { Log } from '../domain/log.ts';
import type { Owner } from '../domain/owner.ts';
import type { EventBus } from '../events/bus.ts';
import type { AdminPictures } from '../services/admin-pictures.ts';
import type { AdminSessions } from '../services/admin-session.ts';
import type { AdminUsers } from '../services/admin-users.ts';
import type { Audit } from '../services/audit.ts';
import type { AuditViews } from '../services/audit-views.ts';
import type { Downloads } from '../services/downloads.ts';
import type { Health } from '../services/health.ts';
import type { Identity } from '../services/identity.ts';
import type { JwtVerifier } from '../services/jwt.ts';
import type { Jobs } from '../services/maintenance/job-journal.ts';
import type { LiveRestore } from '../services/maintenance/live-restore.ts';
import type { Maintenance } from '../services/maintenance/maintenance.ts';
import type { Moved } from '../services/moved.ts';
import type { Ownership } from '../services/ownership.ts';
import type { Placements } from '../services/placements.ts';
import type { Purge } from '../services/purge.ts';
import type { Quota } from '../services/quota.ts';
import type { QuotaReport } from '../services/quota-report.ts';
import type { Recent } from '../services/recent.ts';
import type { Recovery } from '../services/recovery.ts';
import type {
  Bulk,
  Files,
  Gallery,
  Ingest,
  Inputs,
  Related,
  SavedSearches,
  Trash,
  Workflows,
} from '../services/services.ts';
import type { Shares } from '../services/shares.ts';
import type { TrashSummaries } from '../services/trash-summary.ts';
import type { BuiltPages } from './pages.ts';

export interface HealthSource {
  check(): Promise<Health>;
}

/** What the event stream needs of a catalog. */
export interface Changes {
  changesSince(owner: Owner, since: Version): Promise<readonly Change[] | 'reset'>;
  version(owner: Owner): Promise<Version>;
}

/** Effective secrets, whether configured or generated. */
export interface Tokens {
  readonly service: string;
  readonly admin: string;
  readonly metrics: string | undefined;
}

export type HttpConfig = Pick<
  Config,
  | 'publicUrl'
  | 'basePath'
  | 'trustProxy'
  | 'allowedHosts'
  | 'legacyCookiesUntil'
  | 'uploadMaxBytes'
  | 'inputsMaxBytes'
  | 'controlsMaxBytes'
  | 'pageCacheBytes'
  | 'rateLimits'
  | 'auth'
  | 'retention'
>;

/** Everything the wire is made of. `src/compose.ts` puts it together. */
export interface AppDeps {
  readonly config: HttpConfig;
  readonly tokens: Tokens;
  readonly log: Log;
  readonly ingest: Ingest;
  readonly gallery: Gallery;
  readonly trash: Trash;
  readonly bulk: Bulk;
  readonly inputs: Inputs;
  readonly files: Files;
  /** An original without what was embedded in it. */
  readonly stripped: (entry: Entry) => AsyncIterable<Uint8Array>;
  readonly related: Related;
  readonly workflows: Workflows;
  readonly searches: SavedSearches;
  readonly downloads: Downloads;
  readonly shares: Shares;
  readonly moved: Moved;
  readonly ownership: Ownership;
  readonly recovery: Recovery;
  readonly placements: Placements;
  readonly purge: Purge;
  readonly quota: Quota;
  readonly trashSummaries: TrashSummaries;
  readonly maintenance: Maintenance;
  readonly restore: LiveRestore;
  readonly audit: Audit;
  readonly auditViews: AuditViews;
  readonly adminPictures: AdminPictures;
  readonly adminSessions: AdminSessions;
  /** Of this server, as its package says it. */
  readonly version: string;
  readonly adminUsers: AdminUsers;
  readonly recent: Recent;
  readonly quotaReport: QuotaReport;
  /** Undefined until the server listens. */
  readonly jobs: () => Jobs | undefined;
  readonly events: EventBus;
  readonly changes: Changes;
  readonly identity: Identity;
  /** Judges the tokens of logins; undefined without `AUTH=jwt`. */
  readonly verifier: JwtVerifier | undefined;
  /** Whether this owner has a folder: asked for unsigned ids of the earlier system only. */
  readonly ownerExists: (owner: Owner) => Promise<boolean>;
  readonly health: HealthSource;
  readonly metrics: Registry;
  /** Files of the gallery; none where it is not built. */
  readonly pages: BuiltPages;
  /** Random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Aborted when the server begins to stop: streams end, writes answer 503 `draining`. */
  readonly shutdown: AbortSignal;
}
