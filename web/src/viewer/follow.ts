import type { Sequence } from '../grid/sequence.ts';

/** The picture that is shown, and where it stood when it was looked at last. */
export interface Seen {
  readonly id: string;
  readonly index: number;
  /** Of the list then. */
  readonly total: number;
}

export type Followed =
  | { readonly kind: 'same' | 'moved'; readonly index: number }
  /** `index`: of what stands there now, the last one where that was the end; -1 where nothing is left. */
  | { readonly kind: 'gone'; readonly index: number };

/** Where a picture is after its list changed: new ones came, others or itself went. */
export function follow(seen: Seen, list: Pick<Sequence, 'total' | 'peek' | 'peekIndexOf'>): Followed {
  const index = list.peekIndexOf(seen.id);
  if (index >= 0) return { kind: index === seen.index ? 'same' : 'moved', index };
  const there = list.peek(seen.index);
  // what is merely not loaded any more leaves the list as long as it was
  const isGone = list.total < seen.total || (there !== undefined && there.id !== seen.id);
  if (!isGone) return { kind: 'same', index: seen.index };
  return { kind: 'gone', index: Math.min(seen.index, list.total - 1) };
}
