import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answerOf, api, until } from '../../api/client.ts';
import type { Family } from '../../api/types.ts';
import { FAMILIES } from '../pictures.ts';

export const STATUSES = ['all', 'active', 'trash'] as const;

/** What of a user's pictures is shown. */
export interface Filters {
  readonly family: Family;
  readonly include: (typeof STATUSES)[number];
  /** Days, inclusive; '' for all. */
  readonly from: string;
  readonly to: string;
  readonly q: string;
}

const SIZE = 60;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function filtersFrom(params: URLSearchParams): Filters {
  return {
    family: FAMILIES.find((one) => one === params.get('of')) ?? 'images',
    include: STATUSES.find((one) => one === params.get('include')) ?? 'all',
    from: params.get('from') ?? '',
    to: params.get('to') ?? '',
    q: params.get('q') ?? '',
  };
}

/** A page of one user's pictures, trashed ones among them. */
export function usePictures(user: string, { family, include, from, to, q }: Filters, page: number) {
  const query = {
    user_id: user,
    include,
    page: String(page),
    size: String(SIZE),
    tz: ZONE,
    ...(from === '' ? {} : { from_date: from }),
    ...(to === '' ? {} : { to_date: to }),
    ...(q === '' ? {} : { q }),
  };
  return useQuery({
    queryKey: ['admin', 'pictures', family, query],
    queryFn: ({ signal }) => answerOf(api.admin[family].$get({ query }, until(signal))),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}
