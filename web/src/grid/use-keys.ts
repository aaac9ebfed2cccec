import { type KeyboardEvent, useMemo, useState } from 'react';
import type { ActionName } from '../actions/action-name.ts';
import type { Actions, Picture } from '../actions/actions.ts';
import type { Item } from '../api/types.ts';
import { keyName } from '../ui/key-name.ts';
import type { Collection } from './collection-types.ts';
import type { Cursor } from './cursor.ts';
import { type Direction, moved } from './moves.ts';
import type { Range } from './range.ts';
import type { Viewport } from './viewport.ts';

export interface GridParts {
  readonly list: Collection;
  readonly viewport: Viewport;
  readonly cursor: Cursor;
  readonly range: Range;
  readonly onOpen: (item: Item, index: number) => void;
}

interface KeyDeps extends GridParts {
  readonly actions: Actions;
  readonly allowed: readonly ActionName[];
  /** Looks at pictures one after the other. */
  readonly cull: () => void;
}

const ROWS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
};
/** Of a screen: the last row of the page before stays in view. */
const PAGE = 0.8;

/** Where a key leads; undefined for keys that lead nowhere. */
function targetOf(key: string, { list, viewport, cursor }: GridParts): number | undefined {
  const { index } = cursor;
  if (key === 'ArrowLeft') return Math.max(0, index - 1);
  if (key === 'ArrowRight') return Math.min(list.total - 1, index + 1);
  if (key === 'Home') return 0;
  if (key === 'End') return list.total - 1;
  const direction = ROWS[key];
  const place = list.place(index);
  if (direction === undefined || place === undefined) return undefined;
  const { chunks, layout } = viewport.frame;
  return list.indexAt(moved(chunks, layout, place, direction, viewport.height * PAGE));
}

function go({ list, viewport, cursor, range }: GridParts, index: number, extends_: boolean): void {
  const from = cursor.origin;
  cursor.moveTo(index);
  const place = list.place(index);
  if (place !== undefined) viewport.reveal(place);
  if (extends_) range.replace(from, index);
  else cursor.origin = index;
}

/** What is selected, or else the picture that the keys are at. */
function chosen({ list, cursor }: GridParts): readonly Picture[] {
  const item = list.peek(cursor.index);
  if (list.picks.count > 0) return list.picks.all();
  return item === undefined ? [] : [item];
}

/** @returns false for a key that does nothing here */
function act(key: string, deps: KeyDeps): boolean {
  const { list, cursor, actions, allowed } = deps;
  const item = list.peek(cursor.index);
  if (key === 'Enter') {
    if (item !== undefined) deps.onOpen(item, cursor.index);
  } else if (key === ' ') {
    if (item !== undefined) list.picks.toggle(item);
    cursor.origin = cursor.index;
  } else if (key === 'Escape') {
    if (!list.picks.isOn) return false;
    list.picks.clear();
  } else if (key === 'Delete' && allowed.includes('trash')) {
    void actions.trash(chosen(deps));
  } else if (key === 'f' && allowed.includes('favorite')) {
    const pictures = chosen(deps);
    void actions.favorite(pictures, !pictures.every(({ meta }) => meta.favorite));
  } else if (key === 'c' && allowed.includes('cull')) deps.cull();
  else return false;
  return true;
}

function pickDayAt({ list, cursor, range }: GridParts): void {
  const place = list.place(cursor.index);
  const date = place === undefined ? undefined : list.chunks[place.chunk]?.date;
  if (date !== undefined) range.pickDay(date, true);
}

/** The keys of the grid: those of a list box, and one letter for what is done most. */
export function useKeys(deps: KeyDeps) {
  // the ring is shown for keys, not for a click
  const [hasKeys, setHasKeys] = useState(false);
  return useMemo(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey || event.target !== event.currentTarget) return;
      const isCommand = event.ctrlKey || event.metaKey;
      const key = keyName(event);
      if (isCommand && key !== 'a') return;
      setHasKeys(true);
      const target = isCommand ? undefined : targetOf(key, deps);
      if (isCommand) pickDayAt(deps);
      else if (target !== undefined) go(deps, target, event.shiftKey);
      else if (!act(key, deps)) return;
      event.preventDefault();
      // otherwise the page's own shortcuts would hear it too
      event.stopPropagation();
    };
    return {
      onKeyDown,
      onPointerDownCapture: () => setHasKeys(false),
      'data-keys': hasKeys || undefined,
    };
  }, [deps, hasKeys]);
}
