/** When the log is merged, and what is kept of what was purged. */
export interface CompactionRules {
  /** The log is merged when it is larger than this (bytes) and than a quarter of the base. */
  readonly leastLog: number;
  /** Tombstones that stay: the newest ones, and younger ones (ms) up to ten thousand. */
  readonly tombstones: number;
  readonly tombstoneAge: number;
}

export const COMPACTION: CompactionRules = {
  leastLog: 1 << 20,
  tombstones: 1_000,
  tombstoneAge: 7 * 86_400_000,
};
