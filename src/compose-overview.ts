import type { Engine } from './compose-engine.ts';
import type { Config } from './config.ts';
import type { Log } from './domain/log.ts';
import { type AdminUsers, createAdminUsers } from './services/admin-users.ts';
import { createOwnerSummaries, type OwnerSummaries } from './services/owner-summaries.ts';
import { createSummaryFile } from './services/owner-summary-file.ts';
import { createQuotaReport, type QuotaReport } from './services/quota-report.ts';
import { createRecent, type Recent } from './services/recent.ts';

/** What is known of all owners together. */
export interface Overview {
  readonly summaries: OwnerSummaries;
  readonly users: AdminUsers;
  readonly recent: Recent;
  readonly report: QuotaReport;
}

export function createOverview(config: Pick<Config, 'quota'>, log: Log, engine: Engine): Overview {
  const { catalog, state, storage, folders } = engine;
  const store = createSummaryFile(storage, folders);
  const now = () => storage.now();
  const summaries = createOwnerSummaries({ catalog, store, log, now });
  return {
    summaries,
    users: createAdminUsers({ summaries }),
    recent: createRecent({ catalog, summaries, now }),
    report: createQuotaReport({ summaries, state, limits: config.quota }),
  };
}
