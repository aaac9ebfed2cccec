import type { Item } from '../api/types.ts';
import { aspectOf } from './aspect.ts';
import { type Chunk, spanOf } from './chunks.ts';
import type { Frame } from './frames.ts';
import type { Layout } from './layout.ts';

/** A picture and where it stands in its day. */
export interface Placed {
  readonly item: Item;
  readonly index: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** As much of a day as is drawn. */
export interface DayPart {
  readonly date: string;
  readonly count: number;
  /** Upper edge in the list. */
  readonly top: number;
  readonly height: number;
  readonly tiles: readonly Placed[];
  /** What is not loaded: from its day's top. */
  readonly unknown: readonly { readonly top: number; readonly height: number }[];
}

/** What a frame shows, by days. */
export function dayPartsOf({ chunks, starts, layout, top, bottom }: Frame): DayPart[] {
  const parts: DayPart[] = [];
  if (chunks.length === 0) return parts;
  let chunk = layout.chunkAt(top);
  const last = layout.chunkAt(bottom - 1);
  while (chunk <= last) {
    const { from, to } = spanOf(chunks, chunks[chunk]?.date ?? '');
    parts.push(partOf(chunks, layout, starts, { from, to, top, bottom, first: chunk, last }));
    chunk = to;
  }
  return parts;
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly bottom: number;
  readonly first: number;
  readonly last: number;
}

function partOf(chunks: readonly Chunk[], layout: Layout, starts: Float64Array, window: Window): DayPart {
  const { from, to, first, last } = window;
  const dayTop = layout.topOf(from);
  const tiles: Placed[] = [];
  const unknown = [];
  for (let at = first; at < to && at <= last; at += 1) {
    const placed = tilesOf(chunks, layout, at, starts[at] ?? 0, { ...window, dayTop });
    if (placed === undefined) {
      unknown.push({ top: layout.contentOf(at) - dayTop, height: layout.heightOf(at) });
    } else tiles.push(...placed);
  }
  return {
    date: chunks[from]?.date ?? '',
    count: (starts[to] ?? 0) - (starts[from] ?? 0),
    top: dayTop,
    height: layout.topOf(to) - dayTop,
    tiles,
    unknown,
  };
}

/** The tiles of a chunk's rows that are drawn; undefined where it is not loaded. */
function tilesOf(
  chunks: readonly Chunk[],
  layout: Layout,
  at: number,
  start: number,
  { top, bottom, dayTop }: Pick<Window, 'top' | 'bottom'> & { readonly dayTop: number },
): Placed[] | undefined {
  const rows = layout.rowsOf(at);
  const items = chunks[at]?.items;
  if (rows === undefined || items === undefined) return undefined;
  const content = layout.contentOf(at);
  const placed: Placed[] = [];
  const firstRow = layout.rowAt(rows, top - content);
  for (let row = firstRow; row < rows.heights.length; row += 1) {
    const rowTop = content + (rows.tops[row] ?? 0);
    if (rowTop >= bottom) break;
    const height = rows.heights[row] ?? 0;
    let left = 0;
    for (let place = rows.starts[row] ?? 0; place < (rows.starts[row + 1] ?? 0); place += 1) {
      const item = items[place];
      if (item === undefined) continue;
      const width = aspectOf(item) * height;
      placed.push({ item, index: start + place, left, top: rowTop - dayTop, width, height });
      left += width + layout.sizes.gap;
    }
  }
  return placed;
}
