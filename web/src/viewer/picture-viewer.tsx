import { lazy, useEffect, useRef } from 'react';
import type { Actions } from '../actions/actions.ts';
import type { Family } from '../api/types.ts';
import type { Sequence } from '../grid/sequence.ts';
import { OverPart } from '../ui/part.tsx';
import { useChangeView, useView } from './view-url.ts';

// with PhotoSwipe, fetched when the first picture is opened
const ViewerWindow = lazy(() => import('./viewer-window.tsx'));

export interface PictureViewerProps {
  readonly family: Family;
  /** The list that arrows and swipes go through. */
  readonly sequence: Sequence;
  readonly actions: Actions;
  /** Its pictures are in the trash: they can be restored, and not changed. */
  readonly isTrash?: boolean;
  /** What was shown last: the list gives it the focus. */
  readonly onClosed?: (id: string) => void;
}

/** The picture that the address names (`view=`), over the page. Stands once on a page. */
export function PictureViewer({ onClosed, ...props }: PictureViewerProps) {
  const id = useView();
  const changeView = useChangeView();
  const before = useRef<string>(undefined);
  useEffect(() => {
    const last = before.current;
    before.current = id;
    if (id === undefined && last !== undefined) onClosed?.(last);
  }, [id, onClosed]);
  if (id === undefined) return null;
  return (
    <OverPart onBroken={() => changeView(undefined)}>
      <ViewerWindow {...props} id={id} />
    </OverPart>
  );
}
