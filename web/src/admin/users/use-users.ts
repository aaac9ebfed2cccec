import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answerOf, api, until } from '../../api/client.ts';
import type { UserSort } from '../types.ts';

/** Columns by which the server sorts. */
export const SORTS = ['name', 'count', 'bytes', 'trash', 'activity'] as const;
export type SortColumn = (typeof SORTS)[number];

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

/** What the address asks for, else the latest first. */
export function sortFrom(text: string | null): UserSort {
  const column = SORTS.find((one) => one === text?.replace(/^-/, ''));
  if (column === undefined) return '-activity';
  return text?.startsWith('-') === true ? `-${column}` : column;
}

export function columnOf(sort: UserSort): { readonly column: SortColumn; readonly isDescending: boolean } {
  const column = SORTS.find((one) => sort.endsWith(one)) ?? 'activity';
  return { column, isDescending: sort.startsWith('-') };
}
