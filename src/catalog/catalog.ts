import type { Day } from '../domain/day.ts';
import type { OriginalExt, ThumbExt } from '../domain/format.ts';
import type { PictureId } from '../domain/id.ts';
import type { Kind, Op, Status } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import type { Cursor, Order } from '../domain/page.ts';
import type { PictureRecord } from '../domain/record.ts';
import type { Facets, Selection } from '../domain/search/selection.ts';
import type { OwnerUsage } from './usage.ts';

/**
 * The catalog port: answers questions about records and owns them in whatever durable form its driver needs.
 * Drivers: memory, manifest (sidecar + append-only log); Postgres later. Every driver passes
 * `test/contract/catalog.contract.ts`.
 *
 * Order is (`created_at`, `id`). Every read sees every commit that has resolved. An unknown owner is an empty one.
 */
export interface Catalog {
  /** One picture of this owner and kind, in any status; undefined when there is none. */
  find(owner: Owner, kind: Kind, id: PictureId): Promise<Entry | undefined>;
  /** The same without knowing the kind. */
  lookup(owner: Owner, id: PictureId): Promise<Entry | undefined>;
  list(query: ListQuery): Promise<ListPage>;
  /** Counts of every facet's values under the selection, at most `most` values each, and the exact total. */
  facets(
    selection: Selection,
    most: number,
  ): Promise<{ readonly total: number; readonly facets: Facets; readonly version: Version }>;
  /**
   * How many selected pictures there are on each day that has any, oldest first.
   * @param dayOf the day that holds this time (ms); asked once a day
   */
  timeline(
    selection: Selection,
    dayOf: (time: number) => CalendarDay,
  ): Promise<{ readonly days: readonly DayCount[]; readonly version: Version }>;
  /** How much the owner has, by kind and status. */
  usage(owner: Owner): Promise<OwnerUsage>;
  /** The owner's version; a change of any record changes it. */
  version(owner: Owner): Promise<Version>;
  /** The same at once when it is at hand, else undefined. */
  peekVersion(owner: Owner): Version | undefined;
  /** Newest active picture with these bytes. */
  findBySha256(owner: Owner, kind: Kind, sha256: string): Promise<Entry | undefined>;
  /** The picture that this idempotency mark made, if it was committed at or after `since` (ms). */
  findByIdem(owner: Owner, idem: string, since: number): Promise<Entry | undefined>;
  /**
   * The latest state of everything changed after `since`, in rising `seq`; `reset` when the epoch is another or
   * `since` lies below the floor.
   */
  changesSince(owner: Owner, since: Version): Promise<readonly Change[] | 'reset'>;
  /** Every owner that has at least one record or folder, in no order. */
  owners(): AsyncIterable<Owner>;

  /**
   * One durable change. Serialized per owner; commits that arrive together share one sync.
   * Resolves after the record is durable in every form the driver keeps, and visible to every read.
   * A rejection other than `UnsettledError` means that the catalog is as before.
   * @throws KirokuError whatever the mutation's own check throws; `disk_full`, `io_error`, …
   * @throws UnsettledError the change is committed and visible, but its lasting form could not be written yet.
   */
  commit(owner: Owner, mutation: Mutation): Promise<CommitResult>;
  /** Called for every committed change, in `seq` order per owner, before `commit` resolves. */
  onChange(listener: (change: Change) => void): () => void;
  /** Everything acknowledged is settled; descriptors are closed. */
  close(): Promise<void>;
}

export interface Version {
  readonly epoch: string;
  readonly seq: number;
}

/** One record as the catalog gives it: what a URL needs, and the record's JSON as bytes, ready to send. */
export interface Entry {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly id: PictureId;
  readonly status: Status;
  readonly day: Day;
  readonly ext: OriginalExt;
  readonly thumb: ThumbExt | null;
  readonly thumbV: number;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** The seq of its latest change. */
  readonly seq: number;
  /** UTF-8 JSON of the record without `idem` and `adopted_from`. Shared: never written to. */
  readonly publicJson: Uint8Array;
  /** The whole record, parsed (on first use). */
  record(): PictureRecord;
  /**
   * Tells, once, that whoever asked the catalog for this entry is done with it, and that nobody else was given it or
   * its JSON: its bytes may then be used again. Nobody has to; without it they are left to the collector.
   */
  release?(): void;
}

export interface ListQuery extends Selection {
  readonly order: Order;
  readonly size: number;
  /** 1-based page, or the place after which to go on. */
  readonly at: { readonly page: number } | { readonly after: Cursor };
  /** Count to the end, even where that costs more than the page. */
  readonly exactTotal?: boolean;
}

/** A day of somebody's calendar: [start, end), ms. */
export interface CalendarDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly start: number;
  readonly end: number;
}

export interface DayCount {
  readonly date: string;
  readonly count: number;
}

export interface ListPage {
  readonly entries: readonly Entry[];
  readonly total: number;
  /** `gte`: there are at least `total`; only a search, or an owner that is still being loaded, answers so. */
  readonly totalRelation: 'eq' | 'gte';
  /** Where the next page begins; null on the last. */
  readonly next: Cursor | null;
  readonly version: Version;
  /**
   * Answered before the owner was loaded: `total` will be another for the same version. Not to be kept, and without an
   * entity tag.
   */
  readonly provisional?: true;
}

export type Mutation =
  | {
      readonly op: 'put';
      readonly record: PictureRecord;
      /** Give back the picture that already has this record's `idem`, committed at or after this time (ms). */
      readonly replaySince?: number;
      /** Give back the owner's newest active picture with the same sha256 and kind, if there is one. */
      readonly dedupe?: boolean;
    }
  | {
      readonly op: 'edit' | 'trash' | 'restore';
      readonly kind: Kind;
      readonly id: PictureId;
      /**
       * The new version, made from the current one under the owner's mutex; undefined for "nothing to change".
       * `rev` and `updated_at` are set by the catalog. Throw to refuse.
       */
      change(current: PictureRecord): PictureRecord | undefined;
    }
  | {
      /** Forgets the record: the line first, then the sidecar where the driver has one and `keepSidecar` is unset. */
      readonly op: 'purge';
      readonly kind: Kind;
      readonly id: PictureId;
      readonly keepSidecar?: boolean;
      /** Re-checked under the owner's mutex; false means "leave it". */
      stillWanted?(current: PictureRecord): boolean;
    };

export interface CommitResult {
  /** `exists`: a `put` met the same idempotency mark or bytes. `unchanged`: nothing had to change. */
  readonly outcome: 'committed' | 'unchanged' | 'exists';
  /** The record as it is now; as it last was, for a purge. */
  readonly entry: Entry;
}

export interface Change {
  readonly version: Version;
  readonly op: Op;
  readonly kind: Kind;
  readonly owner: Owner;
  readonly id: PictureId;
  /** Undefined for a purge. */
  readonly entry: Entry | undefined;
}
