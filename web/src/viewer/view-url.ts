import { useCallback } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Item } from '../api/types.ts';

/** Marks the entries of the history that a picture was opened with: closing them is going back. */
interface ViewState {
  readonly isViewing: true;
}

/** The picture that the address names. */
export function useView(): string | undefined {
  return new URLSearchParams(useSearch()).get('view') ?? undefined;
}

/** Opens a picture over the page: a new entry of the history, so that Back closes it. */
export function useOpenPicture(): (item: Pick<Item, 'id'>) => void {
  const [path, navigate] = useLocation();
  return useCallback(
    ({ id }) => navigate(`${path}${searchWith(id)}`, { state: viewState(), replace: isViewing() }),
    [navigate, path],
  );
}

/** Shows another picture in the open viewer (the same entry of the history), or closes it (undefined). */
export function useChangeView(): (id: string | undefined) => void {
  const [path, navigate] = useLocation();
  return useCallback(
    (id) => {
      // a link that was opened from elsewhere has nothing of ours behind it
      if (id === undefined && isViewing()) history.back();
      else navigate(`${path}${searchWith(id)}`, { replace: true, state: history.state });
    },
    [navigate, path],
  );
}

/** Read when it is needed: what is selected may have changed since the last drawing. */
function searchWith(id: string | undefined): string {
  const params = new URLSearchParams(location.search);
  if (id === undefined) params.delete('view');
  else params.set('view', id);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** With the place in the list, which reloading comes back to. */
function viewState(): ViewState & { readonly place?: unknown } {
  const state: unknown = history.state;
  const place = typeof state === 'object' && state !== null && 'place' in state ? state.place : undefined;
  return { isViewing: true, ...(place === undefined ? {} : { place }) };
}

function isViewing(): boolean {
  const state: unknown = history.state;
  return typeof state === 'object' && state !== null && 'isViewing' in state;
}
