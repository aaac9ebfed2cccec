import type { Flip } from './flips.ts';
import type { Role } from './flips-tree.ts';

/** One thing that `kiroku verify --json` tells of. */
export interface Told {
  readonly damage: string;
  readonly user_id: string;
  readonly kind?: string;
  readonly id?: string;
  /** Of a manifest: where the bad line begins. */
  readonly byte?: number;
}

const DAMAGE: Readonly<Record<Role, RegExp>> = {
  original: /^original_changed$/,
  thumbnail: /^thumbnail_broken$/,
  sidecar: /^sidecar_(unreadable|differs|missing)$/,
  manifest: /^manifest/,
};

export interface FlipsJudged {
  /** Flips that nothing was said of. */
  readonly missed: readonly Flip[];
  /** What was said, and no flip is the reason for. */
  readonly unexplained: readonly Told[];
}

/** Holds what was told against what was done: the same picture, and the very kind of damage. */
export function judgeFlips(flips: readonly Flip[], told: readonly Told[]): FlipsJudged {
  return {
    missed: flips.filter((flip) => !told.some((one) => explains(flip, one))),
    unexplained: told.filter((one) => !flips.some((flip) => explains(flip, one))),
  };
}

function explains(flip: Flip, told: Told): boolean {
  if (told.user_id !== flip.owner || !DAMAGE[flip.role].test(told.damage)) return false;
  if (flip.role !== 'manifest') return told.kind === flip.kind && told.id === flip.id;
  const { from, to } = lineAround(flip.before, flip.at);
  return told.byte !== undefined && told.byte >= from && told.byte <= to;
}

/** The line that a byte is in. A newline that was flipped makes one of two, and a byte that became one two of one. */
export function lineAround(bytes: Buffer, at: number): { from: number; to: number } {
  const from = at === 0 ? 0 : bytes.lastIndexOf(10, at - 1) + 1;
  const end = bytes.indexOf(10, at);
  return { from, to: end === -1 ? bytes.length : end };
}
