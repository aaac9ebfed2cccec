import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';

const MAX_DEPTH = 64;
/** Values and keys of all documents of one file: some 6,000 nodes of a graph have as many. */
const MAX_VALUES = 120_000;
/** UTF-16 units of all documents of one file. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** Older VideoHelperSuite wrote JSON in a JSON text. */
const MAX_WRAPS = 2;

/** Parses the JSON of one file within bounds that all its documents share. */
export interface JsonReader {
  /** The value, or undefined: not JSON, or past the limits. */
  parse(text: string): JsonValue | undefined;
  /** The same for a text that must hold an object. */
  object(text: string): JsonObject | undefined;
}

/**
 * JSON as generators write it: bare `NaN`, `Infinity` and `-Infinity` outside of texts are `null`, integers that a
 * number does not carry exactly are texts, an object inside a JSON text is unwrapped. Time is linear in the text's
 * length, and memory is bounded before anything is built. A member named `__proto__` is a plain member.
 */
export function createJsonReader(): JsonReader {
  const left = { values: MAX_VALUES, characters: MAX_CHARACTERS };

  function once(text: string): JsonValue | undefined {
    if (text.length > left.characters) return undefined;
    left.characters -= text.length;
    const plain = mend(text, left);
    if (plain === undefined) return undefined;
    try {
      const value: JsonValue = JSON.parse(plain);
      return value;
    } catch {
      return undefined;
    }
  }

  function parse(text: string): JsonValue | undefined {
    let value = once(text);
    for (let wraps = 0; wraps < MAX_WRAPS && typeof value === 'string'; wraps += 1) {
      if (!value.trimStart().startsWith('{')) break;
      value = once(value) ?? value;
    }
    return value;
  }

  return {
    parse,
    object(text) {
      const value = parse(text);
      return isJsonObject(value) ? value : undefined;
    },
  };
}

/** The same in words that every JSON parser knows; undefined: past the limits. */
function mend(text: string, left: { values: number }): string | undefined {
  const strange = measure(text, left);
  if (strange === undefined) return undefined;
  return strange ? mended(text) : text;
}

/**
 * One pass outside of texts: counts values and limits depth.
 * @returns whether something has to be written differently; undefined: past the limits
 */
function measure(text: string, left: { values: number }): boolean | undefined {
  let strange = false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      at = endOfString(text, at);
      left.values -= 1;
    } else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      left.values -= 1;
      if (depth > MAX_DEPTH) return undefined;
    } else if (char === 0x7d || char === 0x5d) {
      depth -= 1;
    } else if (startsWord(char)) {
      const end = endOfWord(text, at);
      strange ||= replacement(text, at, end) !== undefined;
      left.values -= 1;
      at = end - 1;
    }
    if (left.values < 0) return undefined;
  }
  return strange;
}

/** A second pass, over the few documents that need it. */
function mended(text: string): string {
  const parts: string[] = [];
  let kept = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      at = endOfString(text, at);
    } else if (startsWord(char)) {
      const end = endOfWord(text, at);
      const other = replacement(text, at, end);
      if (other !== undefined) {
        parts.push(text.slice(kept, at), other);
        kept = end;
      }
      at = end - 1;
    }
  }
  return parts.join('') + text.slice(kept);
}

/** Where the text that begins at `open` has its closing quote; the text's end when it has none. */
export function endOfString(text: string, open: number): number {
  const quote = text.indexOf('"', open + 1);
  if (quote < 0) return text.length;
  let backslashes = 0;
  while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes += 1;
  if (backslashes % 2 === 0) return quote;
  // A text with escaped quotes has many of them: from here on character by character.
  for (let at = quote + 1; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x22) return at;
    if (char === 0x5c) at += 1;
  }
  return text.length;
}

/** Letters, digits and the minus: what a number or a bare word begins with. */
function startsWord(char: number): boolean {
  return (char >= 0x30 && char <= 0x39) || char === 0x2d || isLetter(char);
}

function isLetter(char: number): boolean {
  return (char >= 0x41 && char <= 0x5a) || (char >= 0x61 && char <= 0x7a);
}

function endOfWord(text: string, from: number): number {
  let at = from + 1;
  for (; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (!startsWord(char) && char !== 0x2b && char !== 0x2e) break;
  }
  return at;
}

/** Shortest run of digits that a number may not carry exactly. */
const LONG_INTEGER = 16;

function replacement(text: string, from: number, to: number): string | undefined {
  const first = text.charCodeAt(from);
  if (isLetter(first) || isLetter(text.charCodeAt(from + 1))) {
    const word = to - from > 9 ? '' : text.slice(from, to);
    return word === 'NaN' || word === 'Infinity' || word === '-Infinity' ? 'null' : undefined;
  }
  if (to - from < LONG_INTEGER) return undefined;
  const digits = text.slice(from, to);
  return /^-?[0-9]+$/.test(digits) && !Number.isSafeInteger(Number(digits)) ? `"${digits}"` : undefined;
}
