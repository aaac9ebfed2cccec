import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { meQuery } from '../api/me.ts';
import { BASE_PATH } from '../base-path.ts';

/** Several Kirokus of one host have owners of their own. */
const STORED = `kiroku.owner${BASE_PATH}`;

/**
 * All tabs of a browser act for the same owner, as they share its cookie. Where another tab has become somebody else (a
 * recovery, a sign-in), this one begins anew: what it shows and whom its next call would act for must not differ.
 */
export function useOwnerWatch(): void {
  // looks at the answer that the page gets anyway
  const { data } = useQuery({ ...meQuery, enabled: false });
  const owner = data?.owner;
  useEffect(() => {
    if (owner === undefined) return;
    localStorage.setItem(STORED, owner);
    const look = () => {
      const other = localStorage.getItem(STORED);
      if (other !== null && other !== owner) beginAnew();
    };
    window.addEventListener('storage', look);
    // a page that was put aside is told nothing
    window.addEventListener('pageshow', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('storage', look);
      window.removeEventListener('pageshow', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [owner]);
}

/** The same page, without a search or a picture that were the other owner's. */
function beginAnew(): void {
  window.location.replace(window.location.pathname);
}
