import { anchorAt } from './anchor.ts';
import type { Collection } from './collection-types.ts';
import { keptY, moveTo, nameHeld } from './keeping.ts';
import type { GridSizes } from './layout.ts';
import type { Placing, PlacingDeps } from './placing.ts';
import { STUCK, type View } from './view.ts';

/** Nearer to the page's top than this, new pictures come into view by themselves. */
const AT_TOP = 8;

export interface RelayoutDeps extends PlacingDeps {
  readonly list: Collection;
  readonly sizesFor: (width: number) => GridSizes;
  readonly placing: Placing;
  /** Has loaded what is near the view. */
  readonly ask: () => void;
}

/** Lays the list out anew without what is read moving. */
export interface Relayout {
  /** After the list or the width changed: the picture at the view's top, or the one a key led to, stays where it is. */
  layOut(sizes?: GridSizes): void;
  /** After something on the page changed its size, or covers more or less of the window. */
  resize(): void;
}

export function createRelayout(deps: RelayoutDeps): Relayout {
  const { view, spacer, pace, placing, list, sizesFor, draw, ask } = deps;
  const layOut = (sizes = view.sizes) => {
    // the page may have been scrolled since it last said so
    placing.follow();
    layKeepingPlace(view, list, sizes);
    if (pace.isScrolling) {
      placing.grow();
      draw();
    } else placing.settle();
    ask();
  };
  return {
    layOut,
    resize() {
      if (!spacer.isThere) return;
      if (placing.follow() > 0) ask();
      const before = spacer.top;
      spacer.measure();
      // something above the list came or went: who is further down does not see it move
      if (view.y > 0) view.shift += spacer.top - before;
      else moveWithPage(view, spacer.position() + view.shift);
      const next = sizesFor(spacer.width);
      if (next.width !== view.sizes.width || next.target !== view.sizes.target) return layOut(next);
      const kept = keptY(view, view.y <= 0);
      const isMoved = Math.abs(kept - view.y) >= 1;
      if (isMoved) moveTo(view, kept);
      if ((isMoved || spacer.top !== before) && !pace.isScrolling) placing.settle();
      draw();
    },
  };
}

function layKeepingPlace(view: View, list: Collection, sizes: GridSizes): void {
  const isAtTop = window.scrollY <= AT_TOP && !view.isRestoring;
  // also above what a key led to
  const comesIn = isAtTop && sizes === view.sizes;
  if (!isAtTop) view.held ??= anchorAt(view.chunks, view.layout, view.y + STUCK);
  else if (view.held?.isWhole !== true) view.held = undefined;
  view.lay(list.chunks, sizes);
  if (list.isReady) view.isRestoring = false;
  nameHeld(view);
  if (!comesIn) moveTo(view, keptY(view, isAtTop));
}

/** What is held goes with the list; a place to come back to is still to be reached. */
function moveWithPage(view: View, y: number): void {
  const { held } = view;
  if (held !== undefined && !view.isRestoring) view.held = { ...held, within: held.within + y - view.y };
  view.y = y;
}
