import { answerOf, api, until } from '../api/client.ts';
import type { BulkRequest, Family } from '../api/types.ts';

/** What the server takes in one call. */
const STEP = 1000;

/** An action without the pictures it is for. */
export type BulkAction = BulkRequest extends infer R
  ? R extends BulkRequest
    ? Omit<R, 'ids'>
    : never
  : never;

export interface BulkOutcome {
  /** Ids of what the server refused. */
  readonly refused: readonly string[];
}

/**
 * Sends one change for any number of pictures, step by step.
 * @throws ApiProblem of the first step that fails; `onStep` was told of those before
 */
export async function bulk(
  family: Family,
  action: BulkAction,
  ids: readonly string[],
  onStep: (done: number) => void = () => {},
  signal: AbortSignal = new AbortController().signal,
): Promise<BulkOutcome> {
  const refused: string[] = [];
  for (let from = 0; from < ids.length; from += STEP) {
    const json = { ...action, ids: ids.slice(from, from + STEP) };
    const { results } = await answerOf(api[family].bulk.$post({ query: {}, json }, until(signal)));
    for (const { id, ok } of results) if (!ok) refused.push(id);
    onStep(Math.min(ids.length, from + STEP));
  }
  return { refused };
}
