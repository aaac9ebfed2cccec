import { BASE_PATH } from '../base-path.ts';
import { createReach } from './reach.ts';

/** A server that takes longer to say a word is not one that pages can be used with, ms. */
const LONGEST_MS = 8_000;

/** The connection of this page to its server. */
export const connection = createReach({ ask, now: Date.now });

/** Whatever the server says of itself will do; a proxy's page that it is not there will not. */
async function ask(): Promise<void> {
  const answer = await fetch(`${BASE_PATH}/readyz`, {
    cache: 'no-store',
    signal: AbortSignal.timeout(LONGEST_MS),
  });
  if (answer.headers.get('content-type')?.includes('json') !== true) throw new Error(`HTTP ${answer.status}`);
}
