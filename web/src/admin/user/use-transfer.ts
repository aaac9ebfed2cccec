import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { answerOf, api } from '../../api/client.ts';
import { following } from '../follow-work.ts';
import { useWork } from '../use-work.ts';

type Answer = Exclude<InferResponseType<(typeof api.admin.users)[':id']['transfer']['$post'], 200>, string>;
export type TransferPlan = Exclude<Answer, { moved: number }>;
export type Transferred = Extract<Answer, { moved: number }>;

/** What would go to another, and whether he has room for it. */
export function useTransferPlan(user: string) {
  return useMutation({
    mutationKey: ['admin', 'transfer-plan', user],
    mutationFn: async (to: string): Promise<TransferPlan> => {
      const json = { to, dry_run: true };
      const answer = await answerOf(api.admin.users[':id'].transfer.$post({ param: { id: user }, json }));
      if (typeof answer === 'string' || 'moved' in answer) throw new Error('a plan was asked for');
      return answer;
    },
  });
}

export function useTransfer(user: string) {
  const client = useQueryClient();
  const work = useWork<Transferred>('transfer', () =>
    client.invalidateQueries({ queryKey: ['admin'], predicate: ({ queryKey }) => queryKey[1] !== 'session' }),
  );
  return {
    ...work,
    begin: (to: string) =>
      work.start((signal) =>
        api.admin.users[':id'].transfer.$post({ param: { id: user }, json: { to } }, following(signal)),
      ),
  };
}
