import { screen } from './view.ts';

const REST_MS = 80;
const SETTLE_MS = 140;
/** Screens moved at once, or within REST_MS, that are too fast to see anything. */
const FAST = 1.5;

/** How fast the reader goes through the list. */
export interface Pace {
  readonly isScrolling: boolean;
  /** Moving so fast that nothing can be recognized. */
  readonly isFlying: boolean;
  /** The reader scrolled so far, px. */
  moved(px: number): void;
  /** As a drag does it: what is passed is not seen. */
  fly(): void;
  /** The scrolling is over. */
  stand(): void;
  stop(): void;
}

interface PaceDeps {
  /** Slow enough to see something again. */
  readonly onRest: () => void;
  /** Nothing moves any more: the scrollbar may be written. */
  readonly onSettle: () => void;
}

export function createPace({ onRest, onSettle }: PaceDeps): Pace {
  let isScrolling = false;
  let isFlying = false;
  let distance = 0;
  let resting: ReturnType<typeof setTimeout> | undefined;
  let settling: ReturnType<typeof setTimeout> | undefined;
  const rest = () => {
    isFlying = false;
    distance = 0;
    onRest();
  };
  const restSoon = () => {
    clearTimeout(resting);
    resting = setTimeout(rest, REST_MS);
  };
  return {
    get isScrolling() {
      return isScrolling;
    },
    get isFlying() {
      return isFlying;
    },
    moved(px) {
      isScrolling = true;
      distance += px;
      if (distance > FAST * screen()) isFlying = true;
      restSoon();
      clearTimeout(settling);
      settling = setTimeout(onSettle, SETTLE_MS);
    },
    fly() {
      isFlying = true;
      restSoon();
    },
    stand() {
      isScrolling = false;
    },
    stop() {
      clearTimeout(resting);
      clearTimeout(settling);
    },
  };
}
