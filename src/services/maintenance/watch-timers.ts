/** Timers that end together. None of them keeps the process alive. */
export interface Timers {
  after(ms: number, act: () => void): void;
  /** None fires any more, and no new one is taken. */
  stop(): void;
}

export function createTimers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  let stopped = false;
  return {
    after(ms, act) {
      if (stopped) return;
      const timer = setTimeout(() => {
        running.delete(timer);
        act();
      }, ms);
      timer.unref();
      running.add(timer);
    },
    stop() {
      stopped = true;
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
