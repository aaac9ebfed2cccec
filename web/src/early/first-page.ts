import type { Item, Page } from '../api/types.ts';
import { BASE_PATH } from '../base-path.ts';
import { FIRST_CALL } from './first-call.ts';

/** The newest pictures of all. */
export interface FirstPage {
  readonly items: readonly Item[];
  /** No other picture follows. */
  readonly isLast: boolean;
  /** Of the answer: tells of which moment it is. */
  readonly etag: string | null;
}

let kept: FirstPage | undefined;

/** Undefined where the server has something else to say. @throws whatever `fetch` throws, or `signal` was aborted for */
export async function askForFirstPage(signal: AbortSignal): Promise<FirstPage | undefined> {
  const answer = await fetch(BASE_PATH + FIRST_CALL, { credentials: 'same-origin', signal });
  if (!answer.ok) return undefined;
  // the call is one of the gallery's, which are typed by the server's routes
  const { items, next_cursor } = (await answer.json()) as Page;
  kept = { items, isLast: next_cursor === null, etag: answer.headers.get('etag') };
  return kept;
}

/** What was answered before the gallery began, once: later it is old. */
export function takeFirstPage(): FirstPage | undefined {
  const taken = kept;
  kept = undefined;
  return taken;
}
