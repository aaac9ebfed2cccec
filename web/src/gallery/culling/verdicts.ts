/** What was decided about a picture. */
export interface Verdict {
  readonly id: string;
  readonly index: number;
  readonly is: 'kept' | 'trashed' | 'rated';
  /** Gives the picture back what it had. */
  readonly undo: () => void;
}

export interface Tally {
  readonly kept: number;
  readonly trashed: number;
}

/** What was decided, the last one of each picture counting. */
export function tallyOf(verdicts: readonly Verdict[]): Tally {
  const last = new Map<string, Verdict['is']>();
  for (const { id, is } of verdicts) if (is !== 'rated' || !last.has(id)) last.set(id, is);
  const counts = [...last.values()];
  return {
    kept: counts.filter((is) => is === 'kept').length,
    trashed: counts.filter((is) => is === 'trashed').length,
  };
}
