import { answerOf, api } from '../api/client.ts';
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

/** Calls follow each other: a restore that overtook its deletion would leave the picture in the trash. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Sends one change for any number of pictures, step by step.
 * @throws ApiProblem of the first step that fails
 */
export function bulk(family: Family, action: BulkAction, ids: readonly string[]): Promise<BulkOutcome> {
  const call = last.then(() => sendAll(family, action, ids));
  last = call.catch(() => undefined);
  return call;
}

async function sendAll(family: Family, action: BulkAction, ids: readonly string[]): Promise<BulkOutcome> {
  const refused: string[] = [];
  for (let from = 0; from < ids.length; from += STEP) {
    const json = { ...action, ids: ids.slice(from, from + STEP) };
    const { results } = await answerOf(api[family].bulk.$post({ query: {}, json }));
    for (const { id, ok } of results) if (!ok) refused.push(id);
  }
  return { refused };
}
