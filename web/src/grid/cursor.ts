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

export function createCursor(list: Pick<Collection, 'total' | 'peek' | 'peekIndexOf'>): Cursor {
  const listeners = new Set<() => void>();
  let index = 0;
  let id: string | undefined;
  /** What stood behind it, nearest first: of a range that goes, the first that is left is next. */
  let behind: readonly string[] = [];
  let version = 0;
  let origin = 0;
  const standAt = (place: number): number => {
    id = list.peek(place)?.id;
    behind = [1, 2].flatMap((step) => list.peek(place + step)?.id ?? []);
    return place;
  };
  const find = (): number => {
    const within = Math.max(0, Math.min(index, list.total - 1));
    const there = list.peek(within);
    if (there === undefined) return within;
    if (there.id === id) return standAt(within);
    const now = id === undefined ? -1 : list.peekIndexOf(id);
    if (now !== -1) return standAt(now);
    // deleted: what stood behind it, or came into its place
    const next = behind.map((one) => list.peekIndexOf(one)).find((place) => place !== -1);
    return standAt(next ?? within);
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
      index = standAt(Math.max(0, Math.min(place, list.total - 1)));
      version += 1;
      for (const listener of listeners) listener();
    },
  };
}
