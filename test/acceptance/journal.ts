import { appendFileSync } from 'node:fs';

/** What clients were told, owner by owner, kept in memory and, line by line, in a file outside the server's tree. */
export interface Journal {
  readonly owners: readonly OwnerJournal[];
  /** Promises found broken while the load ran, in words. */
  readonly faults: string[];
  acknowledged: number;
  /** Every line is in the file before what it tells of is sent, or acted upon. */
  write(line: Readonly<Record<string, unknown>>): void;
}

export interface OwnerJournal {
  readonly name: string;
  /** A browser's cookie; without one the owner is a pipeline's. */
  readonly cookie: string | undefined;
  readonly pictures: Map<string, Picture>;
  /** Uploads whose answer never came, by the hash of what was sent: whole or absent, both are right. */
  readonly unanswered: Map<string, Unanswered>;
  readonly shares: Map<string, ShareLink>;
  readonly searches: Map<string, SavedSearch>;
  /** Names of links and searches whose answer never came. */
  readonly maybeNamed: Set<string>;
  /** Deletes, restores and bulk calls on their way: a purge waits for them, and they for a purge. */
  moving: number;
  purging: boolean;
}

export type Family = 'images' | 'inputs';
export const FAMILIES: readonly Family[] = ['images', 'inputs'];

export interface Picture {
  readonly id: string;
  readonly family: Family;
  readonly seed: number;
  readonly sha256: string;
  readonly created_at: string;
  readonly prompt: string | null;
  /** Path of the original on the wire. */
  readonly url: string;
  known: PictureState;
  /** What an operation without an answer would make of it. */
  maybe: PictureState | 'gone' | undefined;
  /** A client is at it. One whose operation was cut off stays so until the next comparison. */
  busy: boolean;
  /** Changed since its bytes were last compared. */
  touched: boolean;
}

export interface PictureState {
  readonly status: 'active' | 'trash';
  readonly tags: readonly string[];
  readonly favorite: boolean;
  readonly rating: number | null;
}

export interface Unanswered {
  readonly family: Family;
  readonly seed: number;
  readonly prompt: string | null;
  readonly key: string | undefined;
  /** The status came and the body did not: it must be there. */
  readonly acknowledged: boolean;
}

export interface ShareLink {
  readonly url: string;
  readonly ids: readonly string[];
  state: 'open' | 'ended';
  maybeEnded: boolean;
  busy: boolean;
}

export interface SavedSearch {
  readonly name: string;
  maybeGone: boolean;
  busy: boolean;
}

export const FRESH: PictureState = { status: 'active', tags: [], favorite: false, rating: null };

/** @param file where lines go, one JSON object each */
export function createJournal(
  owners: readonly { readonly name: string; readonly cookie: string | undefined }[],
  file: string,
): Journal {
  return {
    owners: owners.map((owner) => ({
      ...owner,
      pictures: new Map(),
      unanswered: new Map(),
      shares: new Map(),
      searches: new Map(),
      maybeNamed: new Set(),
      moving: 0,
      purging: false,
    })),
    faults: [],
    acknowledged: 0,
    write: (line) => appendFileSync(file, `${JSON.stringify(line)}\n`),
  };
}

export function sameState(a: PictureState, b: PictureState): boolean {
  return (
    a.status === b.status &&
    a.favorite === b.favorite &&
    a.rating === b.rating &&
    a.tags.length === b.tags.length &&
    a.tags.every((tag, index) => tag === b.tags[index])
  );
}

/** What an item of the wire says of itself. */
export function stateOf(meta: Readonly<Record<string, unknown>>): PictureState {
  const { tags, rating } = meta;
  return {
    status: meta['status'] === 'trash' ? 'trash' : 'active',
    tags: Array.isArray(tags) ? tags.map(String) : [],
    favorite: meta['favorite'] === true,
    rating: typeof rating === 'number' ? rating : null,
  };
}
