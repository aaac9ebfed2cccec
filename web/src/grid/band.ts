import type { RefObject } from 'react';
import type { Collection } from './collection-types.ts';
import { touched } from './moves.ts';
import type { Viewport } from './viewport.ts';

/** The rectangle that is drawn over pictures to pick them, px in the list. */
export interface Band {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A drag: where it began in the list, which stays where it is when the page scrolls, and where it is on the screen. */
export interface Drag {
  readonly left: number;
  readonly top: number;
  /** What was picked before stays so. */
  readonly keep: boolean;
  lastX: number;
  lastY: number;
  /** Picked by this drag. */
  readonly picked: Set<string>;
}

export interface BandDeps {
  readonly list: Collection;
  readonly viewport: Viewport;
  readonly listbox: RefObject<HTMLDivElement | null>;
  readonly setBand: (band: Band | undefined) => void;
}

/** Nearer to the window's edge than this the page scrolls along, px; and how far in a frame at most. */
const EDGE = 60;
const EDGE_STEP = 24;
/** Height of the bar at the window's top, px. */
const BAR = 56;

export interface BandDrawing {
  begin(drag: Drag, pointerId: number): void;
  draw(drag: Drag): void;
  end(): void;
  /** Without a word to the page, which is left. */
  stop(): void;
}

/** Draws the rectangle of a drag, picks what it touches, and scrolls where it leaves the window. */
export function createBandDrawing(deps: () => BandDeps): BandDrawing {
  let frame = 0;
  const draw = (drag: Drag) => {
    const { list, viewport, listbox, setBand } = deps();
    const box = listbox.current?.getBoundingClientRect();
    if (box === undefined) return;
    const x = drag.lastX - box.left;
    const y = drag.lastY - box.top + viewport.frame.shift;
    const left = Math.min(x, drag.left);
    const top = Math.min(y, drag.top);
    const band = { left, top, width: Math.abs(x - drag.left), height: Math.abs(y - drag.top) };
    setBand(band);
    pickTouched(list, viewport, drag, band);
  };
  const scrollAlong = (drag: Drag) => {
    const step = stepAt(drag.lastY);
    if (step !== 0) {
      window.scrollBy({ top: step, behavior: 'instant' });
      draw(drag);
    }
    frame = requestAnimationFrame(() => scrollAlong(drag));
  };
  const stop = () => cancelAnimationFrame(frame);
  return {
    draw,
    stop,
    begin(drag, pointerId) {
      const { list, listbox } = deps();
      if (!drag.keep) list.picks.clear();
      listbox.current?.setPointerCapture(pointerId);
      frame = requestAnimationFrame(() => scrollAlong(drag));
    },
    end() {
      stop();
      deps().setBand(undefined);
    },
  };
}

/** What the rectangle came over is picked, what it left is not any more; what others picked stays. */
function pickTouched(
  list: Collection,
  viewport: Viewport,
  { picked }: Drag,
  { left, top, width, height }: Band,
): void {
  const area = { left, top, right: left + width, bottom: top + height };
  const places = touched(viewport.frame.layout, area);
  const items = places.flatMap((place) => list.peek(list.indexAt(place)) ?? []);
  const ids = new Set(items.map(({ id }) => id));
  const gone = list.picks.all().filter(({ id }) => picked.has(id) && !ids.has(id));
  const come = items.filter(({ id }) => !picked.has(id) && !list.picks.has(id));
  list.picks.set(gone, false);
  list.picks.set(come, true);
  for (const { id } of gone) picked.delete(id);
  for (const { id } of come) picked.add(id);
}

/** How far the page scrolls in a frame when the pointer is here: the further out, the faster. */
function stepAt(y: number): number {
  const above = EDGE + BAR - y;
  const below = y - (window.innerHeight - EDGE);
  const step = above > 0 ? -above : Math.max(0, below);
  return Math.max(-EDGE_STEP, Math.min(EDGE_STEP, step));
}
