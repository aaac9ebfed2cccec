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
  for (const term of terms.split(TERM_MARK)) {
    const equals = term.indexOf('=');
    if (equals < 0 || !TOKEN_FIELDS.has(term.slice(0, equals))) continue;
    for (const bit of tokenBits(term)) {
      const place = at + (bit >>> 3);
      signatures[place] = (signatures[place] ?? 0) | (1 << (bit & 7));
    }
  }
}

/** Positions behind the trigrams' bits: two halves of an FNV-1a hash, combined (Kirsch and Mitzenmacher, 2006). */
function tokenBits(token: string): number[] {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85eb_ca77);
  hash ^= hash >>> 13;
  const step = (hash >>> 16) | 1;
  return Array.from(
    { length: TOKEN_HASHES },
    (_, i) => TEXT_BITS + (((hash & 0xffff) + i * step) & (TOKEN_BITS - 1)),
  );
}

/** Bits that the signature of every block has in which all of the terms can hold. */
export function probeOf(terms: readonly TextTerm[]): Uint16Array {
  const bits = new Set<number>();
  for (const term of terms) {
    if (term.negated) continue;
    if (term.by === 'exact') for (const bit of tokenBits(`${term.field}=${term.text}`)) bits.add(bit);
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
