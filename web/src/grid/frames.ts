import type { Chunk } from './chunks.ts';
import type { Layout } from './layout.ts';
import type { Pace } from './pace.ts';
import { screen, type View } from './view.ts';

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

export interface Frames {
  readonly frame: Frame;
  subscribe(listener: () => void): () => void;
  /** Makes the frame that the view shows now. */
  draw(): void;
}

/** Drawn before and behind the view, in screens. */
const OVERSCAN = 1;
const OVERSCAN_FLYING = 0.1;

export function createFrames(view: View, pace: () => Pace): Frames {
  const listeners = new Set<() => void>();
  const { chunks, starts, layout, shift } = view;
  let frame: Frame = { chunks, starts, layout, top: 0, bottom: 0, shift, isFlying: false };
  return {
    get frame() {
      return frame;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    draw() {
      const { chunks, starts, layout, y, shift } = view;
      const { isFlying } = pace();
      const over = screen() * (isFlying ? OVERSCAN_FLYING : OVERSCAN);
      const top = edgeBefore(layout, y - over);
      const bottom = edgeBehind(layout, y + screen() + over);
      const isSame =
        frame.layout === layout && frame.top === top && frame.bottom === bottom && frame.shift === shift;
      if (isSame && frame.isFlying === isFlying) return;
      frame = { chunks, starts, layout, top, bottom, shift, isFlying };
      for (const listener of listeners) listener();
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
