import type { Engine } from './compose-engine.ts';
import type { Config } from './config.ts';
import type { IdSource } from './domain/id.ts';
import type { Log } from './domain/log.ts';
import { createOwnership, type Ownership } from './services/ownership.ts';
import { overLimit } from './services/quota.ts';
import { createShareSigner } from './services/share-token.ts';
import { createShares, type Shares } from './services/shares.ts';

export interface Giving {
  readonly shares: Shares;
  readonly ownership: Ownership;
}

export interface GivingDeps {
  readonly config: Pick<Config, 'quota'>;
  readonly log: Log;
  readonly engine: Engine;
  readonly ids: IdSource;
  /** What links are signed with. */
  readonly keys: readonly string[];
}

/** Links, and what gives an owner's pictures and links to another: a server and an operator's command need the same. */
export function createGiving({ config, log, engine, ids, keys }: GivingDeps): Giving {
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
  const ownership = createOwnership({
    blobs,
    catalog,
    log,
    now,
    state,
    moved,
    drained,
    shares,
    overLimit: (owner, more) => overLimit({ catalog, state, limits: config.quota }, owner, more),
    present,
  });
  return { shares, ownership };
}
