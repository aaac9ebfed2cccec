import type { Item } from '../api/types.ts';

/** As much of a picture as actions need: an Item is one. */
export interface Picture {
  readonly id: string;
  readonly created_at: string;
  readonly meta: Pick<Item['meta'], 'favorite' | 'rating' | 'tags'>;
}

/** `quiet`: only a failure is said; whoever asks has an undo of their own. */
export type How = 'quiet';

/**
 * What can be done to pictures of a family. Each shows at once in every list and in ['item', family, id], is sent in steps
 * (a toast says how far it is, and can stop it), is taken back where the server did not do it (a toast says why), and ends
 * with a toast that undoes what was done. They never reject.
 */
export interface Actions {
  trash(pictures: readonly Picture[], how?: How): Promise<void>;
  restore(pictures: readonly Picture[], how?: How): Promise<void>;
  favorite(pictures: readonly Picture[], on: boolean, how?: How): Promise<void>;
  tag(pictures: readonly Picture[], tags: readonly string[], how?: How): Promise<void>;
  untag(pictures: readonly Picture[], tags: readonly string[], how?: How): Promise<void>;
  /** @param rating 0–5; null takes it away */
  rate(pictures: readonly Picture[], rating: number | null, how?: How): Promise<void>;
  /** Downloads the originals, at most 2,000. */
  zip(pictures: readonly Pick<Picture, 'id'>[]): Promise<void>;
  /** Copies into the inputs. */
  copyToInputs(pictures: readonly Pick<Picture, 'id'>[]): Promise<void>;
}
