import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { BASE_PATH } from '../base-path.ts';

/** A new code; the one before opens nothing any more. */
export function useMakeCode() {
  return useMutation({ mutationFn: () => answerOf(api.me['recovery-code'].$post()) });
}

export function useRevokeCode() {
  return useMutation({ mutationFn: () => answerOf(api.me['recovery-code'].$delete()) });
}

export interface Recovering {
  readonly code: string;
  /** What becomes of this browser's own pictures; unsaid at first. */
  readonly merge?: boolean;
}

/** Makes this browser the guest whose code it is. */
export function useRecover() {
  return useMutation({
    mutationFn: (json: Recovering) => answerOf(api.me.recover.$post({ json })),
    onSuccess: beginAnew,
  });
}

/**
 * Gives what this browser stored as a guest to the member who is signed in.
 * @param onClaimed told at once: the offer leaves the page when there is nothing more to claim
 */
export function useClaim(onClaimed: (answer: { readonly moved: number; readonly left: number }) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answerOf(api.me.claim.$post()),
    onSuccess: (answer) => {
      onClaimed(answer);
      return queries.invalidateQueries();
    },
  });
}

/** Everything on the page was the other owner's, its stream of events too: nothing of it may stay. */
function beginAnew(): void {
  window.location.assign(`${BASE_PATH}/`);
}
