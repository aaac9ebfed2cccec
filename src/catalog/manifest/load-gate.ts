/** Manifests up to this many bytes are read in a few turns. */
const SMALL = 8 << 20;
const SMALL_AT_ONCE = 4;
const LARGE_AT_ONCE = 2;

/**
 * Lets a few loads run at a time: each holds a buffer and the loop for a moment between two turns. Small ones never
 * wait behind large ones.
 */
export class LoadGate {
  private readonly small = new Slots(SMALL_AT_ONCE);
  private readonly large = new Slots(LARGE_AT_ONCE);

  /** @param bytes how much is to be read, about */
  run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    return (bytes <= SMALL ? this.small : this.large).run(work);
  }
}

class Slots {
  private free: number;
  private readonly queue: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    // whoever is done hands its place over
    else await new Promise<void>((resolve) => this.queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
