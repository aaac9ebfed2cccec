import { answerOf, api, until } from '../../api/client.ts';
import type { Family, Item, Selection } from '../../api/types.ts';

/** Pictures that are looked at one after the other, loaded a little ahead. */
export interface Course {
  /** How many there are, as far as is known. */
  readonly total: number;
  /** Undefined beyond the end. */
  at(index: number): Promise<Item | undefined>;
  stop(): void;
}

const PAGE = '50';

/**
 * From a picture on to the end of its list. Pages follow each other by cursor, so that what is deleted on the way shifts
 * nothing.
 * @param total how many there are from it on
 */
export function courseFrom(family: Family, selection: Selection, first: Item, total: number): Course {
  const stopping = new AbortController();
  const items: Item[] = [];
  let cursor: string | null | undefined;
  let loading: Promise<void> | undefined;
  const more = async () => {
    const place = cursor === undefined ? {} : { cursor: cursor ?? '' };
    // inclusive: those of the same moment come too, and the ones before it are left out
    const query = { ...selection, to: first.created_at, size: PAGE, ...place };
    const page = await answerOf(api[family].$get({ query }, until(stopping.signal)));
    cursor = page.next_cursor;
    const from = items.length === 0 ? page.items.findIndex(({ id }) => id === first.id) : 0;
    items.push(...page.items.slice(Math.max(0, from)));
  };
  return {
    total,
    async at(index) {
      while (items.length <= index && cursor !== null) {
        loading ??= more().finally(() => {
          loading = undefined;
        });
        await loading;
      }
      return items[index];
    },
    stop: () => stopping.abort(),
  };
}

/** These pictures, in this order; what is not there any more is left out. */
export function courseOf(
  ids: readonly string[],
  known: (id: string) => Item | undefined,
  fetch: (id: string, signal: AbortSignal) => Promise<Item | undefined>,
): Course {
  const stopping = new AbortController();
  const left = [...ids];
  const items: Item[] = [];
  return {
    total: ids.length,
    async at(index) {
      while (items.length <= index) {
        const id = left.shift();
        if (id === undefined) return undefined;
        const item = known(id) ?? (await fetch(id, stopping.signal));
        if (item !== undefined) items.push(item);
      }
      return items[index];
    },
    stop: () => stopping.abort(),
  };
}
