import type { BlobStore, StagedBlob } from '../../blobs/blob-store.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { originalKey, parseKey, thumbKey } from '../../domain/key.ts';
import type { Log } from '../../domain/log.ts';

export interface RecoverDeps {
  readonly blobs: BlobStore;
  readonly catalog: Catalog;
  readonly log: Log;
}

/** What recovery did with what an earlier process left staged. */
export interface Recovered {
  /** Belonged to a committed picture: only the staged name was removed. */
  readonly finished: number;
  /** Belonged to nobody: removed, with what had been published of it. */
  readonly undone: number;
  /** Could not be judged; the next start tries again. */
  readonly left: number;
}

/** Whether a staged blob is a picture's own: the catalog has that picture under exactly this key. */
export async function isCommitted(catalog: Pick<Catalog, 'lookup'>, key: string): Promise<boolean> {
  const parsed = parseKey(key);
  if (parsed === undefined || parsed.role === 'sidecar') return false;
  const entry = await catalog.lookup(parsed.at.owner, parsed.at.id);
  if (entry === undefined) return false;
  const own =
    parsed.role === 'original'
      ? originalKey(entry, entry.ext)
      : entry.thumb === null
        ? undefined
        : thumbKey(entry, entry.thumb);
  return own === key;
}

async function settle(deps: RecoverDeps, staged: StagedBlob): Promise<keyof Recovered> {
  try {
    if (await isCommitted(deps.catalog, staged.key)) {
      await deps.blobs.release([staged]);
      return 'finished';
    }
    await deps.blobs.retract([staged]);
    return 'undone';
  } catch (error) {
    deps.log.error({ err: error }, 'something staged could not be settled; the next start tries again');
    return 'left';
  }
}

/**
 * Settles what an earlier process left staged, without walking the tree: a staged name whose picture is committed is
 * forgotten, any other is undone. Can be killed at any point and run again. Runs before the first upload.
 */
export async function recoverStaged(deps: RecoverDeps): Promise<Recovered> {
  const done = { finished: 0, undone: 0, left: 0 };
  for await (const staged of deps.blobs.pending()) done[await settle(deps, staged)] += 1;
  if (done.finished + done.undone + done.left > 0) {
    deps.log.info(done, 'an interrupted run was settled');
  }
  return done;
}
