import { KirokuError } from '../domain/errors.ts';
import type { IdSource } from '../domain/id.ts';
import type { Owner } from '../domain/owner.ts';
import { type CommitDeps, commitStaged, isKnownKey } from './commit.ts';
import { createGate } from './gate.ts';
import { dropStaged, type ReceiveDeps, type StagedPicture, stageBody } from './receive.ts';
import type { Ingest, Received } from './services.ts';

export interface IngestDeps extends ReceiveDeps, CommitDeps {
  readonly ids: IdSource;
  /** Who acts under this name by now: asked when the bytes are there, which may be long after the caller was admitted. */
  readonly resolveOwner: (owner: Owner) => Promise<Owner>;
  /**
   * Whether bytes may be taken in now.
   * @throws KirokuError `disk_full` below the reserve, `volume_missing`, `draining`
   */
  readonly admit: () => Promise<void>;
  readonly limits?: { readonly uploads: number; readonly waiting: number };
}

/** Bodies being read and decoded at once, and waiting for it. More would only queue in front of the decoder. */
const LIMITS = { uploads: 64, waiting: 256 };

/** Takes in new pictures: from bytes of unknown worth to a durable record. */
export function createIngest(deps: IngestDeps): Ingest {
  const { uploads, waiting } = deps.limits ?? LIMITS;
  const gate = createGate({ active: uploads, waiting, retryAfter: 2 });
  const held = new WeakMap<Received, StagedPicture>();

  return {
    async reserve(owner, { bytes, idempotencyKey: key, dedupe }) {
      if (deps.quota === undefined || dedupe === true) return undefined;
      if (key !== undefined && (await isKnownKey(deps, owner, key))) return undefined;
      return deps.quota.reserve(owner, bytes);
    },

    async receive(body, options) {
      const leave = await gate.enter(options.signal);
      try {
        await deps.admit();
        const picture = await stageBody(deps, deps.ids.next(deps.now()), body, options);
        const { id, original, thumb } = picture;
        const received: Received = {
          id,
          bytes: original.bytes,
          sha256: original.sha256,
          async discard() {
            if (!held.delete(received)) return;
            await dropStaged(deps, thumb === undefined ? [original] : [original, thumb.blob]);
          },
        };
        held.set(received, picture);
        return received;
      } finally {
        leave();
      }
    },

    async commit(received, request) {
      const owner = await deps.resolveOwner(request.owner);
      const picture = held.get(received);
      if (picture === undefined)
        throw new KirokuError('internal', 'These bytes were used or dropped before.');
      held.delete(received);
      return commitStaged(deps, picture, { ...request, owner });
    },
  };
}
