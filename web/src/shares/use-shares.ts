import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, until } from '../api/client.ts';
import { type ShareChoices, shareRequest } from './share-options.ts';

const KEY = ['shares'];

export function useShares() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await answerOf(api.shares.$get({ query: {} }, until(signal)))).shares,
    // strangers' visits count up without an event
    staleTime: 10_000,
    refetchOnWindowFocus: true,
  });
}

export function useCreateShare() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ ids, choices }: { ids: readonly string[]; choices: ShareChoices }) =>
      answerOf(api.shares.$post({ query: {}, json: shareRequest(ids, choices) })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRevokeShare() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (sid: string) => answerOf(api.shares[':sid'].$delete({ param: { sid }, query: {} })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
