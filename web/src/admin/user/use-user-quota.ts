import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { InferRequestType } from 'hono/client';
import { answerOf, api, until } from '../../api/client.ts';

export type OwnLimits = InferRequestType<(typeof api.admin.users)[':id']['quota']['$put']>['json'];

function keyOf(user: string) {
  return ['admin', 'user-quota', user] as const;
}

/** What a user has and may have. */
export function useUserQuota(user: string) {
  return useQuery({
    queryKey: keyOf(user),
    queryFn: ({ signal }) =>
      answerOf(api.admin.users[':id'].quota.$get({ param: { id: user } }, until(signal))),
    staleTime: 0,
  });
}

/** Gives a user limits of his own; what is absent is as for everybody. */
export function useSetLimits(user: string) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ['admin', 'limits', user],
    mutationFn: (json: OwnLimits) =>
      answerOf(api.admin.users[':id'].quota.$put({ param: { id: user }, json })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keyOf(user) }),
        client.invalidateQueries({ queryKey: ['admin', 'quota-report'] }),
      ]),
  });
}
