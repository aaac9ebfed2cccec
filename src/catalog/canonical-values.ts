import { isPictureId } from '../domain/id.ts';
import { isJsonObject } from '../domain/json.ts';
import { KINDS } from '../domain/kind.ts';
import { after, ascii } from './manifest/bytes.ts';

/**
 * JSON values as `JSON.stringify` writes them, read by position. Each function gives the position after the value whose
 * first byte is at `at`, or −1 when it is another value, or written in another way. Sound UTF-8 is proved elsewhere.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
/** What may follow a backslash: `"` `\` `b` `f` `n` `r` `t`. Others are escaped as `\u`, which is rare: left to a parser. */
const ESCAPED = new Set([...'"\\bfnrt'].map((letter) => letter.charCodeAt(0)));
/** Digits that every whole number of so many has exactly. */
const SAFE_DIGITS = 15;
const LONGEST_NUMBER = 25;
/** A deeper structure is left to the parser, which refuses it somewhere. */
const MOST_NESTED = 40;
const PROVENANCES = new Set<unknown>(['job', 'embedded', 'graph', 'user']);
const EMPTY_LIST = ascii('[]');
const DATE_FORM = ascii('"0000-00-00T00:00:00.000Z"');

export function textEnd(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return -1;
  for (let i = at + 1; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) return i + 1;
    if (byte < 0x20) return -1;
    if (byte === BACKSLASH) {
      i += 1;
      if (!ESCAPED.has(bytes[i] ?? 0)) return -1;
    }
  }
  return -1;
}

export function textsEnd(bytes: Buffer, at: number): number {
  if (bytes[at] !== 0x5b) return -1;
  if (bytes[at + 1] === 0x5d) return at + 2;
  for (let i = at + 1; i > 0; ) {
    i = textEnd(bytes, i);
    if (i < 0) return -1;
    if (bytes[i] === 0x5d) return i + 1;
    if (bytes[i] !== 0x2c) return -1;
    i += 1;
  }
  return -1;
}

/** Which of some texts stands there. */
export function literalEnd(bytes: Buffer, at: number, words: readonly Uint8Array[]): number {
  for (const word of words) {
    const end = after(bytes, at, word);
    if (end >= 0) return end;
  }
  return -1;
}

/** A whole number from 0. */
export function countEnd(bytes: Buffer, at: number): number {
  let end = at;
  while (isDigit(bytes[end])) end += 1;
  if (end === at || end - at > SAFE_DIGITS || (bytes[at] === ZERO && end - at > 1)) return -1;
  return end;
}

/** A whole number from 1. */
export function positiveEnd(bytes: Buffer, at: number): number {
  return bytes[at] === ZERO ? -1 : countEnd(bytes, at);
}

/** Any finite number. */
export function numberEnd(bytes: Buffer, at: number): number {
  const end = countEnd(bytes, at);
  if (end >= 0 && !isNumberByte(bytes[end])) return end;
  let until = at;
  while (isNumberByte(bytes[until])) until += 1;
  if (until === at || until - at > LONGEST_NUMBER) return -1;
  const text = bytes.toString('latin1', at, until);
  const value = Number(text);
  return Number.isFinite(value) && String(value) === text ? until : -1;
}

/** A text of lower-case hex digits, this many. */
export function hexEnd(bytes: Buffer, at: number, length: number): number {
  if (bytes[at] !== QUOTE || bytes[at + 1 + length] !== QUOTE) return -1;
  for (let i = at + 1; i <= at + length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (!isDigit(byte) && (byte < 0x61 || byte > 0x66)) return -1;
  }
  return at + length + 2;
}

/** A decimal text of at most 40 digits, as seeds are kept. */
export function seedEnd(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return -1;
  const start = bytes[at + 1] === MINUS ? at + 2 : at + 1;
  let end = start;
  while (isDigit(bytes[end])) end += 1;
  return end > start && end - start <= 40 && bytes[end] === QUOTE ? end + 1 : -1;
}

/** A time as records keep it, `"2026-01-02T03:04:05.678Z"`, that exists and lies in 1970 or later. */
export function dateEnd(bytes: Buffer, at: number): number {
  for (let i = 0; i < DATE_FORM.length; i += 1) {
    const expected = DATE_FORM[i] ?? 0;
    const byte = bytes[at + i];
    if (expected === ZERO ? !isDigit(byte) : byte !== expected) return -1;
  }
  const year = twoAt(bytes, at + 1) * 100 + twoAt(bytes, at + 3);
  const month = twoAt(bytes, at + 6);
  const day = twoAt(bytes, at + 9);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return -1;
  if (twoAt(bytes, at + 12) > 23 || twoAt(bytes, at + 15) > 59 || twoAt(bytes, at + 18) > 59) return -1;
  return at + DATE_FORM.length;
}

/** ms since midnight of the `03:04:05.678` at `at`, which `dateEnd` proved. */
export function timeAt(bytes: Buffer, at: number): number {
  const minutes = twoAt(bytes, at) * 60 + twoAt(bytes, at + 3);
  const ms = twoAt(bytes, at + 9) * 10 + ((bytes[at + 11] ?? ZERO) - ZERO);
  return (minutes * 60 + twoAt(bytes, at + 6)) * 1000 + ms;
}

export function lorasEnd(bytes: Buffer, at: number): number {
  const none = after(bytes, at, EMPTY_LIST);
  if (none >= 0) return none;
  return structureEnd(bytes, at, (value) => Array.isArray(value) && value.every(isJsonObject));
}

/** A list of `{kind, id, role}`. */
export function parentsEnd(bytes: Buffer, at: number): number {
  const none = after(bytes, at, EMPTY_LIST);
  if (none >= 0) return none;
  return structureEnd(bytes, at, (value) => Array.isArray(value) && value.every(isParent));
}

export function provenanceEnd(bytes: Buffer, at: number): number {
  return structureEnd(
    bytes,
    at,
    (value) => isJsonObject(value) && Object.values(value).every((source) => PROVENANCES.has(source)),
  );
}

const ADOPTED = ascii(',"adopted_from":{"name":');
const INODE = ascii(',"inode":');
const SIZE = ascii(',"size":');
const MTIME = ascii(',"mtime":');

/** Past `,"adopted_from":{…}`; the same position when that does not begin here. */
export function adoptedEnd(bytes: Buffer, at: number): number {
  const name = after(bytes, at, ADOPTED);
  if (name < 0) return at;
  const inode = after(bytes, textEnd(bytes, name), INODE);
  if (inode < 0 || bytes[inode + 1] === MINUS) return -1;
  const inodeEnd = seedEnd(bytes, inode);
  if (inodeEnd < 0 || inodeEnd - inode > 22) return -1;
  const size = after(bytes, inodeEnd, SIZE);
  const mtime = size < 0 ? -1 : after(bytes, countEnd(bytes, size), MTIME);
  const end = mtime < 0 ? -1 : numberEnd(bytes, mtime);
  return end >= 0 && bytes[end] === 0x7d ? end + 1 : -1;
}

function isParent(value: unknown): boolean {
  if (!isJsonObject(value) || Object.keys(value).join() !== 'kind,id,role') return false;
  const { kind, id, role } = value;
  const known = KINDS.some((one) => one === kind);
  return known && typeof id === 'string' && isPictureId(id) && typeof role === 'string';
}

/** The rare members that hold structures are parsed, and written again to see that nothing changes. */
function structureEnd(bytes: Buffer, at: number, fits: (value: unknown) => boolean): number {
  const end = bracketsEnd(bytes, at);
  if (end < 0) return -1;
  const text = bytes.toString('utf8', at, end);
  try {
    const value: unknown = JSON.parse(text);
    return fits(value) && JSON.stringify(value) === text ? end : -1;
  } catch {
    return -1;
  }
}

/** Past the bracket that closes the one at `at`. */
function bracketsEnd(bytes: Buffer, at: number): number {
  let depth = 0;
  for (let i = at; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) {
      i = textEnd(bytes, i) - 1;
      if (i < 0) return -1;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > MOST_NESTED) return -1;
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
    }
    if (depth === 0) return i === at ? -1 : i + 1;
  }
  return -1;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function twoAt(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? ZERO) - ZERO) * 10 + ((bytes[at + 1] ?? ZERO) - ZERO);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** Digits, `-`, `+`, `.`, `e`, `E`. */
function isNumberByte(byte: number | undefined): boolean {
  return isDigit(byte) || byte === MINUS || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45;
}
