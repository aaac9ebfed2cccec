import type { Ctx } from './call.ts';

/**
 * Aborted when the connection of the answer has closed: at once where that was while it was found out who asks, as it is told
 * of once only.
 */
export function goneSignal({ env: { outgoing } }: Ctx): AbortSignal {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  if (outgoing.destroyed) gone.abort();
  return gone.signal;
}
