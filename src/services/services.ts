import type { Catalog, Entry } from '../catalog/catalog.ts';
import type { PictureId } from '../domain/id.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Kind } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import type { AdoptedFrom, Descriptive, Parent } from '../domain/record.ts';
import type { Reservation } from './quota.ts';
import type { Grid, Stack, Variations } from './stacks.ts';

/** New bytes that were received, validated and staged, but belong to nobody yet. */
export interface Received {
  readonly id: PictureId;
  readonly bytes: number;
  readonly sha256: string;
  /** Forgets it. Safe to repeat, and after `commit`. */
  discard(): Promise<void>;
}

export interface CommitRequest {
  readonly owner: Owner;
  readonly kind: Kind;
  /** As the client named it; stored as data, cleaned by the service, never a path. */
  readonly filename: string;
  readonly meta: Descriptive;
  /** ms; now when absent. */
  readonly createdAt?: number;
  readonly tags?: readonly string[];
  readonly favorite?: boolean;
  readonly rating?: number | null;
  readonly source: string;
  /** The dropped file these bytes were copied from; kept in the record so that it is not adopted twice. */
  readonly adoptedFrom?: AdoptedFrom;
  readonly idempotencyKey?: string;
  /** Give back the owner's newest picture with the same bytes instead of a second one. */
  readonly dedupe?: boolean;
  /** Made by `reserve`, and given back by whoever asked for it; one is made for the commit when absent. */
  readonly reservation?: Reservation;
}

export interface IngestResult {
  readonly entry: Entry;
  readonly outcome: 'created' | 'replayed' | 'duplicate';
}

export interface Ingest {
  /**
   * Keeps room for a picture of this owner before a byte of it is read; undefined where only the bytes can tell whether
   * any is needed: a key that made a picture before, or `dedupe`.
   * @param asked.bytes at least so many will come
   * @throws KirokuError `quota_exceeded`
   */
  reserve(
    owner: Owner,
    asked: { readonly bytes: number } & Pick<CommitRequest, 'idempotencyKey' | 'dedupe'>,
  ): Promise<Reservation | undefined>;
  /**
   * Reads the body to its end into staging, counting and hashing, then decodes it once.
   * @param options.filename as its sender named it: tells which of several outputs of one graph it is
   * @throws KirokuError `payload_too_large`, `unsupported_type`, `undecodable_image`, `image_too_large`, `disk_full`,
   *   `aborted`, … Nothing stays staged after a throw.
   */
  receive(
    body: AsyncIterable<Uint8Array>,
    options: { maxBytes: number; filename?: string; signal?: AbortSignal },
  ): Promise<Received>;
  /**
   * The durable sequence of docs/storage-format.md, "Writing". Nothing of it stays after a throw, but for `UnsettledError`.
   * A file that was dropped into the tree (`adoptedFrom`) counts, but is never refused for a quota.
   * @throws KirokuError `idempotency_mismatch` when the key was used with other bytes; `quota_exceeded`
   */
  commit(received: Received, request: CommitRequest): Promise<IngestResult>;
}

export interface PicturePatch {
  readonly tags?: readonly string[];
  readonly favorite?: boolean;
  readonly rating?: number | null;
}

/** What a catalog answers about one owner's pictures, and what is said of one of them. */
export interface Gallery extends Pick<Catalog, 'list' | 'facets' | 'timeline' | 'version' | 'peekVersion'> {
  /** @throws KirokuError `not_found` */
  get(owner: Owner, kind: Kind, id: PictureId): Promise<Entry>;
  /** @throws KirokuError `not_found`, `precondition_failed` when `rev` is given and is not the current one */
  edit(owner: Owner, kind: Kind, id: PictureId, patch: PicturePatch, rev?: number): Promise<Entry>;
}

export type BulkAction =
  | { readonly action: 'delete' | 'restore' | 'favorite' | 'unfavorite' }
  | { readonly action: 'tag' | 'untag'; readonly tags: readonly string[] }
  | { readonly action: 'rate'; readonly rating: number | null };

export interface BulkResult {
  readonly id: string;
  readonly ok: boolean;
  readonly code?: string;
  readonly rev?: number;
}

export interface Trash {
  /** Idempotent. @throws KirokuError `not_found` */
  trash(owner: Owner, kind: Kind, id: PictureId): Promise<Entry>;
  /** Idempotent. @throws KirokuError `not_found`, `quota_exceeded` */
  restore(owner: Owner, kind: Kind, id: PictureId): Promise<Entry>;
}

export interface Bulk {
  /** One result per id, in the order given; an id that is no id gives `not_found`. */
  apply(owner: Owner, kind: Kind, ids: readonly string[], action: BulkAction): Promise<readonly BulkResult[]>;
}

export interface Inputs {
  /** A new input with the bytes of an own generated or control picture, and that one as its parent. */
  copy(owner: Owner, from: 'generated' | 'control', id: PictureId): Promise<Entry>;
}

/** One file, checked against the record, ready to be sent. */
export interface ServedFile {
  readonly mime: string;
  readonly bytes: number;
  /** Without quotes: sha256 of an original, `{id}-{thumb_v}` of a thumbnail. */
  readonly etag: string;
  /** ms since the epoch. */
  readonly modified: number;
  readonly trashed: boolean;
  /** The whole content when it is at hand (a hot thumbnail); never written to. */
  readonly content: Uint8Array | undefined;
  /** Bytes `start`…`end` (inclusive), in chunks. */
  stream(start: number, end: number): AsyncIterable<Uint8Array>;
}

export interface Files {
  /** By parsed key. Undefined when no record has exactly this key, or its bytes are gone. */
  original(owner: Owner, kind: Kind, id: PictureId, key: string): Promise<ServedFile | undefined>;
  /** The same for a thumbnail; makes it when it is missing or broken. */
  thumbnail(owner: Owner, kind: Kind, id: PictureId, key: string): Promise<ServedFile | undefined>;
  /** A hot thumbnail at once, without a promise; undefined when it must be fetched. */
  peekThumbnail(key: string): ServedFile | undefined;
}

/** What one picture has to do with others of its owner. Entries of any status, unless it says otherwise. */
export interface Relations {
  /** As its record names them; without an entry where this owner has no such picture (any more). */
  readonly parents: readonly (Parent & { readonly entry: Entry | undefined })[];
  /** Active pictures of any kind that name it as a parent, newest first, at most 100. */
  readonly children: readonly Entry[];
  readonly childrenTotal: number;
  /** `recipeKey`; undefined where no prompt is known, and so no stack or grid. */
  readonly recipe: string | undefined;
  /** The recipe has more than the 500 newest active pictures that were compared. */
  readonly truncated: boolean;
  readonly varying: Variations['varying'];
  readonly stack: Stack | undefined;
  readonly grid: Grid | undefined;
}

export interface RelatedOptions {
  /** Number over which the stack is; the usual one when absent. */
  readonly varies?: string;
  readonly axes?: { readonly x: string; readonly y: string };
}

export interface Related {
  /** @throws KirokuError `not_found` */
  of(owner: Owner, kind: Kind, id: PictureId, options?: RelatedOptions): Promise<Relations>;
  /** Whether an active or trashed picture of this owner names this one as a parent: a purge asks. */
  isReferenced(owner: Owner, id: PictureId): Promise<boolean>;
}

/** `workflow` is the graph of ComfyUI's editor, `prompt` the one that its API takes. */
export type WorkflowFormat = 'workflow' | 'prompt';

export interface Workflows {
  /**
   * The graph that is embedded in the original, as JSON; `any` prefers `workflow`.
   * @throws KirokuError `not_found` for an unknown picture, and for one without such a graph
   */
  read(
    owner: Owner,
    kind: Kind,
    id: PictureId,
    format: WorkflowFormat | 'any',
  ): Promise<{ readonly json: Buffer<ArrayBuffer>; readonly format: WorkflowFormat }>;
}

/** A saved search as it is kept and as it goes over the wire. Times are ISO 8601, UTC. */
export interface SavedSearch {
  readonly id: string;
  readonly name: string;
  /** A list's parameters, checked by whoever asked for it to be saved. */
  readonly query: JsonObject;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface SavedSearches {
  /** In the order in which they were made. */
  list(owner: Owner): Promise<readonly SavedSearch[]>;
  /**
   * Durable when it resolves.
   * @throws KirokuError `invalid_parameter` for a name that is empty, too long or taken; `quota_exceeded` past 100;
   *   `forbidden` for a guest without any picture
   */
  create(owner: Owner, asked: { readonly name: string; readonly query: JsonObject }): Promise<SavedSearch>;
  /** @throws KirokuError `not_found`, `invalid_parameter` */
  change(
    owner: Owner,
    id: string,
    patch: { readonly name?: string; readonly query?: JsonObject },
  ): Promise<SavedSearch>;
  /** @throws KirokuError `not_found` */
  remove(owner: Owner, id: string): Promise<void>;
}
