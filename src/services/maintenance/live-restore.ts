import type { Storage } from '../../storage/storage.ts';
import type { Ownership } from '../ownership.ts';
import type { Shares } from '../shares.ts';
import type { Exclusive } from './exclusive.ts';
import { createRestore, type RestoreDeps, type RestoreReport, type RestoreRequest } from './restore.ts';
import type { Tickets } from './ticket.ts';

/** Restores into the tree that this server holds. */
export interface LiveRestore {
  /**
   * Merges the backup that the ticket names: what is there is never touched, and what is kept in memory hears of what
   * came. Transfers that the backup had open go on.
   * @throws KirokuError as `Tickets.redeem` and `Restore`; `job_running`
   */
  run(ticket: string, request: RestoreRequest): Promise<RestoreReport>;
}

export interface LiveRestoreDeps extends Omit<RestoreDeps, 'source'> {
  readonly exclusive: Exclusive;
  readonly tickets: Tickets;
  /** The folder of a backup. */
  readonly open: (path: string) => Storage;
  readonly shares: Pick<Shares, 'take'>;
  readonly ownership: Pick<Ownership, 'resume'>;
}

export function createLiveRestore(deps: LiveRestoreDeps): LiveRestore {
  const { exclusive, tickets, open, shares, ownership } = deps;
  const state: RestoreDeps['state'] = {
    ...deps.state,
    async append(journal, entry) {
      await deps.state.append(journal, entry);
      if (journal === 'shares') await shares.take(entry);
    },
  };
  return {
    run: (ticket, request) =>
      exclusive.run('restore', async () => {
        const source = open(await tickets.redeem(ticket));
        const report = await createRestore({ ...deps, state, source }).run(request);
        if (request.dryRun !== true) await ownership.resume(request.signal);
        return report;
      }),
  };
}
