import type { Use } from '../catalog/usage.ts';
import type { Owner } from '../domain/owner.ts';
import { limitsOf, type QuotaLimits, type QuotaState, quotaState } from '../domain/quota.ts';
import { isoOf } from '../domain/time.ts';
import type { StateStore } from '../state/state-store.ts';
import { aborted } from './gate.ts';
import { eachLimited } from './maintenance/reconcile-batch.ts';
import { lastActivityOf, totalOf } from './owner-numbers.ts';
import type { OwnerSummaries } from './owner-summaries.ts';

/** What one owner has, and may have. */
export interface QuotaRow {
  readonly owner: Owner;
  /** ms since the epoch; 0 when nothing ever was. */
  readonly lastActivity: number;
  readonly active: Use;
  readonly trash: Use;
  readonly limits: QuotaLimits;
  readonly state: QuotaState;
  /** How much of the nearer limit is used: 1 is all of it; null where there is no limit. */
  readonly used: number | null;
}

export interface QuotaReport {
  /**
   * Everybody, the nearest to a limit first, then by bytes. Counts those first of whom nothing is known.
   * @throws KirokuError `aborted`, and as the state store and the catalog
   */
  rows(signal: AbortSignal): Promise<readonly QuotaRow[]>;
}

export interface QuotaReportDeps {
  readonly summaries: Pick<OwnerSummaries, 'all' | 'counted'>;
  readonly state: Pick<StateStore, 'readOwner'>;
  /** Of owners about whom nothing else is said. */
  readonly limits: QuotaLimits;
}

const READS_AT_ONCE = 16;

export function createQuotaReport({ summaries, state, limits: usual }: QuotaReportDeps): QuotaReport {
  return {
    async rows(signal) {
      await summaries.counted();
      const { of } = await summaries.all();
      const rows: QuotaRow[] = [];
      await eachLimited([...of], READS_AT_ONCE, signal, async ([owner, counted]) => {
        const limits = limitsOf(usual, (await state.readOwner(owner))?.['quota']);
        // one that cannot be counted is in the log
        if (counted === undefined) return;
        const { numbers } = counted;
        const active = totalOf(numbers, 'active');
        const trash = totalOf(numbers, 'trash');
        const amount = { bytes: bytesOf(active), count: active.count };
        const used = shareOf(amount, limits);
        const lastActivity = lastActivityOf(numbers);
        rows.push({ owner, lastActivity, active, trash, limits, state: quotaState(amount, limits), used });
      });
      if (signal.aborted) throw aborted(signal);
      return rows.sort(nearestFirst);
    },
  };
}

function shareOf(
  { bytes, count }: { readonly bytes: number; readonly count: number },
  { maxBytes, maxCount }: QuotaLimits,
): number | null {
  const shares = [maxBytes === null ? [] : [bytes / maxBytes], maxCount === null ? [] : [count / maxCount]];
  const known = shares.flat();
  return known.length === 0 ? null : Math.max(...known);
}

function bytesOf({ bytes, thumbBytes }: Use): number {
  return bytes + thumbBytes;
}

function nearestFirst(a: QuotaRow, b: QuotaRow): number {
  const byShare = (b.used ?? -1) - (a.used ?? -1);
  const byBytes = bytesOf(b.active) - bytesOf(a.active);
  return byShare || byBytes || (a.owner < b.owner ? -1 : 1);
}

const COLUMNS = [
  'user_id',
  'state',
  'used',
  'count',
  'bytes',
  'thumb_bytes',
  'trash_count',
  'trash_bytes',
  'trash_thumb_bytes',
  'max_bytes',
  'max_count',
  'trash_max_bytes',
  'policy',
  'last_activity',
] as const;

/** One row as plain values; null where there is no limit, and where nothing ever was. */
export function quotaJson(row: QuotaRow): Record<(typeof COLUMNS)[number], string | number | null> {
  const { owner, state, used, active, trash, limits, lastActivity } = row;
  return {
    user_id: owner,
    state,
    used: used === null ? null : Math.round(used * 10_000) / 10_000,
    count: active.count,
    bytes: active.bytes,
    thumb_bytes: active.thumbBytes,
    trash_count: trash.count,
    trash_bytes: trash.bytes,
    trash_thumb_bytes: trash.thumbBytes,
    max_bytes: limits.maxBytes,
    max_count: limits.maxCount,
    trash_max_bytes: limits.trashMaxBytes,
    policy: limits.policy,
    last_activity: lastActivity === 0 ? null : isoOf(lastActivity),
  };
}

/** RFC 4180. Names of owners and our own words need no quotes, and none of them is a formula. */
export function quotaCsv(rows: readonly QuotaRow[]): string {
  const lines = rows.map((row) => {
    const values = quotaJson(row);
    return COLUMNS.map((column) => values[column] ?? '').join(',');
  });
  return `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}
