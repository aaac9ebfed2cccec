import type { Kind, Status } from '../kind.ts';
import type { Owner } from '../owner.ts';
import type { Facet } from './facets.ts';
import type { Term } from './query.ts';

/** Which pictures of one owner are meant: everything that is given must hold. */
export interface Selection {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly status: Status;
  /** `created_at` at or after, ms. */
  readonly from?: number;
  /** `created_at` before, ms. */
  readonly to?: number;
  readonly favorite?: boolean;
  /** Values that the picture has, exactly as `facets` gives them. */
  readonly facets?: readonly { readonly facet: Facet; readonly value: string }[];
  /** The terms of a search (`parseSearch`). */
  readonly terms?: readonly Term[];
}

/** How often each value occurs among the selected pictures. */
export interface FacetCounts {
  /** Most frequent first, then by value (code unit order). */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Distinct values in all: more than `values` when those were cut. */
  readonly distinct: number;
}

export type Facets = { readonly [facet in Facet]: FacetCounts };
