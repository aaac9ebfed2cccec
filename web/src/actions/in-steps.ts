/** What came of many, each for itself. */
export interface Outcome {
  /** Of what was done. */
  readonly done: ReadonlySet<string>;
  /** How many the server refused. */
  readonly refused: number;
  /** Why the rest was not tried; undefined where it was, or was to be left. */
  readonly error?: unknown;
}

/** Whoever looks on. */
export interface Watcher {
  /** No further step is begun; the one on its way is waited for. */
  readonly signal?: AbortSignal;
  /** The step from here on is about to be sent. */
  onStep?(from: number): void;
  /** So many are through. */
  onProgress?(count: number): void;
}

/**
 * Sends any number of ids step by step, in order. What went well before a step failed, or before it was stopped, is done.
 * @param send answers for each id whether it was done; may throw
 */
export async function inSteps(
  ids: readonly string[],
  step: number,
  send: (ids: readonly string[]) => Promise<readonly { readonly id: string; readonly ok: boolean }[]>,
  { signal, onStep, onProgress }: Watcher = {},
): Promise<Outcome> {
  const done = new Set<string>();
  let refused = 0;
  for (let from = 0; from < ids.length && signal?.aborted !== true; from += step) {
    onStep?.(from);
    try {
      for (const { id, ok } of await send(ids.slice(from, from + step))) {
        if (ok) done.add(id);
        else refused += 1;
      }
    } catch (error) {
      return { done, refused, error };
    }
    onProgress?.(Math.min(from + step, ids.length));
  }
  return { done, refused };
}
