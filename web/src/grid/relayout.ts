import { anchorAt, heightOf } from './anchor.ts';
import type { Collection } from './collection-types.ts';
import type { GridSizes } from './layout.ts';
import type { Placing, PlacingDeps } from './placing.ts';
import { lowest, STUCK, type View } from './view.ts';

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
  /** After the list or the width changed: the picture at the view's top stays where it is. */
  layOut(sizes?: GridSizes): void;
  /** After something on the page changed its size. */
  resize(): void;
}

export function createRelayout(deps: RelayoutDeps): Relayout {
  const { view, spacer, pace, placing, list, sizesFor, draw, ask } = deps;
  const layOut = (sizes = view.sizes) => {
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
      const before = spacer.top;
      spacer.measure();
      // something above the list came or went: who is further down does not see it move
      if (view.y > 0) view.shift += spacer.top - before;
      else view.y = spacer.position() + view.shift;
      const next = sizesFor(spacer.width);
      if (next.width !== view.sizes.width || next.target !== view.sizes.target) return layOut(next);
      if (spacer.top !== before && !pace.isScrolling) placing.settle();
      draw();
    },
  };
}

function layKeepingPlace(view: View, list: Collection, sizes: GridSizes): void {
  const isAtTop = window.scrollY <= AT_TOP && !view.isRestoring;
  view.held = isAtTop ? undefined : (view.held ?? anchorAt(view.chunks, view.layout, view.y + STUCK));
  view.lay(list.chunks, sizes);
  if (list.isReady) view.isRestoring = false;
  if (view.held === undefined) return;
  const wanted = Math.min(heightOf(view.held, view.chunks, view.layout) - STUCK, lowest(view));
  view.shift += wanted - view.y;
  view.y = wanted;
}
