import type { Catalog } from '../../catalog/catalog.ts';
import { isErrno, KirokuError } from '../../domain/errors.ts';
import { manifestKey, ownerFolder } from '../../domain/key.ts';
import type { Log } from '../../domain/log.ts';
import type { Owner } from '../../domain/owner.ts';
import type { Storage } from '../../storage/storage.ts';
import { breathe } from './reconcile-batch.ts';
import type { Reconcile, ReconcileReport } from './reconcile-types.ts';

/**
 * `changes`: look at every day folder in which something changed. `names`: by names alone. `sidecars`: make the manifests
 * again from nothing but the sidecars.
 */
export type ReindexDepth = 'changes' | 'names' | 'sidecars';

export interface ReindexRequest {
  readonly depth: ReindexDepth;
  /** This owner only. */
  readonly owner?: Owner;
  /** Look at every folder, whatever an earlier pass found; for `changes` and `names`. */
  readonly afresh?: boolean;
}

export interface ReindexReport extends Omit<ReconcileReport, 'again'> {
  /** Owners whose manifest was made again. */
  readonly rebuilt: number;
  /** Owners for whom it could not be done, and folders that could not be looked at; the log says why. */
  readonly failed: number;
}

export interface Reindex {
  /**
   * Can be stopped, killed and repeated at any point.
   * @throws KirokuError `not_found` for an owner without a folder, `aborted`; one owner's trouble is counted, not thrown
   */
  run(request: ReindexRequest, signal: AbortSignal): Promise<ReindexReport>;
}

export interface ReindexDeps {
  readonly storage: Storage;
  readonly catalog: Pick<Catalog, 'owners' | 'version'>;
  readonly reconcile: Pick<Reconcile, 'full' | 'names'>;
  /** Makes the owner's manifest again from the sidecars. */
  readonly rebuild: (owner: Owner) => Promise<void>;
  readonly log: Log;
}

const NO_LOOK = { folders: 0, adopted: 0, corrected: 0, waiting: 0 };

/** Brings the index and the tree into agreement when somebody asks for it. */
export function createReindex(deps: ReindexDeps): Reindex {
  const { storage, catalog, reconcile, log } = deps;

  async function mustExist(owner: Owner): Promise<void> {
    if ((await typeOf(storage, ownerFolder(owner))) !== 'folder') {
      throw new KirokuError('not_found', 'There is no such owner.');
    }
  }

  /** An owner without a manifest gets one by being read. */
  async function rebuild(owner: Owner): Promise<void> {
    if ((await typeOf(storage, manifestKey(owner))) === undefined) await catalog.version(owner);
    else await deps.rebuild(owner);
  }

  async function fromSidecars(only: Owner | undefined, signal: AbortSignal): Promise<ReindexReport> {
    let rebuilt = 0;
    let failed = 0;
    for await (const owner of only === undefined ? catalog.owners() : [only]) {
      stopIfAborted(signal);
      try {
        await rebuild(owner);
        rebuilt += 1;
      } catch (error) {
        failed += 1;
        log.error({ owner, err: error }, 'a manifest could not be made again');
      }
      await breathe();
    }
    return { ...NO_LOOK, rebuilt, failed };
  }

  return {
    async run({ depth, owner, afresh = false }, signal) {
      if (owner !== undefined) await mustExist(owner);
      if (depth === 'sidecars') return fromSidecars(owner, signal);
      const options = { afresh, ...(owner === undefined ? {} : { owner }) };
      const look = depth === 'names' ? reconcile.names : reconcile.full;
      const { folders, adopted, corrected, waiting, failed = 0 } = await look(signal, options);
      stopIfAborted(signal);
      return { folders, adopted, corrected, waiting, rebuilt: 0, failed };
    },
  };
}

async function typeOf(storage: Storage, path: string): Promise<string | undefined> {
  try {
    return (await storage.stat(path)).type;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
}
