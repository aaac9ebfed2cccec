export interface Gather<T> {
  add(one: T): void;
  /** Hands on now what is held. */
  flush(): void;
}

/** Holds what comes for a moment, ms, and hands it on together, in the order in which it came. */
export function createGather<T>(handOn: (all: readonly T[]) => void, ms: number): Gather<T> {
  let held: T[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (held.length === 0) return;
    const all = held;
    held = [];
    handOn(all);
  };
  return {
    add(one) {
      held.push(one);
      timer ??= setTimeout(flush, ms);
    },
    flush,
  };
}
