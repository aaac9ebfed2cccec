import type { IncomingMessage } from 'node:http';
import { KirokuError } from '../domain/errors.ts';

const WINDOW_MS = 10_000;
/** Slower than this over a whole window is not a client but a way to hold a connection (docs/security.md, O1). */
const MIN_BYTES_PER_SECOND = 1024;

/**
 * Watches that a body keeps coming; `onSlow` is called once if it does not. A window in which bytes were waiting for
 * us counts as fast: then it is our disk or decoder that is slow. Returns the way to stop watching.
 */
export function watchRate(
  incoming: IncomingMessage,
  onSlow: (error: KirokuError) => void,
  options: { windowMs?: number; minBytesPerSecond?: number } = {},
): () => void {
  const windowMs = options.windowMs ?? WINDOW_MS;
  const wanted = ((options.minBytesPerSecond ?? MIN_BYTES_PER_SECOND) * windowMs) / 1000;
  let seen = incoming.socket.bytesRead;
  const timer = setInterval(() => {
    const now = incoming.socket.bytesRead;
    const came = now - seen;
    seen = now;
    if (incoming.readableEnded || incoming.readableLength > 0 || came >= wanted) return;
    clearInterval(timer);
    onSlow(new KirokuError('request_timeout', 'The body came too slowly.'));
  }, windowMs);
  timer.unref();
  return () => clearInterval(timer);
}
