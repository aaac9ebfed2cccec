import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answerOf, api, until } from '../../api/client.ts';
import type { UserSort } from '../types.ts';

export interface UsersQuery {
  readonly q: string;
  readonly sort: UserSort;
  readonly page: number;
}

const SIZE = 50;
/** While some are not counted yet. */
const SOON_MS = 3_000;

/** A page of everybody who has something. */
export function useUsers({ q, sort, page }: UsersQuery) {
  const query = { sort, page: String(page), size: String(SIZE), ...(q === '' ? {} : { q }) };
  return useQuery({
    queryKey: ['admin', 'users', query],
    queryFn: ({ signal }) => answerOf(api.admin.users.$get({ query }, until(signal))),
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: ({ state }) => ((state.data?.pending ?? 0) > 0 ? SOON_MS : false),
  });
}
