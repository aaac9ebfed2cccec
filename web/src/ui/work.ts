/** Something long: how far it has come, for whoever shows it, and a way to stop it. */
export interface Work {
  readonly total: number;
  /** Of `total`. */
  readonly done: number;
  readonly signal: AbortSignal;
  tell(done: number): void;
  stop(): void;
  /** Calls back at every change until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

export function createWork(total: number): Work {
  const listeners = new Set<() => void>();
  const stopping = new AbortController();
  let done = 0;
  const tellAll = () => {
    for (const listener of listeners) listener();
  };
  return {
    total,
    get done() {
      return done;
    },
    signal: stopping.signal,
    tell(now) {
      done = now;
      tellAll();
    },
    stop() {
      stopping.abort();
      tellAll();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
