import { type MouseEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { type BandDeps, createBandDrawing, type Drag } from './band.ts';
import type { GridParts } from './use-keys.ts';

interface PointerDeps extends GridParts, BandDeps {}

const LONG_PRESS_MS = 450;
/** A finger or a hand that trembles is no drag, px. */
const STEADY = 8;

interface Press extends Drag {
  readonly x: number;
  readonly y: number;
  readonly pointerId: number;
  isBand: boolean;
}

/** Click opens; with a modifier, on the circle, or once something is picked, it picks; drag draws a rectangle. */
export function usePointer(deps: PointerDeps) {
  const latest = useRef(deps);
  useEffect(() => {
    latest.current = deps;
  });
  // a press goes on while the grid is drawn anew
  const [pointer] = useState(() => createPointer(() => latest.current));
  useEffect(() => pointer.stop, [pointer]);
  return pointer.handlers;
}

function createPointer(deps: () => PointerDeps) {
  const presses = createPresses(deps);
  const { onPointerDown, onPointerMove, onPointerUp, stop } = presses;
  return {
    stop,
    handlers: {
      ...{ onPointerDown, onPointerMove, onPointerUp },
      onPointerCancel: onPointerUp,
      onClick(event: MouseEvent) {
        if (!presses.isDone) click(deps(), event);
        presses.isDone = false;
      },
      // a long press on a phone opens the browser's own menu of a picture
      onContextMenu(event: MouseEvent) {
        if (presses.isDone) event.preventDefault();
      },
    },
  };
}

/** From a press to its end: what is held picks, what is dragged draws a rectangle. */
function createPresses(deps: () => PointerDeps) {
  const band = createBandDrawing(deps);
  let press: Press | undefined;
  let held: ReturnType<typeof setTimeout> | undefined;
  const letGo = () => clearTimeout(held);
  const pickHeld = (index: number) => {
    presses.isDone = true;
    navigator.vibrate?.(10);
    pickOne(deps(), index);
  };
  const presses = {
    /** The press did something: the click that ends it does nothing more. */
    isDone: false,
    stop() {
      letGo();
      band.stop();
    },
    onPointerDown(event: PointerEvent) {
      presses.isDone = false;
      letGo();
      const index = indexOf(event.target);
      const isMouse = event.pointerType === 'mouse';
      if (isMouse ? event.button !== 0 : index === undefined) return;
      press = startOf(event, deps());
      if (!isMouse && index !== undefined) held = setTimeout(pickHeld, LONG_PRESS_MS, index);
    },
    onPointerMove(event: PointerEvent) {
      if (press === undefined || press.pointerId !== event.pointerId) return;
      if (follow(press, event)) letGo();
      else if (!press.isBand) return;
      if (event.pointerType !== 'mouse') return;
      if (!press.isBand) band.begin(press, event.pointerId);
      press.isBand = true;
      band.draw(press);
    },
    onPointerUp() {
      letGo();
      if (press?.isBand) band.end();
      presses.isDone ||= press?.isBand === true;
      press = undefined;
    },
  };
  return presses;
}

/** Whether it has gone further than a hand trembles. */
function follow(press: Press, { clientX, clientY }: PointerEvent): boolean {
  press.lastX = clientX;
  press.lastY = clientY;
  return Math.hypot(clientX - press.x, clientY - press.y) >= STEADY;
}

function indexOf(target: EventTarget | null): number | undefined {
  const tile = target instanceof Element ? target.closest('[data-index]') : null;
  return tile instanceof HTMLElement ? Number(tile.dataset['index']) : undefined;
}

function click(deps: PointerDeps, event: MouseEvent): void {
  const { list, cursor, range } = deps;
  const index = indexOf(event.target);
  if (index === undefined) return;
  const isCheck = event.target instanceof Element && event.target.closest('[data-check]') !== null;
  if (event.shiftKey) {
    range.pick(cursor.origin, index);
    cursor.moveTo(index);
  } else if (isCheck || event.ctrlKey || event.metaKey || list.picks.isOn) pickOne(deps, index);
  else {
    cursor.moveTo(index);
    cursor.origin = index;
    const item = list.peek(index);
    if (item !== undefined) deps.onOpen(item, index);
  }
}

function pickOne({ list, cursor }: PointerDeps, index: number): void {
  const item = list.peek(index);
  if (item === undefined) return;
  list.picks.toggle(item);
  cursor.moveTo(index);
  cursor.origin = index;
}

function startOf(event: PointerEvent, { listbox, viewport }: PointerDeps): Press {
  const box = listbox.current?.getBoundingClientRect();
  return {
    x: event.clientX,
    y: event.clientY,
    pointerId: event.pointerId,
    left: event.clientX - (box?.left ?? 0),
    top: event.clientY - (box?.top ?? 0) + viewport.frame.shift,
    keep: event.shiftKey || event.ctrlKey || event.metaKey,
    lastX: event.clientX,
    lastY: event.clientY,
    isBand: false,
    picked: new Set(),
  };
}
