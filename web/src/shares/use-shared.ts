import { useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { answerOf, shared } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';

/** The same address gives a browser that asks for a page this page, which is a text. */
type Shared = Extract<InferResponseType<(typeof shared)[':token']['$get'], 200>, { items: unknown }>;
export type SharedPicture = Shared['items'][number];

/** What a link shows. Each asking counts as a visit: it is asked once. */
export function useShared(token: string) {
  return useQuery({
    queryKey: ['shared', token],
    queryFn: () => open(token),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
  });
}

async function open(token: string): Promise<Shared> {
  const headers = { Accept: 'application/json' };
  const answer: Shared | string = await answerOf(shared[':token'].$get({ param: { token } }, { headers }));
  if (typeof answer === 'string') throw new ApiProblem('unknown', 200, 'The link answered with a page.');
  return answer;
}
