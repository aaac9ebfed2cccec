import { useQuery } from '@tanstack/react-query';
import { answerOf, api, until } from '../api/client.ts';

/** What the owner has and may have. */
export function useUsage() {
  return useQuery({
    queryKey: ['usage'],
    queryFn: ({ signal }) => answerOf(api.usage.$get({ query: {} }, until(signal))),
    // pipelines fill it without asking this page
    staleTime: 5_000,
    refetchOnWindowFocus: true,
  });
}
