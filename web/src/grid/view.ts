import type { Anchor } from './anchor.ts';
import { type Chunk, startsOf } from './chunks.ts';
import { createLayoutMaker, type GridSizes, type Layout } from './layout.ts';

export interface Held extends Anchor {
  /** A key led to it: it is seen whole, whatever is laid out anew or comes to cover the window's edge. */
  readonly isWhole?: boolean;
}

/** A list as it is laid out, and where the window stands in it: what all parts of a viewport look at. */
export interface View {
  readonly chunks: readonly Chunk[];
  /** Places of each chunk's first picture. */
  readonly starts: Float64Array;
  readonly sizes: GridSizes;
  readonly layout: Layout;
  /** Upper edge of the window in the list, px; below 0 while something above the list is still in view. */
  y: number;
  /** What is at `y` of the list stands at `y - shift` of its element. */
  shift: number;
  /** Holds through any number of changes until the reader scrolls: nothing is lost by rounding. */
  held: Held | undefined;
  /** The place to come back to is not known to be there before the days are counted. */
  isRestoring: boolean;
  /** Lays these out; nothing is moved. */
  lay(chunks: readonly Chunk[], sizes: GridSizes): void;
}

/** What sticks to the top of the window: the bar and a day's heading. */
export const STUCK = 56 + 44;

/** Height of the window. */
export function screen(): number {
  return window.innerHeight;
}

/** What covers the window's lower edge, px: the page leaves as much free below the list. */
export function covered(): number {
  const page = document.getElementById('content');
  return page === null ? 0 : Number.parseFloat(getComputedStyle(page).paddingBottom) || 0;
}

/** The `y` at which the list's end is at the window's. */
export function lowest({ layout }: View): number {
  return Math.max(0, layout.height - screen());
}

/** The `y` at which the page ends: nothing covers the end of the list. */
export function farthest({ layout }: View): number {
  return Math.max(0, layout.height + covered() - screen());
}

export function createView(chunks: readonly Chunk[], sizes: GridSizes): View {
  const maker = createLayoutMaker();
  const laid = (chunks: readonly Chunk[], sizes: GridSizes) => ({
    ...{ chunks, sizes },
    starts: startsOf(chunks),
    layout: maker.make(chunks, sizes),
  });
  const view = {
    ...laid(chunks, sizes),
    y: 0,
    shift: 0,
    held: undefined,
    isRestoring: false,
    lay(chunks: readonly Chunk[], sizes: GridSizes) {
      Object.assign(view, laid(chunks, sizes));
    },
  };
  return view;
}
