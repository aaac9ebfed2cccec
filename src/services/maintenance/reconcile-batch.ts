/**
 * Runs `act` for every item, at most `limit` at a time, until all are done or `signal` says stop. Waits for what is
 * under way in either case. Lets other work run between items.
 *
 * @throws the first error of `act`, after the others that were under way have ended
 */
export async function eachLimited<T>(
  items: Iterable<T>,
  limit: number,
  signal: AbortSignal | undefined,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let count = 1; !failed && signal?.aborted !== true; count += 1) {
      const next = iterator.next();
      if (next.done === true) return;
      try {
        await act(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
      if (count % 64 === 0) await breathe();
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: limit }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Gives requests their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
