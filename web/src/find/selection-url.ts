import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Selection } from '../api/types.ts';
import { searchOf, selectionFrom } from './selection.ts';

/** `typing`: one step of many, which together are one entry of the history. */
export type How = 'at once' | 'typing';
export type SetSelection = (selection: Selection, how?: How) => void;

/** Marks the entry of the history that typing writes over; `doneTyping` takes it off. */
interface TypingState {
  readonly isTyping: true;
}

/** The reader's own days, which `from`, `to`, `before:` and sections mean. */
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * What the page's address selects, in the reader's time zone, and how to select something else: that is a new address
 * without an open picture, so that Back leads to what was selected before. The same object until the selection changes.
 */
export function useSelection(): readonly [Selection, SetSelection] {
  const address = searchOf(selectionFrom(useSearch()));
  const [path, navigate] = useLocation();
  const selection = useMemo(() => ({ ...selectionFrom(address), tz: ZONE }), [address]);
  const select = useCallback<SetSelection>(
    (next, how = 'at once') => {
      const search = searchOf(next);
      const state: TypingState | null = how === 'typing' ? { isTyping: true } : null;
      navigate(`${path}${search}`, { replace: how === 'typing' && isTyping(), state });
    },
    [navigate, path],
  );
  return [selection, select];
}

/** The next thing that is typed is another entry of the history. */
export function doneTyping(): void {
  if (!isTyping()) return;
  // what others keep in the entry stays
  const { isTyping: _, ...others } = history.state;
  history.replaceState(others, '');
}

function isTyping(): boolean {
  const state: unknown = history.state;
  return typeof state === 'object' && state !== null && 'isTyping' in state;
}
