import { useLayoutEffect } from 'react';
import type { Anchor } from './anchor.ts';
import type { Viewport } from './viewport.ts';

const AFTER_MS = 200;

/** Keeps where the reader is in this entry of the history: Back and reloading come back to the same picture. */
export function useScrollPlace(viewport: Viewport): void {
  useLayoutEffect(() => {
    history.scrollRestoration = 'manual';
    const kept = keptPlace();
    if (kept === undefined) window.scrollTo({ top: 0, behavior: 'instant' });
    else viewport.restore(kept);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const save = () => keepPlace(viewport.anchor());
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(save, AFTER_MS);
    };
    window.addEventListener('scroll', later, { passive: true });
    window.addEventListener('pagehide', save);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('scroll', later);
      window.removeEventListener('pagehide', save);
      history.scrollRestoration = 'auto';
    };
  }, [viewport]);
}

function keptPlace(): Anchor | undefined {
  const state: unknown = history.state;
  if (typeof state !== 'object' || state === null || !('place' in state)) return undefined;
  // written by `keepPlace` alone
  return state.place as Anchor;
}

function keepPlace(place: Anchor | undefined): void {
  const state: unknown = history.state;
  const others = typeof state === 'object' && state !== null ? state : {};
  // not through `history`, which the router watches: nothing on the page depends on it
  History.prototype.replaceState.call(history, { ...others, place }, '');
}
