import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, until } from '../../api/client.ts';
import { following } from '../follow-work.ts';
import { useWork } from '../use-work.ts';
import { sameCutoff } from './cutoff.ts';

/** Whose trash, and from which age on. */
export interface PurgeRequest {
  /** '' for everybody's. */
  readonly user: string;
  /** Undefined: what the retention lets go. */
  readonly days: number | undefined;
}

export interface Purged {
  readonly deleted: number;
  readonly bytes: number;
  readonly skipped: number;
  readonly failed: number;
}

/** What would go now; asked once, and again by hand. */
export function usePurgePlan(request: PurgeRequest | undefined) {
  const { user = '', days } = request ?? {};
  const query = {
    ...(user === '' ? {} : { user_id: user }),
    ...(days === undefined ? {} : { older_than_days: String(days) }),
  };
  return useQuery({
    queryKey: ['admin', 'purge-plan', query],
    // the wire's type of the days is the number they become
    queryFn: async ({ signal }) => {
      const askedAt = Date.now();
      const plan = await answerOf(api.admin['purge-trash'].preview.$get({ query }, until(signal)));
      return { ...plan, askedAt };
    },
    enabled: request !== undefined,
    staleTime: 0,
    gcTime: 0,
  });
}

export function usePurge() {
  const client = useQueryClient();
  const work = useWork<Purged>('purge-trash', () =>
    client.invalidateQueries({ queryKey: ['admin', 'users'] }),
  );
  return {
    ...work,
    /**
     * @param askedAt when the preview was asked for, ms
     * @param confirm a person has seen what speaks against it
     */
    begin: ({ user, days }: PurgeRequest, askedAt: number, confirm: boolean) =>
      work.start((signal) =>
        api.admin['purge-trash'].$post(
          {
            json: {
              ...(user === '' ? {} : { user_id: user }),
              ...(days === undefined ? {} : { older_than_days: sameCutoff(days, askedAt, Date.now()) }),
              ...(confirm ? { confirm } : {}),
            },
          },
          following(signal),
        ),
      ),
  };
}
