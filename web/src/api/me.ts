import { useQuery } from '@tanstack/react-query';
import { answerOf, api, until } from './client.ts';

/** Who this browser is. Asked first of all, once: the answer brings the identity cookie. */
export const meQuery = {
  queryKey: ['me'],
  queryFn: ({ signal }: { signal: AbortSignal }) => answerOf(api.me.$get({ query: {} }, until(signal))),
  staleTime: Number.POSITIVE_INFINITY,
} as const;

export function useMe() {
  return useQuery(meQuery);
}
