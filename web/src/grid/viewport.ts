import { type Anchor, anchorAt, heightOf } from './anchor.ts';
import { type Chunk, startsOf } from './chunks.ts';
import type { Collection } from './collection-types.ts';
import { createLayoutMaker, type GridSizes, type Layout, type Place } from './layout.ts';

/** What is drawn. The same object as long as nothing of it changes: scrolling within a row draws nothing. */
export interface Frame {
  readonly chunks: readonly Chunk[];
  /** Places of each chunk's first picture. */
  readonly starts: Float64Array;
  readonly layout: Layout;
  /** From here to there things are drawn, in px from the list's top. */
  readonly top: number;
  readonly bottom: number;
  /** What is at `y` of the list stands at `y - shift` of its element. */
  readonly shift: number;
  /** Moving so fast that nothing can be recognized: no thumbnails are asked for. */
  readonly isFlying: boolean;
}

export interface Viewport {
  readonly frame: Frame;
  subscribe(listener: () => void): () => void;
  /** Begins with the element that is as high as the list. Returns the end of it. */
  attach(spacer: HTMLElement): () => void;
  /** Upper edge of the view in the list, px; below 0 while something above the list is still in view. */
  readonly y: number;
  readonly height: number;
  /** Scrolls so that this picture is seen whole: the shortest way, or to the middle. */
  reveal(place: Place, how?: 'nearest' | 'middle'): void;
  /** As a drag does it: what is passed is not loaded. */
  flyTo(y: number): void;
  anchor(): Anchor | undefined;
  restore(anchor: Anchor): void;
}

/**
 * Browsers cannot make an element higher than 33.5 million device pixels (11 million CSS px on a phone with three to
 * one). Above this height the scrollbar covers the list to scale; scrolling by wheel, finger or key stays one to one.
 */
const HIGHEST = 10_000_000;
const REST_MS = 80;
const SETTLE_MS = 140;
/** Screens moved at once, or within REST_MS, that are too fast to see anything. */
const FAST = 1.5;
/** Drawn before and behind the view, in screens. */
const OVERSCAN = 1;
const OVERSCAN_FLYING = 0.1;
/** What sticks to the top of the window: the bar and a day's heading. */
const STUCK = 56 + 44;
/** Nearer to the page's top than this, new pictures come into view by themselves. */
const AT_TOP = 8;

export interface ViewportDeps {
  readonly list: Collection;
  readonly sizesFor: (width: number) => GridSizes;
}

export function createViewport({ list, sizesFor }: ViewportDeps): Viewport {
  const maker = createLayoutMaker();
  const listeners = new Set<() => void>();
  let chunks = list.chunks;
  let sizes = sizesFor(document.documentElement.clientWidth - 32);
  let layout = maker.make(chunks, sizes);
  let spacer: HTMLElement | undefined;
  let spacerTop = 0;
  let spacerHeight = 0;
  let shift = 0;
  let y = 0;
  let isScrolling = false;
  let isFlying = false;
  let moved = 0;
  let restTimer: ReturnType<typeof setTimeout> | undefined;
  let settleTimer: ReturnType<typeof setTimeout> | undefined;
  /** Holds through any number of changes until the reader scrolls: nothing is lost by rounding. */
  let held: Anchor | undefined;
  /** The place to come back to is not known to be there before the days are counted. */
  let isRestoring = false;
  let starts = startsOf(chunks);
  let frame: Frame = { chunks, starts, layout, top: 0, bottom: 0, shift, isFlying };

  const screen = () => window.innerHeight;
  const lowest = () => Math.max(0, layout.height - screen());

  const draw = () => {
    const over = screen() * (isFlying ? OVERSCAN_FLYING : OVERSCAN);
    const top = edgeBefore(layout, y - over);
    const bottom = edgeBehind(layout, y + screen() + over);
    const isSame =
      frame.layout === layout && frame.top === top && frame.bottom === bottom && frame.shift === shift;
    if (isSame && frame.isFlying === isFlying) return;
    frame = { chunks, starts, layout, top, bottom, shift, isFlying };
    for (const listener of listeners) listener();
  };
  const ask = () => {
    if (isFlying || chunks.length === 0) return;
    list.want(layout.chunkAt(y - screen()), layout.chunkAt(y + 2 * screen()) + 1);
  };

  const setHeight = (height: number) => {
    if (spacer === undefined || height === spacerHeight) return;
    spacerHeight = height;
    spacer.style.height = `${height}px`;
  };
  const position = () => window.scrollY - spacerTop;
  const measure = () => {
    if (spacer === undefined) return;
    spacerTop = spacer.getBoundingClientRect().top + window.scrollY;
  };
  /** Brings scrollbar and list together: nothing that is seen moves. */
  const settle = () => {
    if (spacer === undefined) return;
    isScrolling = false;
    measure();
    setHeight(Math.min(layout.height, HIGHEST));
    const isWhole = layout.height <= HIGHEST;
    const scale = isWhole ? 1 : (HIGHEST - screen()) / lowest();
    // above the list the page scrolls as it is
    const wanted = y <= 0 ? y : y * scale;
    if (Math.abs(wanted - position()) >= 1) window.scrollTo({ top: wanted + spacerTop, behavior: 'instant' });
    // where the browser went, which rounds to its own pixels and stops at the end
    shift = isWhole ? 0 : y - position();
    y = position() + shift;
    draw();
  };

  const rest = () => {
    isFlying = false;
    moved = 0;
    draw();
    ask();
  };
  const onScroll = () => {
    const before = y;
    const at = position();
    const step = at + shift - y;
    // our own corrections come here too
    if (Math.abs(step) < 1) return;
    held = undefined;
    if (layout.height > HIGHEST && Math.abs(step) > 2 * screen()) {
      y = (at / Math.max(1, HIGHEST - screen())) * lowest();
      shift = y - at;
    } else {
      y = at + shift;
    }
    isScrolling = true;
    moved += Math.abs(y - before);
    if (moved > FAST * screen()) isFlying = true;
    clearTimeout(restTimer);
    restTimer = setTimeout(rest, REST_MS);
    clearTimeout(settleTimer);
    settleTimer = setTimeout(settle, SETTLE_MS);
    draw();
    if (!isFlying) ask();
  };

  /** After the list or the width changed: the picture at the view's top stays where it is. */
  const layOut = () => {
    const isAtTop = window.scrollY <= AT_TOP && !isRestoring;
    held = isAtTop ? undefined : (held ?? anchorAt(chunks, layout, y + STUCK));
    chunks = list.chunks;
    starts = startsOf(chunks);
    layout = maker.make(chunks, sizes);
    if (list.isReady) isRestoring = false;
    if (held !== undefined) {
      const wanted = Math.min(heightOf(held, chunks, layout) - STUCK, lowest());
      shift += wanted - y;
      y = wanted;
    }
    if (isScrolling) {
      if (layout.height > spacerHeight) setHeight(Math.min(layout.height, HIGHEST));
      draw();
    } else settle();
    ask();
  };
  const resize = () => {
    if (spacer === undefined) return;
    const before = spacerTop;
    measure();
    // something above the list came or went: who is further down does not see it move
    if (y > 0) shift += spacerTop - before;
    else y = position() + shift;
    const next = sizesFor(spacer.clientWidth);
    if (next.width === sizes.width && next.target === sizes.target) {
      if (spacerTop !== before && !isScrolling) settle();
      return draw();
    }
    sizes = next;
    layOut();
  };

  const jump = (wanted: number) => {
    held = undefined;
    y = Math.max(Math.min(wanted, lowest()), -spacerTop);
    settle();
    ask();
  };

  return {
    get frame() {
      return frame;
    },
    get y() {
      return y;
    },
    get height() {
      return screen();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    attach(element) {
      spacer = element;
      const observer = new ResizeObserver(() => resize());
      observer.observe(element);
      if (element.parentElement !== null) observer.observe(element.parentElement);
      // the browser's own anchoring and this one would correct each other
      document.documentElement.style.overflowAnchor = 'none';
      window.addEventListener('scroll', onScroll, { passive: true });
      window.addEventListener('resize', resize);
      const unsubscribe = list.subscribe(() => {
        if (list.chunks !== chunks) layOut();
      });
      sizes = sizesFor(element.clientWidth);
      spacerHeight = 0;
      y = window.scrollY - (element.getBoundingClientRect().top + window.scrollY);
      layOut();
      return () => {
        spacer = undefined;
        observer.disconnect();
        unsubscribe();
        clearTimeout(restTimer);
        clearTimeout(settleTimer);
        document.documentElement.style.overflowAnchor = '';
        window.removeEventListener('scroll', onScroll);
        window.removeEventListener('resize', resize);
      };
    },
    reveal(place, how = 'nearest') {
      const box = layout.boxOf(place);
      const above = y + STUCK;
      if (how === 'middle') return jump(box.top - (screen() - box.height) / 2);
      if (box.top < above) return jump(box.top - STUCK - sizes.gap);
      const below = box.top + box.height - (y + screen());
      if (below > 0) jump(y + below + sizes.gap);
    },
    flyTo(wanted) {
      isFlying = true;
      clearTimeout(restTimer);
      restTimer = setTimeout(rest, REST_MS);
      jump(wanted);
    },
    anchor: () => (y <= 0 ? undefined : anchorAt(chunks, layout, y + STUCK)),
    restore(anchor) {
      held = anchor;
      isRestoring = true;
      if (spacer !== undefined) layOut();
    },
  };
}

/** The upper edge of the row at this height, so that it changes from row to row only. */
function edgeBefore(layout: Layout, y: number): number {
  const chunk = layout.chunkAt(y);
  const rows = layout.rowsOf(chunk);
  const content = layout.contentOf(chunk);
  if (rows === undefined || y < content) return layout.topOf(chunk);
  return content + (rows.tops[layout.rowAt(rows, y - content)] ?? 0);
}

function edgeBehind(layout: Layout, y: number): number {
  const chunk = layout.chunkAt(y);
  const rows = layout.rowsOf(chunk);
  const content = layout.contentOf(chunk);
  if (y < content) return content;
  if (rows === undefined) return content + layout.heightOf(chunk);
  return content + (rows.tops[layout.rowAt(rows, y - content) + 1] ?? 0);
}
