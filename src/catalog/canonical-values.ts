import { isPictureId } from '../domain/id.ts';
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
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** What may follow a backslash: `"` `\` `b` `f` `n` `r` `t`. Others are escaped as `\u`, which is rare: left to a parser. */
const ESCAPED = new Set([...'"\\bfnrt'].map((letter) => letter.charCodeAt(0)));
/** Digits that every whole number of so many has exactly. */
const SAFE_DIGITS = 15;
const LONGEST_NUMBER = 25;
/** A deeper structure is left to the parser, which refuses it somewhere. */
const MOST_NESTED = 40;
/** Names of one object; more are left to the parser. */
const MOST_NAMES = 32;
const PROVENANCES = ['job', 'embedded', 'graph', 'user'].map((source) => ascii(`"${source}"`));
const WORDS = ['true', 'false', 'null'].map(ascii);
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
  return listEnd(bytes, at, textEnd);
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

/** A list of objects. */
export function lorasEnd(bytes: Buffer, at: number): number {
  return listEnd(bytes, at, (_, item) => objectEnd(bytes, item, (__, value) => jsonEnd(bytes, value, 2)));
}

/** A list of `{kind, id, role}`. */
export function parentsEnd(bytes: Buffer, at: number): number {
  return listEnd(bytes, at, parentEnd);
}

/** An object whose values name sources. */
export function provenanceEnd(bytes: Buffer, at: number): number {
  return objectEnd(bytes, at, (_, value) => literalEnd(bytes, value, PROVENANCES));
}

const PARENT = ascii('{"kind":');
const PARENT_ID = ascii(',"id":"');
const PARENT_ROLE = ascii('","role":');
const KIND_TEXTS = KINDS.map((kind) => ascii(`"${kind}"`));

function parentEnd(bytes: Buffer, at: number): number {
  const kind = after(bytes, at, PARENT);
  const id = kind < 0 ? -1 : after(bytes, literalEnd(bytes, kind, KIND_TEXTS), PARENT_ID);
  const idEnd = id < 0 ? -1 : bytes.indexOf(QUOTE, id);
  const role = after(bytes, idEnd, PARENT_ROLE);
  if (role < 0 || !isPictureId(bytes.toString('latin1', id, idEnd))) return -1;
  const end = textEnd(bytes, role);
  return end >= 0 && bytes[end] === CLOSE_BRACE ? end + 1 : -1;
}

type End = (bytes: Buffer, at: number) => number;

function listEnd(bytes: Buffer, at: number, itemEnd: End): number {
  if (bytes[at] !== OPEN_BRACKET) return -1;
  if (bytes[at + 1] === CLOSE_BRACKET) return at + 2;
  for (let end = itemEnd(bytes, at + 1); end >= 0; end = itemEnd(bytes, end + 1)) {
    if (bytes[end] === CLOSE_BRACKET) return end + 1;
    if (bytes[end] !== COMMA) return -1;
  }
  return -1;
}

/** No name twice, and none that begins with a digit: a parser would keep one of them, or put it in front. */
function objectEnd(bytes: Buffer, at: number, valueEnd: End): number {
  if (bytes[at] !== OPEN_BRACE) return -1;
  if (bytes[at + 1] === CLOSE_BRACE) return at + 2;
  const names: number[] = [];
  for (let name = at + 1; ; ) {
    const colon = textEnd(bytes, name);
    if (colon < 0 || bytes[colon] !== COLON || isDigit(bytes[name + 1])) return -1;
    if (names.length > MOST_NAMES || isAmong(bytes, names, name, colon)) return -1;
    names.push(name);
    const end = valueEnd(bytes, colon + 1);
    if (end < 0 || bytes[end] === CLOSE_BRACE) return end < 0 ? -1 : end + 1;
    if (bytes[end] !== COMMA) return -1;
    name = end + 1;
  }
}

function isAmong(bytes: Buffer, names: readonly number[], start: number, end: number): boolean {
  return names.some((other) => bytes.compare(bytes, start, end, other, other + end - start) === 0);
}

/** Any value; arrays and objects up to a depth. */
function jsonEnd(bytes: Buffer, at: number, depth: number): number {
  if (depth > MOST_NESTED) return -1;
  switch (bytes[at]) {
    case QUOTE:
      return textEnd(bytes, at);
    case OPEN_BRACKET:
      return listEnd(bytes, at, (_, item) => jsonEnd(bytes, item, depth + 1));
    case OPEN_BRACE:
      return objectEnd(bytes, at, (_, value) => jsonEnd(bytes, value, depth + 1));
    default: {
      const end = literalEnd(bytes, at, WORDS);
      return end >= 0 ? end : numberEnd(bytes, at);
    }
  }
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
  return end >= 0 && bytes[end] === CLOSE_BRACE ? end + 1 : -1;
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
