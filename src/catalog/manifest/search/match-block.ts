import type { BlockText } from './block-text.ts';
import { type Cursor, type Needle, needleOf } from './cursor.ts';
import type { TextTerm } from './text-term.ts';

/** Pictures of a full block, and bytes of a set of them (one bit each, lowest first). */
export const BLOCK_PICTURES = 256;
export const SET_BYTES = BLOCK_PICTURES / 8;

/** Terms that look at one of a picture's two texts, made ready for many blocks. */
export interface BlockFilter {
  /** Takes those pictures out of `set` (from byte `at` on) for which not every term holds. */
  keep(text: BlockText, set: Uint8Array, at: number): void;
}

/** A search taken apart by the text that it looks at; undefined where it has no term for one. */
export interface Matcher {
  readonly words: BlockFilter | undefined;
  readonly terms: BlockFilter | undefined;
}

export function createMatcher(terms: readonly TextTerm[]): Matcher {
  const needles = terms.map(needleOf);
  return {
    words: filterOf(needles.filter(({ inWords }) => inWords)),
    terms: filterOf(needles.filter(({ inWords }) => !inWords)),
  };
}

function filterOf(needles: readonly Needle[]): BlockFilter | undefined {
  if (needles.length === 0) return undefined;
  const wanted = needles.filter(({ negated }) => !negated);
  const unwanted = needles.filter(({ negated }) => negated);
  return {
    keep(text, set, at) {
      const holding = wanted.map((needle) => needle.open(text));
      const barring = unwanted.map((needle) => needle.open(text));
      const kept = new Uint8Array(SET_BYTES);
      let picture = nextOfAll(holding, set, at, 0);
      while (picture < BLOCK_PICTURES) {
        if (isNowhere(barring, picture)) {
          kept[picture >>> 3] = (kept[picture >>> 3] ?? 0) | (1 << (picture & 7));
        }
        picture = nextOfAll(holding, set, at, picture + 1);
      }
      set.set(kept, at);
    },
  };
}

function isNowhere(cursors: readonly Cursor[], picture: number): boolean {
  for (const cursor of cursors) if (cursor.next(picture) === picture) return false;
  return true;
}

/** The first picture from `picture` on that is in the set and that every cursor stops at: each overtakes the others. */
function nextOfAll(cursors: readonly Cursor[], set: Uint8Array, at: number, picture: number): number {
  let candidate = nextInSet(set, at, picture);
  let agreed = 0;
  while (agreed < cursors.length && candidate < BLOCK_PICTURES) {
    agreed = 0;
    for (const cursor of cursors) {
      const next = cursor.next(candidate);
      if (next === candidate) {
        agreed += 1;
        continue;
      }
      candidate = nextInSet(set, at, next);
      break;
    }
  }
  return candidate;
}

/** The first picture from `picture` on that is in the set; `BLOCK_PICTURES` when there is none. */
export function nextInSet(set: Uint8Array, at: number, picture: number): number {
  let next = picture;
  while (next < BLOCK_PICTURES) {
    const rest = (set[at + (next >>> 3)] ?? 0) >>> (next & 7);
    if (rest !== 0) return next + trailingZeros(rest);
    next = (next | 7) + 1;
  }
  return BLOCK_PICTURES;
}

function trailingZeros(byte: number): number {
  return 31 - Math.clz32(byte & -byte);
}

/** True when no picture is left in the set. */
export function isEmptySet(set: Uint8Array, at: number): boolean {
  return nextInSet(set, at, 0) === BLOCK_PICTURES;
}
