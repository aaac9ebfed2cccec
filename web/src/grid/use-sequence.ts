import { useEffect, useSyncExternalStore } from 'react';
import type { Family, Selection } from '../api/types.ts';
import type { Collection } from './collection-types.ts';
import { collectionFor } from './collections.ts';
import type { Sequence } from './sequence.ts';

/** The list of a selection, for all parts of a page the same; renders anew with every change of it. */
export function useSequence(family: Family, selection: Selection): Sequence {
  return useCollection(family, selection);
}

export function useCollection(family: Family, selection: Selection): Collection {
  const list = collectionFor(family, selection);
  useSyncExternalStore(list.subscribe, () => list.version);
  useEffect(() => list.start(), [list]);
  return list;
}
