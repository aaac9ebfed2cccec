import type { PictureId } from '../../domain/id.ts';
import type { CommitResult, Mutation } from '../catalog.ts';

/** A mutation that waits for its turn. */
export interface Request {
  readonly mutation: Mutation;
  resolve(result: CommitResult): void;
  reject(error: unknown): void;
}

/** Mutations taken together: more would hold the answers of the first ones back. */
const MOST_IN_BATCH = 256;

/**
 * One owner's mutex. Mutations that arrive while a batch is on its way to the disk make the next batch and share its
 * sync (group commit); other work gets the lane for itself, in the order in which it came.
 */
export class Lane {
  private readonly queue: (Request | (() => Promise<void>))[] = [];
  private readonly runBatch: (requests: readonly Request[]) => Promise<void>;
  private running = false;

  /** `runBatch` settles every request it is given, and never rejects. */
  constructor(runBatch: (requests: readonly Request[]) => Promise<void>) {
    this.runBatch = runBatch;
  }

  get busy(): boolean {
    return this.running || this.queue.length > 0;
  }

  /** How many wait behind what is running. */
  get waiting(): number {
    return this.queue.length;
  }

  commit(mutation: Mutation): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.enqueue({ mutation, resolve, reject });
    });
  }

  exclusive<T>(task: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.enqueue(() => task().then(resolve, reject));
    });
  }

  private enqueue(job: Request | (() => Promise<void>)): void {
    this.queue.push(job);
    if (this.running) return;
    this.running = true;
    void this.run();
  }

  private async run(): Promise<void> {
    // one turn of the queue later: calls of the same tick share the first batch too
    await Promise.resolve();
    for (;;) {
      const next = this.queue[0];
      if (next === undefined) break;
      if (typeof next === 'function') {
        this.queue.shift();
        await next();
      } else await this.runBatch(this.takeBatch());
    }
    this.running = false;
  }

  private takeBatch(): Request[] {
    const batch: Request[] = [];
    const purged = new Set<PictureId>();
    while (batch.length < MOST_IN_BATCH) {
      const next = this.queue[0];
      if (next === undefined || typeof next === 'function') break;
      const { mutation } = next;
      // revisions of two lives of one id do not compare: the first one's sidecar goes before the second one begins
      if (mutation.op === 'put' && purged.has(mutation.record.id)) break;
      if (mutation.op === 'purge') purged.add(mutation.id);
      batch.push(next);
      this.queue.shift();
    }
    return batch;
  }
}
