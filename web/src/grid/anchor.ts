import { type Chunk, placeOf, spanOf, startsOf } from './chunks.ts';
import type { Layout, Place } from './layout.ts';

/** A picture and where the view stands against it: what a place in the list is remembered by. */
export interface Anchor {
  readonly date: string;
  /** Place of the picture in its day. */
  readonly at: number;
  /** Undefined where it was not loaded. */
  readonly id?: string | undefined;
  /** How far below its upper edge the view begins, px. */
  readonly within: number;
}

/** What stands at this height; undefined of an empty list. */
export function anchorAt(chunks: readonly Chunk[], layout: Layout, y: number): Anchor | undefined {
  const place = placeAt(chunks, layout, y);
  return place === undefined ? undefined : anchorOf(chunks, layout, place, y);
}

/** This picture, against which the view begins at this height. */
export function anchorOf(
  chunks: readonly Chunk[],
  layout: Layout,
  place: Place,
  y: number,
): Anchor | undefined {
  const chunk = chunks[place.chunk];
  if (chunk === undefined) return undefined;
  const { from } = spanOf(chunks, chunk.date);
  let before = 0;
  for (let at = from; at < place.chunk; at += 1) before += chunks[at]?.count ?? 0;
  return {
    date: chunk.date,
    at: before + place.at,
    id: chunk.items?.[place.at]?.id,
    within: y - layout.boxOf(place).top,
  };
}

/** The first picture of the row at this height, or the one that is thought to be there. */
export function placeAt(chunks: readonly Chunk[], layout: Layout, y: number): Place | undefined {
  const chunk = layout.chunkAt(y);
  const count = chunks[chunk]?.count;
  if (count === undefined) return undefined;
  const within = y - layout.contentOf(chunk);
  const rows = layout.rowsOf(chunk);
  if (rows !== undefined) return { chunk, at: rows.starts[layout.rowAt(rows, within)] ?? 0 };
  const part = Math.max(0, within) / Math.max(1, layout.heightOf(chunk));
  return { chunk, at: Math.min(count - 1, Math.floor(part * count)) };
}

/** Where the view begins so that it stands against the picture as before: in a list that may have changed. */
export function heightOf(anchor: Anchor, chunks: readonly Chunk[], layout: Layout): number {
  const place = placeOfAnchor(anchor, chunks);
  return place === undefined ? 0 : layout.boxOf(place).top + anchor.within;
}

/** Where the picture is now, or what came into its place; undefined in an empty list. */
export function placeOfAnchor({ date, at, id }: Anchor, chunks: readonly Chunk[]): Place | undefined {
  const { from, to } = spanOf(chunks, date);
  if (from === to)
    return chunks.length === 0 ? undefined : { chunk: Math.min(from, chunks.length - 1), at: 0 };
  if (id !== undefined) {
    for (let chunk = from; chunk < to; chunk += 1) {
      const found = chunks[chunk]?.items?.findIndex((item) => item.id === id) ?? -1;
      if (found !== -1) return { chunk, at: found };
    }
  }
  const starts = startsOf(chunks.slice(from, to));
  const index = Math.min(at, (starts.at(-1) ?? 1) - 1);
  const place = Math.min(placeOf(starts, index), to - from - 1);
  return { chunk: from + place, at: index - (starts[place] ?? 0) };
}
