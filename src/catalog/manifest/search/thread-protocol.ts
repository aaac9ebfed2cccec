import type { ErrorCode, ErrorDetails } from '../../../domain/errors.ts';
import type { Owner } from '../../../domain/owner.ts';
import type { Appended, BlockFacts, Places } from './text-index.ts';
import type { TextTerm } from './text-term.ts';

/** What the thread is started with. */
export interface ThreadData {
  /** The tree's folder. */
  readonly root: string;
}

/** Calls of `TextIndex` and `TextFile` by name; files are known by number. */
export interface Asked {
  readonly open: { readonly owner: Owner; readonly epoch: string };
  readonly create: { readonly owner: Owner; readonly epoch: string };
  readonly append: { readonly file: number; readonly places: Places };
  readonly match: {
    readonly file: number;
    readonly blocks: Uint32Array;
    readonly sets: Uint8Array;
    readonly terms: readonly TextTerm[];
  };
  readonly isMadeFrom: {
    readonly file: number;
    readonly block: number;
    readonly picture: number;
    readonly places: Places;
  };
  readonly publish: { readonly file: number };
  readonly close: { readonly file: number };
}

export type Op = keyof Asked;
export type Request = { [op in Op]: { readonly op: op; readonly with: Asked[op] } }[Op];

export interface Answers {
  readonly open: { readonly file: number; readonly blocks: BlockFacts } | undefined;
  readonly create: number;
  readonly append: Appended;
  readonly match: Uint8Array | undefined;
  readonly isMadeFrom: boolean;
  readonly publish: boolean;
  readonly close: boolean;
}

/** A request, or `end`: what was asked is answered, files are closed, and the thread comes to its end by itself. */
export type ToThread = { readonly id: number; readonly request: Request } | 'end';

export interface FromThread {
  readonly id: number;
  readonly value?: Answers[Op];
  /** The members of a `KirokuError`. */
  readonly failed?: { readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails };
}
