/** When an owner's index is put into a snapshot. */
export interface SnapshotRules {
  /** Owners with fewer pictures are read from the manifest quickly enough. */
  readonly leastRows: number;
  /** A snapshot is made again when the log behind it is larger than this (bytes) and than a 32nd of the manifest. */
  readonly leastTail: number;
  /** The same at the end of a run, and when an owner leaves memory. */
  readonly leastTailAtEnd: number;
  /** ms for which commits may be kept waiting. */
  readonly patience: number;
  /** ms that the end of a run may take longer. */
  readonly patienceAtEnd: number;
}

export const SNAPSHOTS: SnapshotRules = {
  leastRows: 5_000,
  leastTail: 1 << 20,
  leastTailAtEnd: 128 << 10,
  patience: 250,
  patienceAtEnd: 1_500,
};
