import { type Anchor, anchorAt } from './anchor.ts';
import type { Collection } from './collection-types.ts';
import { createFrames, type Frames } from './frames.ts';
import { holdWhole, seeing } from './keeping.ts';
import type { GridSizes, Place } from './layout.ts';
import { createPace } from './pace.ts';
import { createPlacing } from './placing.ts';
import { createRelayout } from './relayout.ts';
import { createSpacer } from './spacer.ts';
import { createView, STUCK, screen } from './view.ts';

export interface Viewport extends Pick<Frames, 'frame' | 'subscribe'> {
  /** Begins with the element that is as high as the list. Returns the end of it. */
  attach(spacer: HTMLElement): () => void;
  /** Upper edge of the view in the list, px; below 0 while something above the list is still in view. */
  readonly y: number;
  readonly height: number;
  /** Scrolls the shortest way so that this picture is seen whole, and keeps it so until the reader scrolls. */
  reveal(place: Place): void;
  /** As a drag does it: what is passed is not loaded. */
  flyTo(y: number): void;
  anchor(): Anchor | undefined;
  restore(anchor: Anchor): void;
}

export interface ViewportDeps {
  readonly list: Collection;
  readonly sizesFor: (width: number) => GridSizes;
}

/** The window's view of a list, which the page scrolls: what is drawn of it, what is loaded, and where it stands. */
export function createViewport(deps: ViewportDeps): Viewport {
  const parts = createParts(deps);
  const { view, spacer, pace, placing, relayout, ask } = parts;
  return Object.assign(viewOf(parts), {
    attach: attaching(parts, deps),
    reveal: revealing(parts),
    flyTo(y: number) {
      pace.fly();
      view.held = undefined;
      placing.goTo(y);
      ask();
    },
    restore(anchor: Anchor) {
      view.held = anchor;
      view.isRestoring = true;
      if (spacer.isThere) relayout.layOut();
    },
  });
}

type Parts = ReturnType<typeof createParts>;

function createParts({ list, sizesFor }: ViewportDeps) {
  const view = createView(list.chunks, sizesFor(document.documentElement.clientWidth - 32));
  const spacer = createSpacer();
  const frames = createFrames(view, () => pace);
  const { draw } = frames;
  /** Has loaded what is near the view. */
  const ask = () => {
    if (pace.isFlying || view.chunks.length === 0) return;
    const { layout, y } = view;
    list.want(layout.chunkAt(y - screen()), layout.chunkAt(y + 2 * screen()) + 1);
  };
  const pace = createPace({
    onRest() {
      draw();
      ask();
    },
    onSettle() {
      placing.follow();
      placing.settle();
    },
  });
  const placing = createPlacing({ view, spacer, pace, draw });
  const relayout = createRelayout({ list, sizesFor, view, spacer, pace, placing, draw, ask });
  return { view, spacer, frames, pace, placing, relayout, ask };
}

function attaching(parts: Parts, { list, sizesFor }: ViewportDeps): Viewport['attach'] {
  const { view, spacer, frames, pace, placing, relayout, ask } = parts;
  const { layOut, resize } = relayout;
  const scroll = () => {
    const step = placing.follow();
    if (step === 0) return;
    pace.moved(step);
    frames.draw();
    ask();
  };
  return (element) => {
    spacer.attach(element);
    const unlisten = listen(element, { scroll, resize });
    const unsubscribe = list.subscribe(() => {
      if (list.chunks !== view.chunks) layOut();
    });
    spacer.measure();
    view.y = spacer.position();
    view.shift = 0;
    layOut(sizesFor(spacer.width));
    return () => {
      spacer.attach(undefined);
      unlisten();
      unsubscribe();
      pace.stop();
    };
  };
}

/** What can be asked of a viewport. */
function viewOf({ view, frames }: Parts) {
  return {
    get frame() {
      return frames.frame;
    },
    get y() {
      return view.y;
    },
    get height() {
      return screen();
    },
    subscribe: frames.subscribe,
    anchor: () => (view.y <= 0 ? undefined : anchorAt(view.chunks, view.layout, view.y + STUCK)),
  };
}

function revealing({ view, placing, ask }: Parts): Viewport['reveal'] {
  return (place) => {
    const y = seeing(view, view.layout.boxOf(place), view.y);
    const isSeen = y === view.y;
    if (!isSeen) placing.goTo(y);
    holdWhole(view, place);
    // what is loaded now may lay the list out anew
    if (!isSeen) ask();
  };
}

/** Hears of everything that moves the list or changes its width. Returns the end of it. */
function listen(
  element: HTMLElement,
  { scroll, resize }: { readonly scroll: () => void; readonly resize: () => void },
): () => void {
  const observer = new ResizeObserver(() => resize());
  observer.observe(element);
  if (element.parentElement !== null) observer.observe(element.parentElement);
  const page = document.getElementById('content');
  // with its padding, which grows with what covers the window's lower edge
  if (page !== null) observer.observe(page, { box: 'border-box' });
  // the browser's own anchoring and this one would correct each other
  document.documentElement.style.overflowAnchor = 'none';
  window.addEventListener('scroll', scroll, { passive: true });
  window.addEventListener('resize', resize);
  return () => {
    observer.disconnect();
    document.documentElement.style.overflowAnchor = '';
    window.removeEventListener('scroll', scroll);
    window.removeEventListener('resize', resize);
  };
}
