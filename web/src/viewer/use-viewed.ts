import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { answerOf, api, until } from '../api/client.ts';
import type { Family, Item } from '../api/types.ts';
import type { Sequence } from '../grid/sequence.ts';

export interface Viewed {
  readonly item: Item;
  /** In the list; -1 where it is not in it: a link to a picture that this selection leaves out. */
  readonly index: number;
}

/** Rises when the list, or a picture in it, changes. */
export function useVersion(sequence: Sequence): number {
  return useSyncExternalStore(
    (listener) => sequence.subscribe(listener),
    () => sequence.version,
  );
}

export function itemQuery(family: Family, id: string) {
  return {
    queryKey: ['item', family, id] as const,
    queryFn: ({ signal }: { signal: AbortSignal }): Promise<Item> =>
      answerOf(api[family][':id'].$get({ param: { id }, query: {} }, until(signal))),
  };
}

/**
 * A picture and its place in the list: at once where the list has it loaded, else (an address that was opened cold) asked for.
 * One that leaves the list stays until another is asked for.
 */
export function useViewed(sequence: Sequence, id: string): { viewed: Viewed | undefined; error: unknown } {
  useVersion(sequence);
  const last = useRef<Viewed>(undefined);
  const index = sequence.peekIndexOf(id);
  const known = index < 0 ? undefined : sequence.peek(index);
  const isHeld = known === undefined && last.current?.item.id === id;
  const asked = useQuery({ ...itemQuery(sequence.family, id), enabled: known === undefined && !isHeld });
  const place = usePlace(sequence, known === undefined && !isHeld ? asked.data : undefined);

  if (known !== undefined) last.current = { item: known, index };
  else if (!isHeld && place !== undefined) last.current = place;
  // beside the list it is changed where it is kept alone
  else if (isHeld && last.current !== undefined && asked.data !== undefined)
    last.current = { ...last.current, item: asked.data };
  const viewed = last.current?.item.id === id ? last.current : undefined;
  return { viewed, error: viewed === undefined ? asked.error : null };
}

/** Where a picture is that the list has not loaded; undefined while that is not known. */
function usePlace(sequence: Sequence, item: Item | undefined): Viewed | undefined {
  const [place, setPlace] = useState<Viewed>();
  const { isReady } = sequence;
  useEffect(() => {
    if (item === undefined || !isReady) return;
    const giveUp = new AbortController();
    sequence.indexOf(item, giveUp.signal).then(
      (index) => setPlace({ item, index }),
      // without a place it can be seen all the same
      () => {
        if (!giveUp.signal.aborted) setPlace({ item, index: -1 });
      },
    );
    return () => giveUp.abort();
  }, [sequence, item, isReady]);
  return place !== undefined && place.item === item ? place : undefined;
}
