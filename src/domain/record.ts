import type { Day } from './day.ts';
import type { Mime, OriginalExt } from './format.ts';
import type { PictureId } from './id.ts';
import type { JsonObject } from './json.ts';
import type { Kind, Status } from './kind.ts';
import type { Owner } from './owner.ts';

export const RECORD_VERSION = 1;

/** A picture this one was made from. */
export interface Parent {
  readonly kind: Kind;
  readonly id: PictureId;
  readonly role: string;
}

/** The file a picture was adopted from; kept so that the same file is not adopted twice. */
export interface AdoptedFrom {
  readonly name: string;
  readonly inode: string;
  readonly size: number;
  /** ms since the epoch, as the file system gave it. */
  readonly mtime: number;
}

/** Where a descriptive field's value came from, when it did not come from the job itself. */
export type Provenance = 'job' | 'embedded' | 'graph' | 'user';

/** What a caller may say about a picture. Every member is optional: absent is unknown. */
export interface Descriptive {
  readonly workflow_id?: string | null;
  readonly aspect_ratio?: string | null;
  /** A decimal string: seeds go to 2^64 − 1. */
  readonly seed?: string | null;
  readonly prompt?: string | null;
  readonly negative_prompt?: string | null;
  readonly model?: string | null;
  readonly loras?: readonly JsonObject[];
  readonly sampler?: string | null;
  readonly scheduler?: string | null;
  readonly steps?: number | null;
  readonly cfg?: number | null;
  readonly generator?: string | null;
  readonly job_id?: string | null;
  readonly parents?: readonly Parent[];
  readonly from?: { readonly [field: string]: Provenance };
}

/**
 * Everything we know about one picture. Sidecar and manifest line hold exactly this, in the member order of
 * `record-codec.ts`. Times are ISO 8601 with milliseconds, UTC.
 */
export interface PictureRecord extends Descriptive {
  readonly v: number;
  /** Rises by one with each change. */
  readonly rev: number;
  readonly id: PictureId;
  readonly owner: Owner;
  readonly kind: Kind;
  readonly status: Status;
  readonly created_at: string;
  readonly updated_at: string;
  readonly trashed_at: string | null;
  /** The day folder it lies in, only where that is not the UTC day of `created_at`. */
  readonly day?: Day;
  /** The original's extension, only where it is not the one of `mime`. */
  readonly ext?: OriginalExt;
  readonly original_filename: string;
  readonly mime: Mime;
  readonly bytes: number;
  readonly sha256: string;
  /** 8 hex; null in records of the earlier system until the file is read again. */
  readonly crc32: string | null;
  /** Pixels, upright (after EXIF orientation); null where unknown. */
  readonly width: number | null;
  readonly height: number | null;
  readonly thumbhash: string | null;
  /** `thumb/{id}.webp` or `thumb/{id}.jpg`, relative to the sidecar's folder, or null. */
  readonly thumb: string | null;
  readonly thumb_bytes: number;
  /** Rises when the thumbnail is made again; part of its URL. */
  readonly thumb_v: number;
  readonly tags: readonly string[];
  readonly favorite: boolean;
  readonly rating: number | null;
  /** api, watch, input-copy, import, upload … */
  readonly source: string;
  /** 8 hex, of the thumbnail's bytes; absent where they were never ours to be measured (the earlier system's). */
  readonly thumb_crc32?: string;
  /** Its purge has begun, at this time: bytes may be gone already, and it cannot be restored any more. */
  readonly purging?: string;
  /** First 16 hex of SHA-256 over owner and idempotency key. Never leaves the server. */
  readonly idem?: string;
  /** Never leaves the server. */
  readonly adopted_from?: AdoptedFrom;
  /** Members we do not know, kept through every read and write. */
  readonly extra: JsonObject;
}
