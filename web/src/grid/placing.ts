import type { Pace } from './pace.ts';
import type { Spacer } from './spacer.ts';
import { farthest, lowest, screen, type View } from './view.ts';

/**
 * Browsers cannot make an element higher than 33.5 million device pixels (11 million CSS px on a phone with three to
 * one). Above this height the scrollbar covers the list to scale; scrolling by wheel, finger or key stays one to one.
 */
const HIGHEST = 10_000_000;

export interface PlacingDeps {
  readonly view: View;
  readonly spacer: Spacer;
  readonly pace: Pace;
  readonly draw: () => void;
}

/** Keeps the page's scrollbar and the place in the list together. */
export interface Placing {
  /** Brings both together: nothing that is seen moves. */
  settle(): void;
  /** Goes where the page was scrolled to, which lets go of what is held. @returns px; 0 for what this wrote itself */
  follow(): number;
  goTo(y: number): void;
  /** Never less than the list while the reader scrolls: a page that gets shorter would stop him. */
  grow(): void;
}

export function createPlacing({ view, spacer, pace, draw }: PlacingDeps): Placing {
  const settle = () => {
    if (!spacer.isThere) return;
    const { height } = view.layout;
    pace.stand();
    spacer.measure();
    spacer.setHeight(Math.min(height, HIGHEST));
    const isWhole = height <= HIGHEST;
    const scale = isWhole ? 1 : (HIGHEST - screen()) / lowest(view);
    // above the list the page scrolls as it is
    const wanted = view.y <= 0 ? view.y : view.y * scale;
    if (Math.abs(wanted - spacer.position()) >= 1)
      window.scrollTo({ top: wanted + spacer.top, behavior: 'instant' });
    // where the browser went, which rounds to its own pixels and stops at the end
    view.shift = isWhole ? 0 : view.y - spacer.position();
    view.y = spacer.position() + view.shift;
    draw();
  };
  return {
    settle,
    follow() {
      const before = view.y;
      const at = spacer.position();
      const step = at + view.shift - before;
      // our own corrections come here too
      if (Math.abs(step) < 1) return 0;
      view.held = undefined;
      if (view.layout.height > HIGHEST && Math.abs(step) > 2 * screen()) {
        view.y = (at / Math.max(1, HIGHEST - screen())) * lowest(view);
        view.shift = view.y - at;
      } else view.y = at + view.shift;
      return Math.abs(view.y - before);
    },
    goTo(y) {
      view.y = Math.max(Math.min(y, farthest(view)), -spacer.top);
      settle();
    },
    grow() {
      const { height } = view.layout;
      if (height > spacer.height) spacer.setHeight(Math.min(height, HIGHEST));
    },
  };
}
