import { useEffect, useState } from 'react';
import type { Item } from '../../api/types.ts';
import type { Course } from './course.ts';

/** Pictures behind the one on view that are decoded already. */
const AHEAD = 2;

export interface Ahead {
  /** The picture on view and those after it; undefined beyond the end. */
  readonly items: readonly (Item | undefined)[];
  readonly isLoading: boolean;
  readonly error: unknown;
}

const NOTHING: Ahead = { items: [], isLoading: true, error: undefined };

/** The picture at this place and the next two. @param tries another number loads again what failed */
export function useAhead(course: Course, index: number, tries: number): Ahead {
  const [ahead, setAhead] = useState<Ahead & { readonly at: number }>({ ...NOTHING, at: index });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try is another call
  useEffect(() => {
    let isStale = false;
    const load = async () => {
      const items: (Item | undefined)[] = [];
      try {
        for (let at = index; at <= index + AHEAD; at += 1) {
          items.push(await course.at(at));
          // shown as soon as it is there: those after it may take longer
          if (!isStale) setAhead({ items: [...items], isLoading: false, error: undefined, at: index });
        }
      } catch (error) {
        if (!isStale && items.length === 0) setAhead({ items, isLoading: false, error, at: index });
      }
    };
    void load();
    return () => {
      isStale = true;
    };
  }, [course, index, tries]);
  if (ahead.at === index) return ahead;
  // the next one was loaded with the one before it: it is there at once
  const known = ahead.items.slice(Math.max(0, index - ahead.at));
  return index > ahead.at && known.length > 0
    ? { items: known, isLoading: false, error: undefined }
    : NOTHING;
}
