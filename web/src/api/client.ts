import { type ClientResponse, hc } from 'hono/client';
import type { AppType } from '../../../src/http/app.ts';
import { BASE_PATH } from '../base-path.ts';
import { connection } from './connection.ts';
import { ApiProblem, problemOf } from './problem.ts';

const server = hc<AppType>(BASE_PATH, { init: { credentials: 'same-origin' } });

/** Every call of the server, typed from its routes. */
export const api = server.api.v1;
/** What whoever has a link can open. */
export const shared = server.s;
/** What the server tells of itself, outside of the versioned calls. */
export const root = server;

/** What a call answers when it goes well. */
type Good<R> =
  R extends ClientResponse<infer T, infer S, string> ? ([S] extends [200 | 201] ? T : never) : never;

/**
 * The answer's JSON.
 * @throws ApiProblem for every other answer, and where the server cannot be reached
 */
export async function answerOf<R extends ClientResponse<unknown>>(call: Promise<R>): Promise<Good<R>> {
  let answer: R;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    connection.suspect();
    throw new ApiProblem('unreachable', 0, 'The server cannot be reached.', { cause: error });
  }
  if (!answer.ok) throw await problemOf(answer);
  // the type of a good answer is the route's own; the server's tests compare its bytes with it
  return (await answer.json()) as Good<R>;
}

/** Fields of fetch for a call that may be given up. */
export function until(signal: AbortSignal): { init: RequestInit } {
  return { init: { signal } };
}
