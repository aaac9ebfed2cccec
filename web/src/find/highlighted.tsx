import { useMemo } from 'react';
import { highlight } from './highlight.ts';
import type { QueryField } from './query-words.ts';
import { useSelection } from './selection-url.ts';

export interface HighlightedProps {
  readonly text: string;
  readonly field?: QueryField;
}

/** A text with the words marked that the page's search looked for. */
export function Highlighted({ text, field }: HighlightedProps) {
  const [{ q }] = useSelection();
  const pieces = useMemo(() => highlight(text, q, field), [text, q, field]);
  return pieces.map((piece, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no name but their place
    piece.isFound ? <mark key={index}>{piece.text}</mark> : piece.text,
  );
}
