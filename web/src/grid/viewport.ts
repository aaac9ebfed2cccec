import { type Anchor, anchorAt } from './anchor.ts';
import type { Collection } from './collection-types.ts';
import { createFrames, type Frames } from './frames.ts';
import type { GridSizes, Place } from './layout.ts';
import { createPace } from './pace.ts';
import { createPlacing } from './placing.ts';
import { createRelayout } from './relayout.ts';
import { createSpacer } from './spacer.ts';
import { covered, createView, STUCK, screen, type View } from './view.ts';

export interface Viewport extends Pick<Frames, 'frame' | 'subscribe'> {
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

export interface ViewportDeps {
  readonly list: Collection;
  readonly sizesFor: (width: number) => GridSizes;
}

/** The window's view of a list, which the page scrolls: what is drawn of it, what is loaded, and where it stands. */
export function createViewport(deps: ViewportDeps): Viewport {
  const parts = createParts(deps);
  const { view, spacer, frames, pace, placing, relayout, ask } = parts;
  const jump = (y: number) => {
    view.held = undefined;
    placing.goTo(y);
    ask();
  };
  return Object.assign(viewOf(view, frames), {
    attach: attaching(parts, deps),
    reveal: revealing(view, jump),
    flyTo(y: number) {
      pace.fly();
      jump(y);
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
    onSettle: () => placing.settle(),
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
    view.held = undefined;
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
function viewOf(view: View, frames: Frames) {
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

function revealing(view: View, jump: (y: number) => void): Viewport['reveal'] {
  return (place, how = 'nearest') => {
    const { layout, sizes, y } = view;
    const box = layout.boxOf(place);
    if (how === 'middle') return jump(box.top - (screen() - box.height) / 2);
    if (box.top < y + STUCK) return jump(box.top - STUCK - sizes.gap);
    const below = box.top + box.height - (y + screen() - covered());
    if (below > 0) jump(y + below + sizes.gap);
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
