import { type RefObject, useEffect, useRef } from 'react';
import type { Actions } from '../actions/actions.ts';
import type { Item } from '../api/types.ts';
import { downloadOriginal } from './downloads.ts';
import { type Command, commandOf, hasOwnKeys } from './keys.ts';
import type { Stage } from './stage.ts';

export interface CommandContext {
  readonly item: Item;
  /** Of the picture in the list. */
  readonly place: number;
  readonly total: number;
  readonly stage: RefObject<Stage | null>;
  readonly actions: Actions;
  readonly isTrash: boolean;
  /** To the trash, or in the trash back from it. */
  readonly remove: () => void;
  readonly togglePanel: () => void;
}

/** How much a key zooms, and moves (px). */
export const ZOOM_STEP = 1.5;
const PAN_STEP = 80;

/** Keys do what the buttons do while the focus is in the window. */
export function useCommands(frame: HTMLElement | null, context: CommandContext): void {
  const latest = useRef(context);
  latest.current = context;
  useEffect(() => {
    if (frame === null) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || hasOwnKeys(event.target)) return;
      const command = commandOf(event);
      if (command === undefined) return;
      event.preventDefault();
      run(command, latest.current);
    };
    frame.addEventListener('keydown', onKey);
    return () => frame.removeEventListener('keydown', onKey);
  }, [frame]);
}

function run(command: Command, context: CommandContext): void {
  const { item, actions, isTrash, remove, togglePanel } = context;
  switch (command) {
    case 'panel':
      togglePanel();
      return;
    case 'favorite':
      if (!isTrash) void actions.favorite([item], !item.meta.favorite);
      return;
    case 'remove':
      // what Delete does in the trash would be the opposite of its name
      if (!isTrash) remove();
      return;
    case 'download':
      downloadOriginal(item);
      return;
    default:
      move(command, context);
  }
}

function move(command: Command, { stage, place, total }: CommandContext): void {
  const moves: { readonly [C in Command]?: (made: Stage) => void } = {
    next: (made) => made.goTo(place + 1),
    previous: (made) => made.goTo(place - 1),
    first: (made) => made.goTo(0),
    last: (made) => made.goTo(total - 1),
    zoomIn: (made) => made.zoomBy(ZOOM_STEP),
    zoomOut: (made) => made.zoomBy(1 / ZOOM_STEP),
    fit: (made) => made.fit(),
    actual: (made) => made.actual(),
    panUp: (made) => made.pan(0, PAN_STEP),
    panDown: (made) => made.pan(0, -PAN_STEP),
    panLeft: (made) => made.pan(PAN_STEP, 0),
    panRight: (made) => made.pan(-PAN_STEP, 0),
  };
  if (stage.current !== null) moves[command]?.(stage.current);
}
