import type { Picture } from '../actions/actions.ts';

/** What is picked (selected) in one list of pictures. Lives as long as the list's Sequence. */
export interface Picks {
  readonly count: number;
  /** Clicks pick even where nothing is picked yet: for fingers, and for who hears the page. */
  readonly isOn: boolean;
  turn(on: boolean): void;
  /** Rises with every change; for useSyncExternalStore. */
  readonly version: number;
  subscribe(listener: () => void): () => void;
  has(id: string): boolean;
  /** How many of a day, `YYYY-MM-DD`. */
  countOf(date: string): number;
  /** In the order in which they were picked. */
  all(): readonly Picture[];
  set(pictures: readonly Picture[], on: boolean): void;
  toggle(picture: Picture): void;
  patch(ids: ReadonlySet<string>, change: (picture: Picture) => Picture): void;
  drop(ids: Iterable<string>): void;
  /** How many the range has that is being picked: those not loaded come page by page. Undefined when all are there, or cleared. */
  readonly expected: number | undefined;
  expect(count: number | undefined): void;
  clear(): void;
}
