import { TERM_MARK } from '../../../domain/search/text.ts';
import type { TextTerm } from './text-term.ts';

/**
 * A block's signature says which blocks cannot hold a text (a Bloom filter; B. H. Bloom, 1970). Two parts: pieces of the
 * words, one bit each, and the terms that are compared whole, five bits each, as nearly every picture has a seed of its own.
 *
 * Pieces are trigrams of bytes (a Hangul syllable or a kanji is three, so every script is treated alike). Where texts
 * repeat themselves, as series of one prompt do, there is room for pieces of five bytes too, which tell names made of common
 * syllables apart; where texts differ much they would only fill the signature. Each block says whether it has them.
 */
const TEXT_BITS = 8_192;
const TOKEN_BITS = 4_096;
const TOKEN_HASHES = 5;
/** Bytes of one block's signature: 6 a picture. */
export const SIGNATURE_BYTES = (TEXT_BITS + TOKEN_BITS) / 8;

/** Set where the block has pieces of five bytes. No piece has this bit. */
const HAS_LONG = 0;
/** Pieces of five bytes are left out when more bits than this would be set. */
const MOST_BITS = TEXT_BITS * 0.6;
const SHORT = 3;
const LONG = 5;

/** Fields whose terms have bits of their own. */
const TOKEN_FIELDS: ReadonlySet<string> = new Set(['seed', 'size', 'recipe', 'parent']);
const CONTROL = 0x20;

function setBit(signatures: Uint8Array, at: number, bit: number): void {
  const place = at + (bit >>> 3);
  signatures[place] = (signatures[place] ?? 0) | (1 << (bit & 7));
}

function hasBit(signatures: Uint8Array, at: number, bit: number): boolean {
  return ((signatures[at + (bit >>> 3)] ?? 0) & (1 << (bit & 7))) !== 0;
}

/** Adds the trigrams of `bytes` from `start` to `end` to the signature that begins at `at`. */
export function signText(
  signatures: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  signPieces(signatures, at, bytes, start, end, SHORT);
}

/** Ends a block's signature: adds the pieces of five bytes of all its words, if there is room. */
export function signLong(signatures: Uint8Array, at: number, words: Uint8Array, end: number): void {
  const fuller = signatures.slice(at, at + TEXT_BITS / 8);
  signPieces(fuller, 0, words, 0, end, LONG);
  if (countBits(fuller) > MOST_BITS) return;
  setBit(fuller, 0, HAS_LONG);
  signatures.set(fuller, at);
}

function signPieces(
  signatures: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  length: number,
): void {
  let last = 0;
  let before = 0;
  let run = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    // the last three bytes, and the two before them
    before = ((before << 8) | (last >>> 16)) & 0xffff;
    last = ((last << 8) | byte) & 0xff_ffff;
    // no text that is looked for crosses the end of a field
    run = byte < CONTROL ? 0 : run + 1;
    if (run < length) continue;
    const piece = length === SHORT ? last : last ^ Math.imul(before, 0x85eb_ca77);
    setBit(signatures, at, Math.imul(piece, 0x9e37_79b1) >>> 19 || 1);
  }
}

function countBits(bits: Uint8Array): number {
  let count = 0;
  for (let rest of bits) for (; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Adds the whole terms among `SearchText.terms`. */
export function signTerms(signatures: Uint8Array, at: number, terms: string): void {
  for (let start = 1; start < terms.length; ) {
    const end = terms.indexOf(TERM_MARK, start);
    const equals = terms.indexOf('=', start);
    if (TOKEN_FIELDS.has(terms.slice(start, equals))) {
      const hash = hashOf(terms, start, end);
      for (let i = 0; i < TOKEN_HASHES; i++) setBit(signatures, at, tokenBit(hash, i));
    }
    start = end + 1;
  }
}

/** FNV-1a over code units, its bits mixed once more. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c_9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85eb_ca77);
  return hash ^ (hash >>> 13);
}

/** The `i`th position, behind the trigrams' bits: two halves of one hash, combined (Kirsch and Mitzenmacher, 2006). */
function tokenBit(hash: number, i: number): number {
  return TEXT_BITS + (((hash & 0xffff) + i * ((hash >>> 16) | 1)) & (TOKEN_BITS - 1));
}

/** Bits that the signature of a block has in which all of the terms hold. */
export interface Probe {
  readonly bits: Uint16Array;
  /** The same where it has pieces of five bytes. */
  readonly long: Uint16Array;
}

export function probeOf(terms: readonly TextTerm[]): Probe {
  const bits = new Set<number>();
  const long = new Set<number>();
  for (const term of terms) {
    if (term.negated) continue;
    if (term.by === 'exact') {
      const token = `${term.field}=${term.text}`;
      const hash = hashOf(token, 0, token.length);
      for (let i = 0; i < TOKEN_HASHES; i++) bits.add(tokenBit(hash, i));
    }
    if (term.by === 'text') {
      for (const bit of pieceBits(term.text, SHORT)) bits.add(bit);
      for (const bit of pieceBits(term.text, LONG)) long.add(bit);
    }
  }
  return { bits: Uint16Array.from(bits), long: Uint16Array.from(long) };
}

/** None for a text that is shorter: it is looked for everywhere. */
function pieceBits(text: string, length: number): number[] {
  const bytes = Buffer.from(text, 'utf8');
  const scratch = new Uint8Array(SIGNATURE_BYTES);
  signPieces(scratch, 0, bytes, 0, bytes.length, length);
  return Array.from({ length: TEXT_BITS }, (_, bit) => bit).filter((bit) => hasBit(scratch, 0, bit));
}

/** False when the terms of `probe` cannot all hold in this block. */
export function mayHold(signatures: Uint8Array, block: number, { bits, long }: Probe): boolean {
  const at = block * SIGNATURE_BYTES;
  if (!hasAll(signatures, at, bits)) return false;
  return long.length === 0 || !hasBit(signatures, at, HAS_LONG) || hasAll(signatures, at, long);
}

function hasAll(signatures: Uint8Array, at: number, bits: Uint16Array): boolean {
  for (let i = 0; i < bits.length; i++) if (!hasBit(signatures, at, bits[i] ?? 0)) return false;
  return true;
}
