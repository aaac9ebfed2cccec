import { KirokuError } from '../../../domain/errors.ts';

/** The index, or the search file, is another one by now: the search begins anew. Never leaves this folder. */
export class SearchAgainError extends Error {
  override readonly name = 'SearchAgainError';
  /** The file does not hold what was written to it: it must be made anew. */
  readonly isDamaged: boolean;

  constructor(isDamaged = false) {
    super('the search begins anew');
    this.isDamaged = isDamaged;
  }
}

/** The thread that searches has died: this search fails, the next one gets a new thread. */
export class SearcherLostError extends KirokuError {
  constructor(cause?: unknown) {
    super('io_error', 'The search was interrupted.', { cause, details: { retryAfter: 1 } });
  }
}

/** Changes land faster than they can be taken in. */
export function tooBusy(): KirokuError {
  return new KirokuError('overloaded', 'The library changes too fast to be searched.', {
    details: { retryAfter: 1 },
  });
}
