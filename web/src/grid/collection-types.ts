import type { Family, Item, Selection } from '../api/types.ts';
import type { ServerVersion } from '../live/version.ts';
import type { Picks } from '../picks/picks.ts';
import type { Chunk } from './chunks.ts';
import type { Place } from './layout.ts';
import type { Sequence } from './sequence.ts';
import type { Source } from './source.ts';

/** What an event or an action changed, as a list of pictures needs to know it; `version` where the server said it. */
export type Change =
  | { readonly op: 'in'; readonly item: Item; readonly version?: ServerVersion | undefined }
  | {
      readonly op: 'out';
      readonly id: string;
      /** Unknown of what was purged. */
      readonly createdAt: string | undefined;
      readonly version?: ServerVersion | undefined;
    };

/** All pictures of a selection: chunks in order, of which those near the view are loaded. */
export interface Collection extends Sequence {
  readonly chunks: readonly Chunk[];
  /** Why it could not be counted; undefined once it could. */
  readonly error: unknown;
  /** Why pictures in view could not be loaded. */
  readonly loadError: unknown;
  readonly picks: Picks;
  /** Everything of its status is in it: what belongs to it can be told without asking. */
  readonly isPlain: boolean;
  /** Counts and begins. Again: nothing. */
  start(): void;
  /** Counts again soon, keeping what is shown until what is new is there. */
  refresh(): void;
  /** What happened is not known: counts again, and loads again what is shown. */
  reset(): void;
  retry(): void;
  /** The chunks that should be loaded; others stop loading, and far ones are forgotten. */
  want(from: number, to: number): void;
  place(index: number): Place | undefined;
  indexAt(place: Place): number;
  /** What came together is shown together: listeners are told once. */
  apply(changes: readonly Change[]): void;
  /** Takes them out, before the server does. @returns whether all of them were loaded: else it must be counted again */
  remove(pictures: readonly Pick<Item, 'id' | 'created_at'>[]): boolean;
  /** Puts in what was taken out, or comes from another list. */
  putBack(items: readonly Item[]): void;
  patch(ids: ReadonlySet<string>, change: (item: Item) => Item): void;
  /** All pictures of these places in order, in steps; loaded ones at once. They are not kept. */
  pictures(from: number, to: number, signal: AbortSignal): AsyncGenerator<readonly Item[]>;
  stop(): void;
}

/** Pictures from before the list began. */
export interface Early {
  readonly items: readonly Item[];
  /** What was known when they were listed. */
  readonly version: ServerVersion | undefined;
}

export interface CollectionDeps {
  readonly family: Family;
  readonly selection: Selection;
  readonly source: Source;
  readonly picks: Picks;
  readonly dayOf: (time: string) => string;
  /** Gives up the first page where it is here already; without it, it is asked for. */
  readonly takeFirstPage?: () => Early | undefined;
  /** After how long several changes are asked about together, ms. */
  readonly settleMs?: number;
}
