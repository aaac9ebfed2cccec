import type { BlobStore } from '../../blobs/blob-store.ts';
import type { Catalog, Entry } from '../../catalog/catalog.ts';
import { isKirokuError } from '../../domain/errors.ts';
import type { Mime } from '../../domain/format.ts';
import { thumbKey } from '../../domain/key.ts';
import type { Owner } from '../../domain/owner.ts';
import { type RemakeDeps, remakeThumbnail } from '../remake.ts';
import { everyPicture } from './every-picture.ts';
import { thumbDamage } from './thumb-damage.ts';

export interface ThumbnailsRequest {
  /** One owner; all without. */
  readonly owner?: Owner;
  /** Also those that are there and whole: after THUMB_SIZE was changed. */
  readonly all?: boolean;
  /** Count what would be made, and make nothing. */
  readonly dryRun?: boolean;
  readonly signal: AbortSignal;
  /** Called now and then with how many pictures were looked at. */
  readonly progress?: (pictures: number) => void;
  /** Stops after so many were tried; the rest is for the next run. */
  readonly most?: number;
  /** `next` of an earlier run: goes on there. */
  readonly from?: string;
}

export interface ThumbnailsReport {
  /** Looked at. */
  readonly pictures: number;
  /** Missing, broken, or asked for: what was to be made. */
  readonly wanted: number;
  readonly made: number;
  /** No thumbnail can be made of these: the original is gone, or does not decode. */
  readonly hopeless: number;
  /** Could not be made now; the log says why. */
  readonly failed: number;
  /** Where the next run goes on; absent when this one came to the end. */
  readonly next?: string;
}

export interface Thumbnails {
  /** Makes missing and broken thumbnails again from their originals. @throws KirokuError `aborted`, as the catalog */
  run(request: ThumbnailsRequest): Promise<ThumbnailsReport>;
}

export interface ThumbnailsDeps extends RemakeDeps {
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly sniff: (head: Uint8Array) => Promise<Mime | undefined>;
}

/** Decodes at once: the decoder's processes are as many as the cores; requests wait behind no more than these. */
const PARALLEL = 2;

type End = 'made' | 'hopeless' | 'failed';

export function createThumbnails(deps: ThumbnailsDeps): Thumbnails {
  async function isWanted(entry: Entry, all: boolean): Promise<boolean> {
    if (all || entry.thumb === null) return true;
    return (await thumbDamage(deps, entry)) !== undefined;
  }

  async function make(entry: Entry): Promise<End> {
    try {
      const made = await remakeThumbnail(deps, entry);
      if (made === undefined) return 'hopeless';
      // "made, but could not be kept" is told by the log only
      const kept = await deps.blobs.stat(thumbKey(made.entry, made.thumbnail.ext));
      return kept?.bytes === made.thumbnail.bytes.byteLength ? 'made' : 'failed';
    } catch (error) {
      if (isKirokuError(error, 'overloaded')) throw error;
      const { owner, id } = entry;
      deps.log.error({ owner, id, err: error }, 'a thumbnail could not be made');
      return 'failed';
    }
  }

  return {
    async run({
      owner,
      all = false,
      dryRun = false,
      signal,
      progress,
      from,
      most = Number.POSITIVE_INFINITY,
    }) {
      const ended = { made: 0, hopeless: 0, failed: 0 };
      let pictures = 0;
      let wanted = 0;
      for await (const { entries, place } of everyPicture(deps.catalog, {
        ...(owner === undefined ? {} : { owner }),
        ...(from === undefined ? {} : { from }),
        signal,
        together: PARALLEL,
      })) {
        const asked = await Promise.all(entries.map((entry) => isWanted(entry, all)));
        const some = entries.filter((_, i) => asked[i] === true);
        pictures += entries.length;
        wanted += some.length;
        if (!dryRun) for (const end of await Promise.all(some.map(make))) ended[end] += 1;
        progress?.(pictures);
        if (ended.made + ended.hopeless + ended.failed >= most)
          return { pictures, wanted, ...ended, next: place };
      }
      return { pictures, wanted, ...ended };
    },
  };
}
