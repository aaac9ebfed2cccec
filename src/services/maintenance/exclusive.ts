import { KirokuError } from '../../domain/errors.ts';

/** Lets one piece of work of each name run at a time. */
export interface Exclusive {
  /** @throws KirokuError `job_running` when one of this name runs already */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function createExclusive(): Exclusive {
  const running = new Set<string>();
  return {
    async run(name, work) {
      if (running.has(name)) throw new KirokuError('job_running', `${name} is running already.`);
      running.add(name);
      try {
        return await work();
      } finally {
        running.delete(name);
      }
    },
  };
}
