import { anchorOf, heightOf, placeOfAnchor } from './anchor.ts';
import type { Box, Place } from './layout.ts';
import { covered, farthest, STUCK, screen, type View } from './view.ts';

/** The nearest `y` to this one with which a box is seen whole; its upper edge where it is higher than what is free. */
export function seeing({ sizes }: View, { top, height }: Box, y: number): number {
  const bottom = top + height;
  const up = bottom > y + screen() - covered() ? bottom + sizes.gap - (screen() - covered()) : y;
  return top < up + STUCK ? top - STUCK - sizes.gap : up;
}

/**
 * Where the view belongs by what it holds: that stands where it stood, and what a key led to is seen whole.
 * @param isFree nothing is held in its place, but what a key led to does not leave the view
 */
export function keptY(view: View, isFree: boolean): number {
  const { held, chunks, layout, y } = view;
  if (held === undefined) return y;
  const stood = isFree ? y : heightOf(held, chunks, layout) - STUCK;
  const place = held.isWhole === true ? placeOfAnchor(held, chunks) : undefined;
  return Math.min(place === undefined ? stood : seeing(view, layout.boxOf(place), stood), farthest(view));
}

/** Moves the list, not the page: `Placing.settle` brings both together. */
export function moveTo(view: View, y: number): void {
  view.shift += y - view.y;
  view.y = y;
}

/** Holds what a key led to where it stands now. */
export function holdWhole(view: View, place: Place): void {
  const anchor = anchorOf(view.chunks, view.layout, place, view.y + STUCK);
  if (anchor !== undefined) view.held = { ...anchor, isWhole: true };
}

/** What is held by its place in a day is held by its name as soon as that is loaded: more may come in before it. */
export function nameHeld(view: View): void {
  const { held, chunks } = view;
  if (held === undefined || held.id !== undefined) return;
  const place = placeOfAnchor(held, chunks);
  const id = place === undefined ? undefined : chunks[place.chunk]?.items?.[place.at]?.id;
  if (id !== undefined) view.held = { ...held, id };
}
