/** Buffers of one size, used again: a fresh one costs the kernel a page fault for each of its pages. */
export interface BufferPool {
  /** Its content is whatever was in it before. */
  take(): Buffer;
  /** The giver must not use it afterwards. */
  give(buffer: Buffer): void;
}

/** @param most kept for the next taker; what comes back beyond that is left to the collector */
export function createBufferPool(size: number, most: number): BufferPool {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(size),
    give(buffer) {
      if (free.length < most) free.push(buffer);
    },
  };
}
