import { TERM_MARK } from '../../../domain/search/text.ts';
import type { TextTerm } from './text-term.ts';

/**
 * A block's signature says which blocks cannot hold a text (a Bloom filter; B. H. Bloom, 1970). Two parts: byte
 * trigrams of the words (one bit each; a Hangul syllable or a kanji is three bytes, so every script is treated alike),
 * and the terms that are compared whole (five bits each: nearly every picture has a seed of its own).
 */
const TEXT_BITS = 8_192;
const TOKEN_BITS = 4_096;
const TOKEN_HASHES = 5;
/** Bytes of one block's signature: 6 a picture. */
export const SIGNATURE_BYTES = (TEXT_BITS + TOKEN_BITS) / 8;

/** Fields whose terms have bits of their own. */
const TOKEN_FIELDS: ReadonlySet<string> = new Set(['seed', 'size', 'recipe', 'parent']);
const CONTROL = 0x20;

/** Adds the words of `bytes` from `start` to `end` to the signature that begins at `at`. */
export function signText(
  signatures: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  let gram = 0;
  let run = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    gram = ((gram << 8) | byte) & 0xff_ffff;
    // no text that is looked for crosses the end of a field
    run = byte < CONTROL ? 0 : run + 1;
    if (run < 3) continue;
    const bit = Math.imul(gram, 0x9e37_79b1) >>> 19;
    const place = at + (bit >>> 3);
    signatures[place] = (signatures[place] ?? 0) | (1 << (bit & 7));
  }
}

/** Adds the whole terms among `SearchText.terms`. */
export function signTerms(signatures: Uint8Array, at: number, terms: string): void {
  for (let start = 1; start < terms.length; ) {
    const end = terms.indexOf(TERM_MARK, start);
    const equals = terms.indexOf('=', start);
    if (TOKEN_FIELDS.has(terms.slice(start, equals))) {
      const hash = hashOf(terms, start, end);
      for (let i = 0; i < TOKEN_HASHES; i++) {
        const bit = tokenBit(hash, i);
        const place = at + (bit >>> 3);
        signatures[place] = (signatures[place] ?? 0) | (1 << (bit & 7));
      }
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

/** Bits that the signature of every block has in which all of the terms can hold. */
export function probeOf(terms: readonly TextTerm[]): Uint16Array {
  const bits = new Set<number>();
  for (const term of terms) {
    if (term.negated) continue;
    if (term.by === 'exact') {
      const token = `${term.field}=${term.text}`;
      const hash = hashOf(token, 0, token.length);
      for (let i = 0; i < TOKEN_HASHES; i++) bits.add(tokenBit(hash, i));
    }
    if (term.by === 'text') for (const bit of gramBits(term.text)) bits.add(bit);
  }
  return Uint16Array.from(bits);
}

/** None for a text below three bytes: it is looked for everywhere. */
function gramBits(text: string): number[] {
  const bytes = Buffer.from(text, 'utf8');
  const scratch = new Uint8Array(SIGNATURE_BYTES);
  signText(scratch, 0, bytes, 0, bytes.length);
  const bits: number[] = [];
  for (let bit = 0; bit < TEXT_BITS; bit++) {
    if (((scratch[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0) bits.push(bit);
  }
  return bits;
}

/** False when the terms of `probe` cannot all hold in this block. */
export function mayHold(signatures: Uint8Array, block: number, probe: Uint16Array): boolean {
  const at = block * SIGNATURE_BYTES;
  for (let i = 0; i < probe.length; i++) {
    const bit = probe[i] ?? 0;
    if (((signatures[at + (bit >>> 3)] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}
