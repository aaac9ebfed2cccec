import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ActionName } from '../actions/action-name.ts';
import { isProblem } from '../api/problem.ts';
import type { Family, Item, Selection } from '../api/types.ts';
import { startLive } from '../live/events.ts';
import { Failure } from '../ui/states.tsx';
import type { Collection } from './collection-types.ts';
import { Grid } from './grid.tsx';
import { useCollection } from './use-sequence.ts';

export interface PictureGridProps {
  readonly family: Family;
  readonly selection: Selection;
  /** Its name, for those who hear the page. */
  readonly label: string;
  readonly onOpen: (item: Item, index: number) => void;
  /** What can be done with what is picked, in this order. */
  readonly actions: readonly ActionName[];
  /** What stands there when nothing is selected by the selection. */
  readonly empty: ReactNode;
  /** A line on a tile and in its name; the same function as long as it says the same. */
  readonly note?: (item: Item) => string | undefined;
  /** Shown above the first day, and scrolled away with it. */
  readonly children?: ReactNode;
}

/** All pictures of a selection by day; the page scrolls, so it stands last on it. */
export function PictureGrid(props: PictureGridProps) {
  const { t } = useTranslation('gallery');
  const list = useCollection(props.family, props.selection);
  const shown = useLast(list);
  useEffect(startLive, []);
  if (!shown.isReady) {
    if (isSaidElsewhere(shown.error)) return null;
    if (shown.error !== undefined) return <Failure error={shown.error} onRetry={list.retry} />;
    return <div role="status" aria-label={t('loading')} />;
  }
  return (
    <>
      {list.error === undefined || isSaidElsewhere(list.error) ? null : (
        <Failure error={list.error} onRetry={list.retry} />
      )}
      {shown.total === 0 ? props.empty : <Grid key={keyOf(shown)} {...props} list={shown} />}
    </>
  );
}

/** The search field says what is wrong in it, and where. */
function isSaidElsewhere(error: unknown): boolean {
  return isProblem(error, 'invalid_query');
}

/** While a list is counted for the first time, the one before stays on view. */
function useLast(list: Collection): Collection {
  const last = useRef(list);
  if (list.isReady || list.family !== last.current.family) last.current = list;
  return last.current;
}

function keyOf({ family, selection }: Collection): string {
  return JSON.stringify([family, selection]);
}
