import { placeAt } from './anchor.ts';
import type { Chunk } from './chunks.ts';
import { type Layout, type Place, rowHolding } from './layout.ts';

/** Where a key leads from a picture: to the nearest one of another row, by where they stand. */
export type Direction = 'up' | 'down' | 'pageUp' | 'pageDown';

/** @param page px that a page is */
export function moved(
  chunks: readonly Chunk[],
  layout: Layout,
  from: Place,
  direction: Direction,
  page: number,
): Place {
  const box = layout.boxOf(from);
  const middle = box.left + box.width / 2;
  if (direction === 'pageUp') return nearest(chunks, layout, box.top - page, middle);
  if (direction === 'pageDown') return nearest(chunks, layout, box.top + page, middle);
  const row = direction === 'up' ? rowAbove(chunks, layout, from) : rowBelow(chunks, layout, from);
  return row === undefined ? from : inRow(layout, row, middle);
}

/** A row by its first picture. */
function rowAbove(chunks: readonly Chunk[], layout: Layout, { chunk, at }: Place): Place | undefined {
  const rows = layout.rowsOf(chunk);
  const row = rows === undefined ? 0 : rowHolding(rows, at);
  if (rows !== undefined && row > 0) return { chunk, at: rows.starts[row - 1] ?? 0 };
  if (chunk === 0) return undefined;
  const before = layout.rowsOf(chunk - 1);
  if (before === undefined) return { chunk: chunk - 1, at: Math.max(0, (chunks[chunk - 1]?.count ?? 1) - 1) };
  return { chunk: chunk - 1, at: before.starts.at(-2) ?? 0 };
}

function rowBelow(chunks: readonly Chunk[], layout: Layout, { chunk, at }: Place): Place | undefined {
  const rows = layout.rowsOf(chunk);
  const row = rows === undefined ? 0 : rowHolding(rows, at);
  if (rows !== undefined && row < rows.heights.length - 1) return { chunk, at: rows.starts[row + 1] ?? 0 };
  return chunk + 1 < chunks.length ? { chunk: chunk + 1, at: 0 } : undefined;
}

/** The picture of this row whose middle is nearest. */
function inRow(layout: Layout, { chunk, at }: Place, middle: number): Place {
  const rows = layout.rowsOf(chunk);
  if (rows === undefined) return { chunk, at };
  const row = rowHolding(rows, at);
  let best = at;
  let distance = Number.POSITIVE_INFINITY;
  for (let place = rows.starts[row] ?? 0; place < (rows.starts[row + 1] ?? 0); place += 1) {
    const box = layout.boxOf({ chunk, at: place });
    const away = Math.abs(box.left + box.width / 2 - middle);
    if (away < distance) {
      best = place;
      distance = away;
    }
  }
  return { chunk, at: best };
}

function nearest(chunks: readonly Chunk[], layout: Layout, y: number, middle: number): Place {
  const place = placeAt(chunks, layout, Math.min(Math.max(0, y), layout.height - 1));
  return place === undefined ? { chunk: 0, at: 0 } : inRow(layout, place, middle);
}

/** Places of the pictures that a rectangle touches, as far as they are loaded. */
export function touched(
  layout: Layout,
  area: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number },
): Place[] {
  const places: Place[] = [];
  const last = layout.chunkAt(area.bottom);
  for (let chunk = layout.chunkAt(area.top); chunk <= last; chunk += 1) {
    const rows = layout.rowsOf(chunk);
    if (rows === undefined) continue;
    const top = layout.contentOf(chunk);
    const first = rows.starts[layout.rowAt(rows, area.top - top)] ?? 0;
    const end = rows.starts[layout.rowAt(rows, area.bottom - top) + 1] ?? 0;
    for (let at = first; at < end; at += 1) {
      const box = layout.boxOf({ chunk, at });
      const isBeside = box.left > area.right || box.left + box.width < area.left;
      const isOver = box.top > area.bottom || box.top + box.height < area.top;
      if (!isBeside && !isOver) places.push({ chunk, at });
    }
  }
  return places;
}
