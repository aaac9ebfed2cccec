import type { PictureId } from '../../domain/id.ts';

/**
 * Ids as 128-bit numbers in four 32-bit words, most significant first: a ULID is 26 digits of Crockford's base 32, an
 * older id 32 hex digits. Which of the two a number was is kept apart (the "form"), since the same number in the other
 * form is another id.
 */
export const ULID_FORM = 0;
export const HEX_FORM = 1;
export type IdForm = typeof ULID_FORM | typeof HEX_FORM;

export const ULID_LENGTH = 26;
export const HEX_LENGTH = 32;

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const HEX = '0123456789abcdef';
const BAD = 255;

function digitsOf(alphabet: string): Uint8Array {
  const table = new Uint8Array(256).fill(BAD);
  for (let i = 0; i < alphabet.length; i++) table[alphabet.charCodeAt(i)] = i;
  return table;
}

const BASE32 = digitsOf(CROCKFORD);
const BASE16 = digitsOf(HEX);

/**
 * Reads an id of `length` (26 or 32) characters at `start` into four words of `words`; false when it is not an id.
 */
export function readId(bytes: Uint8Array, start: number, length: number, words: Uint32Array): boolean {
  return length === ULID_LENGTH ? readUlid(bytes, start, words) : readHex(bytes, start, words);
}

function readHex(bytes: Uint8Array, start: number, words: Uint32Array): boolean {
  let bad = 0;
  for (let w = 0; w < 4; w++) {
    let word = 0;
    for (let i = 0; i < 8; i++) {
      const digit = BASE16[bytes[start + w * 8 + i] ?? 0] ?? BAD;
      bad |= digit;
      word = (word << 4) | digit;
    }
    words[w] = word;
  }
  return bad < 16;
}

const digits = new Uint8Array(ULID_LENGTH);

function readUlid(bytes: Uint8Array, start: number, words: Uint32Array): boolean {
  let bad = 0;
  for (let i = 0; i < ULID_LENGTH; i++) {
    const digit = BASE32[bytes[start + i] ?? 0] ?? BAD;
    bad |= digit;
    digits[i] = digit;
  }
  if (bad >= 32 || (digits[0] ?? BAD) > 7) return false;
  packUlid(words);
  return true;
}

/** 26 digits of 5 bits, the first one of 3, make 128 bits: a word takes the low bits of one and the high of the next. */
function packUlid(words: Uint32Array): void {
  const d = digits;
  const at = (i: number) => d[i] ?? 0;
  words[0] =
    (at(0) << 29) |
    (at(1) << 24) |
    (at(2) << 19) |
    (at(3) << 14) |
    (at(4) << 9) |
    (at(5) << 4) |
    (at(6) >> 1);
  words[1] =
    (at(6) << 31) |
    (at(7) << 26) |
    (at(8) << 21) |
    (at(9) << 16) |
    (at(10) << 11) |
    (at(11) << 6) |
    (at(12) << 1) |
    (at(13) >> 4);
  words[2] =
    (at(13) << 28) |
    (at(14) << 23) |
    (at(15) << 18) |
    (at(16) << 13) |
    (at(17) << 8) |
    (at(18) << 3) |
    (at(19) >> 2);
  words[3] =
    (at(19) << 30) |
    (at(20) << 25) |
    (at(21) << 20) |
    (at(22) << 15) |
    (at(23) << 10) |
    (at(24) << 5) |
    at(25);
}

/** The words and form of an id in text. */
export function wordsOf(id: PictureId, words: Uint32Array): IdForm {
  const bytes = Buffer.from(id, 'latin1');
  if (!readId(bytes, 0, bytes.length, words)) throw new RangeError('not an id');
  return bytes.length === ULID_LENGTH ? ULID_FORM : HEX_FORM;
}

/** The text of an id whose words begin at `start`. */
export function idText(words: Uint32Array, start: number, form: IdForm): PictureId {
  let text = '';
  if (form === HEX_FORM) {
    for (let w = 0; w < 4; w++) text += (words[start + w] ?? 0).toString(16).padStart(8, '0');
  } else {
    for (let i = 0; i < ULID_LENGTH; i++) text += CROCKFORD[ulidDigit(words, start, i)] ?? '';
  }
  return text as PictureId;
}

/** Digit `i` of 26: the 5 bits that end `5 · (25 − i)` bits above the bottom. */
function ulidDigit(words: Uint32Array, start: number, i: number): number {
  const low = 5 * (ULID_LENGTH - 1 - i);
  const word = 3 - (low >> 5);
  const shift = low & 31;
  const here = (words[start + word] ?? 0) >>> shift;
  const above = shift > 27 && word > 0 ? (words[start + word - 1] ?? 0) << (32 - shift) : 0;
  return (here | above) & 31;
}

/**
 * Order of two ids as ASCII text. In one form the numbers order as the texts do; a ULID against a hex id must be
 * compared as text.
 */
export function compareIds(
  a: Uint32Array,
  aStart: number,
  aForm: IdForm,
  b: Uint32Array,
  bStart: number,
  bForm: IdForm,
): number {
  if (aForm !== bForm) {
    const left = idText(a, aStart, aForm);
    return left < idText(b, bStart, bForm) ? -1 : 1;
  }
  for (let w = 0; w < 4; w++) {
    const left = a[aStart + w] ?? 0;
    const right = b[bStart + w] ?? 0;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
