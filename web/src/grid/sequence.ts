import type { Family, Item, Selection } from '../api/types.ts';

/** All pictures of a selection in their order, newest first, known or not. */
export interface Sequence {
  readonly family: Family;
  readonly selection: Selection;
  /** How many there are; 0 until the first answer. */
  readonly total: number;
  /** Whether `total` is known. */
  readonly isReady: boolean;
  /** Rises with every change: of the order, of a picture, of what is loaded. For useSyncExternalStore. */
  readonly version: number;
  subscribe(listener: () => void): () => void;
  /** The picture at this place, if it is loaded. */
  peek(index: number): Item | undefined;
  /** Loads it where needed. Undefined beyond the end. */
  itemAt(index: number, signal: AbortSignal): Promise<Item | undefined>;
  /** Its place, -1 where it is not among them. One or two requests where it is not loaded. */
  indexOf(picture: Pick<Item, 'id' | 'created_at'>, signal: AbortSignal): Promise<number>;
  /** As `indexOf`, among what is loaded. */
  peekIndexOf(id: string): number;
}
