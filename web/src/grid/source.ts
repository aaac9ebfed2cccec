import type { QueryClient } from '@tanstack/react-query';
import { answerOf, api, until } from '../api/client.ts';
import type { Family, Item, ListParams, Selection } from '../api/types.ts';
import { type ServerVersion, versionOf } from '../live/version.ts';
import type { DayCount } from './chunks.ts';

export interface Counted {
  /** Newest first. */
  readonly days: readonly DayCount[];
  /** What was known when they were counted; undefined while the server is still reading its index. */
  readonly version: ServerVersion | undefined;
}

export interface Listed {
  readonly items: readonly Item[];
  /** How many there are of all pages; undefined where a search was not counted to its end. */
  readonly total: number | undefined;
}

export type PageParams = Partial<Pick<ListParams, 'from' | 'to' | 'size' | 'page' | 'total'>>;

/** What a list of pictures asks the server. Rejects with ApiProblem, or with whatever `signal` was aborted for. */
export interface Source {
  count(signal: AbortSignal): Promise<Counted>;
  page(params: PageParams, signal: AbortSignal): Promise<Listed>;
}

/**
 * @param client repeats what failed for a moment only, and cancels what nobody waits for
 * @param ready awaited before anything is asked
 */
export function createSource(
  client: QueryClient,
  family: Family,
  selection: Selection,
  ready: () => Promise<void>,
): Source {
  const calls = api[family];
  const fetch = async <T>(
    queryKey: readonly unknown[],
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    await ready();
    signal.throwIfAborted();
    const stop = () => void client.cancelQueries({ queryKey, exact: true }, { silent: true });
    signal.addEventListener('abort', stop, { once: true });
    try {
      // kept by the list itself, and not asked for again while it is
      return await client.fetchQuery({
        queryKey,
        queryFn: (context) => ask(context.signal),
        staleTime: 0,
        gcTime: 0,
      });
    } finally {
      signal.removeEventListener('abort', stop);
    }
  };
  return {
    count: (signal) =>
      fetch(['timeline', family, selection], signal, async (given) => {
        const call = calls.timeline.$get({ query: selection }, until(given));
        const { days } = await answerOf(call);
        const { headers } = await call;
        return { days: days.toReversed(), version: versionOf(headers.get('etag')) };
      }),
    page: (params, signal) =>
      fetch(['day', family, selection, params], signal, async (given) => {
        const query = { ...selection, ...params };
        const { items, total, total_relation } = await answerOf(calls.$get({ query }, until(given)));
        return { items, total: total_relation === 'eq' ? total : undefined };
      }),
  };
}
