import type { Engine } from './compose-engine.ts';
import type { IdSource } from './domain/id.ts';
import type { Log } from './domain/log.ts';
import { createOwnership, type Ownership } from './services/ownership.ts';
import { createShareSigner } from './services/share-token.ts';
import { createShares, type Shares } from './services/shares.ts';

export interface Giving {
  readonly shares: Shares;
  readonly ownership: Ownership;
}

/**
 * Links, and what gives an owner's pictures and links to another: a server and an operator's command need the same.
 * @param keys what links are signed with
 */
export function createGiving(log: Log, engine: Engine, ids: IdSource, keys: readonly string[]): Giving {
  const { storage, blobs, catalog, state, tree, moved, drained } = engine;
  const now = () => storage.now();
  const shares = createShares({
    catalog,
    state,
    signer: createShareSigner(keys),
    nextId: (time) => ids.next(time),
    now,
    log,
  });
  const present = () => tree.present();
  const ownership = createOwnership({ blobs, catalog, log, now, state, moved, drained, shares, present });
  return { shares, ownership };
}
