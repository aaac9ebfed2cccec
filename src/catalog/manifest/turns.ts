/** Lets whatever else waits have its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Runs work that yields now and then to its end, with a turn for others at each yield. */
export async function inTurns(work: Iterable<void>): Promise<void> {
  for (const _ of work) await turn();
}
