import { useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { answerOf, shared } from '../api/client.ts';

type Shared = InferResponseType<(typeof shared)[':token']['$get'], 200>;
export type SharedPicture = Shared['items'][number];

/** What a link shows. Each asking counts as a visit: it is asked once. */
export function useShared(token: string) {
  return useQuery({
    queryKey: ['shared', token],
    queryFn: () =>
      // the same address answers a browser's own wish for a page with this page
      answerOf(shared[':token'].$get({ param: { token } }, { headers: { Accept: 'application/json' } })),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
  });
}
