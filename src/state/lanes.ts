/** Runs work of one name one at a time, in the order of the calls; work of different names does not wait. */
export interface Lanes {
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function createLanes(): Lanes {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(name, work) {
      const result = (tails.get(name) ?? Promise.resolve()).then(work);
      const tail = result
        .catch(() => undefined)
        .then(() => {
          if (tails.get(name) === tail) tails.delete(name);
        });
      tails.set(name, tail);
      return result;
    },
  };
}
