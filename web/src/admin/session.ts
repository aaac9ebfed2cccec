import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answerOf, api, until } from '../api/client.ts';
import { ApiProblem, isProblem } from '../api/problem.ts';
import type { Session } from './types.ts';

/** `ended`: there was one, and the server no longer knows it. */
export type SessionState = Session | 'none' | 'ended';

const KEY = ['admin', 'session'] as const;

/** Whether this browser may administer. */
export function useSession() {
  const client = useQueryClient();
  useEffect(() => watchForEnd(client), [client]);
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => ask(signal), staleTime: 0 });
}

async function ask(signal: AbortSignal): Promise<SessionState> {
  try {
    return await answerOf(api.admin.session.$get({}, until(signal)));
  } catch (error) {
    if (isProblem(error, 'unauthorized')) return 'none';
    throw error;
  }
}

/** Whichever call meets it: once the server knows the session no more, the page asks for the token again, at the same address. */
function watchForEnd(client: QueryClient): () => void {
  const look = (error: unknown): void => {
    if (isProblem(error, 'unauthorized')) leave(client, 'ended');
  };
  const queries = client.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'error') return;
    if (event.query.queryKey[0] === 'admin') look(event.action.error);
  });
  const changes = client.getMutationCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'error') return;
    if (event.mutation.options.mutationKey?.[0] === 'admin') look(event.action.error);
  });
  return () => {
    queries();
    changes();
  };
}

/** What was seen of other people goes with the session. */
function leave(client: QueryClient, state: SessionState): void {
  client.setQueryData<SessionState>(KEY, state);
  client.removeQueries({ queryKey: ['admin'], predicate: ({ queryKey }) => queryKey[1] !== KEY[1] });
}

/** @throws ApiProblem `unauthorized` for a wrong token, `rate_limited` after too many */
export async function signIn(client: QueryClient, token: string): Promise<void> {
  // what no header can carry is no token of ours
  if (!/^[\x21-\x7e]+$/.test(token)) throw new ApiProblem('unauthorized', 401, 'This is no token.');
  const headers = { Authorization: `Bearer ${token}` };
  const session = await answerOf(api.admin.session.$post({}, { headers }));
  client.setQueryData<SessionState>(KEY, session);
}

export async function signOut(client: QueryClient): Promise<void> {
  await answerOf(api.admin.session.$delete({}));
  leave(client, 'none');
}
