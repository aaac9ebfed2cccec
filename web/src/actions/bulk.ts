import { answerOf, api } from '../api/client.ts';
import type { BulkRequest, Family } from '../api/types.ts';
import { inSteps, type Outcome, type Watcher } from './in-steps.ts';

/** In one call: a tenth of what the server takes, so that something is to be seen, and to be stopped, within a second. */
export const STEP = 100;

/** An action without the pictures it is for. */
export type BulkAction = BulkRequest extends infer R
  ? R extends BulkRequest
    ? Omit<R, 'ids'>
    : never
  : never;

/** Calls follow each other: a restore that overtook its deletion would leave the picture in the trash. */
let last: Promise<unknown> = Promise.resolve();

/** Sends one change for any number of pictures, step by step; never throws. */
export function bulk(
  family: Family,
  action: BulkAction,
  ids: readonly string[],
  watcher?: Watcher,
): Promise<Outcome> {
  const send = async (some: readonly string[]) =>
    (await answerOf(api[family].bulk.$post({ query: {}, json: { ...action, ids: [...some] } }))).results;
  const call = last.then(() => inSteps(ids, STEP, send, watcher));
  last = call;
  return call;
}
