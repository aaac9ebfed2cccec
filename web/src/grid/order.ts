import type { Item } from '../api/types.ts';
import { type Chunk, placeOf, startsOf } from './chunks.ts';
import type { Place } from './layout.ts';

/** The chunks of a list as they are now, and who is told when they change. */
export interface Order {
  readonly chunks: readonly Chunk[];
  /** Places of each chunk's first picture, and at the end how many there are. */
  readonly starts: Float64Array;
  readonly total: number;
  /** Rises whenever listeners are told. */
  readonly version: number;
  subscribe(listener: () => void): () => void;
  /** Puts other chunks in place of all; the same ones are no change. */
  set(chunks: readonly Chunk[]): void;
  /** Something else changed that listeners show. */
  tell(): void;
  /** However much this changes, listeners are told once, when it is done. */
  together(work: () => void): void;
  place(index: number): Place | undefined;
  indexAt(place: Place): number;
  peek(index: number): Item | undefined;
  /** -1 where it is not loaded. */
  peekIndexOf(id: string): number;
}

export function createOrder(): Order {
  const listeners = new Set<() => void>();
  let chunks: readonly Chunk[] = [];
  let starts = startsOf(chunks);
  let version = 0;
  let isGathering = false;
  let isUntold = false;
  const tell = () => {
    if (isGathering) {
      isUntold = true;
      return;
    }
    version += 1;
    for (const listener of listeners) listener();
  };
  const total = () => starts.at(-1) ?? 0;
  const place = (index: number): Place | undefined => {
    if (index < 0 || index >= total()) return undefined;
    const chunk = placeOf(starts, index);
    return { chunk, at: index - (starts[chunk] ?? 0) };
  };
  return {
    get chunks() {
      return chunks;
    },
    get starts() {
      return starts;
    },
    get total() {
      return total();
    },
    get version() {
      return version;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(next) {
      if (next === chunks) return;
      chunks = next;
      starts = startsOf(chunks);
      tell();
    },
    tell,
    together(work) {
      if (isGathering) return work();
      isGathering = true;
      try {
        work();
      } finally {
        isGathering = false;
        if (isUntold) {
          isUntold = false;
          tell();
        }
      }
    },
    place,
    indexAt: ({ chunk, at }) => (starts[chunk] ?? 0) + at,
    peek(index) {
      const found = place(index);
      return found === undefined ? undefined : chunks[found.chunk]?.items?.[found.at];
    },
    peekIndexOf(id) {
      for (const [at, chunk] of chunks.entries()) {
        const found = chunk.items?.findIndex((item) => item.id === id) ?? -1;
        if (found !== -1) return (starts[at] ?? 0) + found;
      }
      return -1;
    },
  };
}
