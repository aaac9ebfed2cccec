import { useCallback } from 'react';
import { useLocation, useSearch } from 'wouter';

/** Parameters of the address; one that is undefined or empty leaves it. */
export type Changes = Readonly<Record<string, string | undefined>>;

/** What the page shows stands in its address. */
export function useAddress(): [params: URLSearchParams, change: (changes: Changes, how?: 'typing') => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const change = useCallback(
    (changes: Changes, how?: 'typing') =>
      navigate(`${path}${searchWith(search, changes)}`, { replace: how === 'typing' }),
    [path, search, navigate],
  );
  return [new URLSearchParams(search), change];
}

/** @returns with its question mark; empty without parameters */
export function searchWith(search: string, changes: Changes): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** The page of a list that the address asks for, from 1. */
export function pageIn(params: URLSearchParams): number {
  const page = Number(params.get('page') ?? '1');
  return Number.isSafeInteger(page) && page > 0 ? page : 1;
}

/** Where one user is administered. */
export function userAddress(user: string): string {
  return `/admin/user?id=${encodeURIComponent(user)}`;
}
