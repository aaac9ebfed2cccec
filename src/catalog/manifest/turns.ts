import { KirokuError } from '../../domain/errors.ts';

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

/** The same answer; once the signal is aborted it is not waited for any longer. @throws KirokuError `aborted` */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const stopped = () => new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(stopped());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
