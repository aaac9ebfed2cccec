import { isKirokuError } from '../../domain/errors.ts';

/** Counts failures of the storage under durable writes. */
export interface IoMeter {
  /** Runs a durable step and remembers how it ended. */
  watch<T>(step: () => Promise<T>): Promise<T>;
  /** Since the start. */
  readonly failures: number;
  /** True after several failures in a row: the disk is no longer to be trusted (docs/security.md, D4). */
  failing(): boolean;
}

const TOO_MANY = 3;

export function createIoMeter(): IoMeter {
  let failures = 0;
  let inRow = 0;
  return {
    async watch(step) {
      try {
        const result = await step();
        inRow = 0;
        return result;
      } catch (error) {
        if (isKirokuError(error, 'io_error')) {
          failures += 1;
          inRow += 1;
        }
        throw error;
      }
    },
    get failures() {
      return failures;
    },
    failing: () => inRow >= TOO_MANY,
  };
}
