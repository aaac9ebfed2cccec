import type { Collection } from './collection-types.ts';

/** The picture that keys act on. It is remembered by its id, so that what is added or deleted before it moves nothing. */
export interface Cursor {
  readonly index: number;
  readonly id: string | undefined;
  readonly version: number;
  subscribe(listener: () => void): () => void;
  moveTo(index: number): void;
  /** Where a range begins: the last picture that was picked alone. */
  origin: number;
}

export function createCursor(list: Collection): Cursor {
  const listeners = new Set<() => void>();
  let index = 0;
  let id: string | undefined;
  let version = 0;
  let origin = 0;
  const find = (): number => {
    const within = Math.max(0, Math.min(index, list.total - 1));
    const there = list.peek(within);
    if (there === undefined || there.id === id) return within;
    const now = id === undefined ? -1 : list.peekIndexOf(id);
    if (now !== -1) return now;
    // deleted: what came into its place
    id = there.id;
    return within;
  };
  return {
    get index() {
      index = find();
      return index;
    },
    get id() {
      return id;
    },
    get version() {
      return version;
    },
    get origin() {
      return origin;
    },
    set origin(place) {
      origin = place;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    moveTo(place) {
      index = Math.max(0, Math.min(place, list.total - 1));
      id = list.peek(index)?.id;
      version += 1;
      for (const listener of listeners) listener();
    },
  };
}
