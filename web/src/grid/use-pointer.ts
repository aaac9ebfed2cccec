import { type MouseEvent, type PointerEvent, type RefObject, useEffect, useMemo, useRef } from 'react';
import { touched } from './moves.ts';
import type { GridParts } from './use-keys.ts';

/** The rectangle that is drawn over pictures to pick them, px in the list. */
export interface Band {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface PointerDeps extends GridParts {
  readonly listbox: RefObject<HTMLDivElement | null>;
  readonly setBand: (band: Band | undefined) => void;
}

const LONG_PRESS_MS = 450;
/** A finger or a hand that trembles is no drag, px. */
const STEADY = 8;
/** Nearer to the window's edge than this the page scrolls along, px; and how far in a frame at most. */
const EDGE = 60;
const EDGE_STEP = 24;

interface Press {
  readonly x: number;
  readonly y: number;
  readonly pointerId: number;
  readonly left: number;
  /** In the list, not on the screen: it stays where it is when the page scrolls. */
  readonly top: number;
  readonly keep: boolean;
  lastX: number;
  lastY: number;
  isBand: boolean;
  picked: Set<string>;
}

/** Click opens; with a modifier, on the circle, or once something is picked, it picks; drag draws a rectangle. */
export function usePointer(deps: PointerDeps) {
  const { list, viewport, cursor, range, listbox, setBand } = deps;
  const press = useRef<Press | undefined>(undefined);
  const longPress = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const isHandled = useRef(false);
  const frame = useRef(0);
  useEffect(
    () => () => {
      clearTimeout(longPress.current);
      cancelAnimationFrame(frame.current);
    },
    [],
  );

  return useMemo(() => {
    const indexOf = (target: EventTarget | null): number | undefined => {
      const tile = target instanceof Element ? target.closest('[data-index]') : null;
      return tile instanceof HTMLElement ? Number(tile.dataset['index']) : undefined;
    };
    const pickOne = (index: number) => {
      const item = list.peek(index);
      if (item === undefined) return;
      list.picks.toggle(item);
      cursor.moveTo(index);
      cursor.origin = index;
    };

    const onClick = (event: MouseEvent) => {
      if (isHandled.current) {
        isHandled.current = false;
        return;
      }
      const index = indexOf(event.target);
      if (index === undefined) return;
      const isCheck = event.target instanceof Element && event.target.closest('[data-check]') !== null;
      if (event.shiftKey) {
        range.pick(cursor.origin, index);
        cursor.moveTo(index);
      } else if (isCheck || event.ctrlKey || event.metaKey || list.picks.isOn) pickOne(index);
      else {
        cursor.moveTo(index);
        cursor.origin = index;
        const item = list.peek(index);
        if (item !== undefined) deps.onOpen(item, index);
      }
    };

    const stopLongPress = () => clearTimeout(longPress.current);
    const onPointerDown = (event: PointerEvent) => {
      isHandled.current = false;
      const index = indexOf(event.target);
      if (event.pointerType !== 'mouse') {
        stopLongPress();
        if (index === undefined) return;
        press.current = startOf(event, listbox.current, viewport.frame.shift);
        longPress.current = setTimeout(() => {
          isHandled.current = true;
          navigator.vibrate?.(10);
          pickOne(index);
        }, LONG_PRESS_MS);
        return;
      }
      if (event.button === 0) press.current = startOf(event, listbox.current, viewport.frame.shift);
    };

    const drawBand = () => {
      const now = press.current;
      const box = listbox.current?.getBoundingClientRect();
      if (now === undefined || box === undefined) return;
      const x = now.lastX - box.left;
      const y = now.lastY - box.top + viewport.frame.shift;
      const area = {
        left: Math.min(x, now.left),
        right: Math.max(x, now.left),
        top: Math.min(y, now.top),
        bottom: Math.max(y, now.top),
      };
      setBand({
        left: area.left,
        top: area.top,
        width: area.right - area.left,
        height: area.bottom - area.top,
      });
      const places = touched(viewport.frame.layout, area);
      const items = places.flatMap((place) => list.peek(list.indexAt(place)) ?? []);
      const ids = new Set(items.map(({ id }) => id));
      const gone = list.picks.all().filter(({ id }) => now.picked.has(id) && !ids.has(id));
      const come = items.filter(({ id }) => !now.picked.has(id) && !list.picks.has(id));
      list.picks.set(gone, false);
      list.picks.set(come, true);
      for (const { id } of gone) now.picked.delete(id);
      for (const { id } of come) now.picked.add(id);
    };
    const scrollAlong = () => {
      const now = press.current;
      if (now?.isBand !== true) return;
      const above = EDGE + 56 - now.lastY;
      const below = now.lastY - (window.innerHeight - EDGE);
      const step = above > 0 ? -above : Math.max(0, below);
      if (step !== 0) {
        window.scrollBy({ top: Math.max(-EDGE_STEP, Math.min(EDGE_STEP, step)), behavior: 'instant' });
        drawBand();
      }
      frame.current = requestAnimationFrame(scrollAlong);
    };

    const onPointerMove = (event: PointerEvent) => {
      const now = press.current;
      if (now === undefined || now.pointerId !== event.pointerId) return;
      now.lastX = event.clientX;
      now.lastY = event.clientY;
      const isSteady = Math.hypot(event.clientX - now.x, event.clientY - now.y) < STEADY;
      if (event.pointerType !== 'mouse') {
        if (!isSteady) stopLongPress();
        return;
      }
      if (!now.isBand) {
        if (isSteady) return;
        now.isBand = true;
        if (!now.keep) list.picks.clear();
        listbox.current?.setPointerCapture(event.pointerId);
        frame.current = requestAnimationFrame(scrollAlong);
      }
      drawBand();
    };
    const onPointerEnd = () => {
      stopLongPress();
      const now = press.current;
      press.current = undefined;
      if (now?.isBand !== true) return;
      // the click that ends it opens nothing
      isHandled.current = true;
      cancelAnimationFrame(frame.current);
      setBand(undefined);
    };
    return {
      onClick,
      onPointerDown,
      onPointerMove,
      onPointerUp: onPointerEnd,
      onPointerCancel: onPointerEnd,
      // a long press on a phone opens the browser's own menu of a picture
      onContextMenu: (event: MouseEvent) => {
        if (isHandled.current) event.preventDefault();
      },
    };
  }, [deps, list, viewport, cursor, range, listbox, setBand]);
}

function startOf(event: PointerEvent, listbox: HTMLElement | null, shift: number): Press {
  const box = listbox?.getBoundingClientRect();
  return {
    x: event.clientX,
    y: event.clientY,
    pointerId: event.pointerId,
    left: event.clientX - (box?.left ?? 0),
    top: event.clientY - (box?.top ?? 0) + shift,
    keep: event.shiftKey || event.ctrlKey || event.metaKey,
    lastX: event.clientX,
    lastY: event.clientY,
    isBand: false,
    picked: new Set(),
  };
}
