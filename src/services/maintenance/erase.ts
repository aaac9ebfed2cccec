import type { BlobStore } from '../../blobs/blob-store.ts';
import type { Catalog, Entry } from '../../catalog/catalog.ts';
import { KirokuError } from '../../domain/errors.ts';
import { THUMB_EXTS } from '../../domain/format.ts';
import { originalKey, thumbKey } from '../../domain/key.ts';
import type { Log } from '../../domain/log.ts';
import type { Owner } from '../../domain/owner.ts';
import { isoOf } from '../../domain/time.ts';
import { everyPicture } from './every-picture.ts';
import type { ReceiptPicture } from './receipt.ts';

export interface ErasePicturesReport {
  /** What is gone, for the receipt. */
  readonly pictures: readonly ReceiptPicture[];
  /** Could not be removed now; the log says why. */
  readonly failed: number;
}

export interface ErasePictures {
  /** All that the owner has, in every kind and status. Removes nothing. @throws KirokuError `aborted`, as the catalog */
  list(owner: Owner, signal: AbortSignal): Promise<ReceiptPicture[]>;
  /**
   * Removes all of it: marked first, as a purge does, so that a run that was killed is finished by the next one, or by
   * the scheduled purge. @throws KirokuError `aborted`, as the catalog
   */
  run(
    owner: Owner,
    options: { readonly signal: AbortSignal; readonly progress?: (done: number) => void },
  ): Promise<ErasePicturesReport>;
}

export interface ErasePicturesDeps {
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Pictures removed side by side: their commits share syncs. */
const PARALLEL = 8;

export function createErasePictures(deps: ErasePicturesDeps): ErasePictures {
  async function list(owner: Owner, signal: AbortSignal): Promise<ReceiptPicture[]> {
    const all: ReceiptPicture[] = [];
    for await (const { entries } of everyPicture(deps.catalog, { owner, signal, together: PARALLEL })) {
      all.push(...entries.map(receiptPicture));
    }
    return all;
  }

  return {
    list,
    async run(owner, { signal, progress }) {
      // taken before anything is removed: pages of a list that shrinks would skip some
      const all = await list(owner, signal);
      const pictures: ReceiptPicture[] = [];
      for (let from = 0; from < all.length; from += PARALLEL) {
        if (signal.aborted) throw new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
        const some = all.slice(from, from + PARALLEL);
        const ends = await Promise.all(some.map((picture) => eraseOne(deps, owner, picture)));
        pictures.push(...some.filter((_, i) => ends[i] === true));
        progress?.(Math.min(from + PARALLEL, all.length));
      }
      return { pictures, failed: all.length - pictures.length };
    },
  };
}

function receiptPicture(entry: Entry): ReceiptPicture {
  const { sha256, bytes } = entry.record();
  return { kind: entry.kind, id: entry.id, sha256, bytes };
}

async function eraseOne(
  { catalog, blobs, log, now }: ErasePicturesDeps,
  owner: Owner,
  { kind, id }: ReceiptPicture,
): Promise<boolean> {
  try {
    const { entry } = await catalog.commit(owner, {
      // a mark alone passes the fence around an owner who was moved
      op: 'edit',
      kind,
      id,
      change(current) {
        if (current.purging !== undefined) return undefined;
        const time = isoOf(now());
        return { ...current, status: 'trash', trashed_at: current.trashed_at ?? time, purging: time };
      },
    });
    for (const ext of THUMB_EXTS) await blobs.remove(thumbKey(entry, ext));
    await blobs.remove(originalKey(entry, entry.ext));
    await catalog.commit(owner, { op: 'purge', kind, id });
    return true;
  } catch (error) {
    log.error({ owner, id, err: error }, 'a picture could not be erased now: run it again');
    return false;
  }
}
