/**
 * Buffers that neighbouring lines are read into, used again: a fresh one of a page's size costs the kernel a page fault
 * for each of its pages, and the processor what it had in its caches.
 */
export interface ReadBuffers {
  /** A share in a buffer of at least `length` bytes, whose content is whatever was in it before. */
  lend(length: number): Loan;
}

/** One buffer on loan to some holders; free for others when the last of them is done with it. */
export interface Loan {
  readonly bytes: Buffer;
  /** How many holders there are. Until then, and if never told, it is left to the collector. */
  holders: number;
  /** Each holder once, who must not look at the bytes afterwards. */
  done(): void;
}

/** Lengths are whole multiples of this, so that pages of about the same size share buffers. */
const STEP = 16 << 10;
/** Longer ones are rare: a page of the largest size with long prompts. */
const LONGEST = 256 << 10;

/** @param most kept for the next loan; of more, the shortest goes */
export function createReadBuffers(most = 16): ReadBuffers {
  const free: Buffer[] = [];
  function take(length: number): Buffer {
    // from the end: what came back last may still be in the processor's cache
    for (let i = free.length - 1; i >= 0; i--) {
      const bytes = free[i];
      if (bytes === undefined || bytes.length < length) continue;
      free.splice(i, 1);
      return bytes;
    }
    return Buffer.allocUnsafeSlow(Math.ceil(length / STEP) * STEP);
  }
  function give(bytes: Buffer): void {
    if (bytes.length > LONGEST) return;
    free.push(bytes);
    if (free.length <= most) return;
    const shortest = free.reduce((best, one, i) => (one.length < (free[best]?.length ?? 0) ? i : best), 0);
    free.splice(shortest, 1);
  }
  return {
    lend(length) {
      const loan: Loan = {
        bytes: take(length),
        holders: 0,
        done() {
          loan.holders -= 1;
          if (loan.holders === 0) give(loan.bytes);
        },
      };
      return loan;
    },
  };
}
