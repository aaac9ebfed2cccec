import { endOfString } from './json.ts';

/** Longest line, in UTF-16 units, that is taken for settings. */
const MAX_LINE = 64 * 1024;
const MAX_PAIRS = 1000;
/** Quotes or brackets without their end, after which the rest of the line is split at its commas alone. */
const MAX_MISSES = 16;

/** One line of `key: value, key: "quoted, value", key: {json}, only a key`. */
export interface Settings {
  /** By key in lower case; the last of one name counts, as with the tool that writes them. */
  readonly values: ReadonlyMap<string, string>;
  /** Items with a key and a value. */
  readonly pairs: number;
  /** Items without: some writers leave the value out where it equals the key. */
  readonly others: number;
}

/** Splits a line of settings in one pass, without regular expressions over user text. */
export function parseSettings(line: string): Settings {
  const values = new Map<string, string>();
  const cursor = { at: 0, misses: 0 };
  let pairs = 0;
  let others = 0;
  if (line.length > MAX_LINE) return { values, pairs, others };
  while (cursor.at < line.length && pairs + others < MAX_PAIRS) {
    const key = readKey(line, cursor);
    if (key !== '' && line[cursor.at] === ':' && isKey(key)) {
      cursor.at += 1;
      values.set(key.toLowerCase(), readValue(line, cursor));
      pairs += 1;
    } else if (key !== '') {
      cursor.at = commaFrom(line, cursor.at);
      if (isKey(key)) values.set(key.toLowerCase(), key);
      others += 1;
    }
    cursor.at += 1;
  }
  return { values, pairs, others };
}

interface Cursor {
  at: number;
  misses: number;
}

/** Up to the next colon or comma, which it leaves standing. */
function readKey(line: string, cursor: Cursor): string {
  const from = cursor.at;
  let to = from;
  while (to < line.length && line[to] !== ':' && line[to] !== ',') to += 1;
  cursor.at = to;
  return line.slice(from, to).trim();
}

/** Word characters of any script, spaces, `-`, `/`, `.` and `_`. */
function isKey(key: string): boolean {
  return key.length <= 100 && /^[\p{L}\p{N}_][\p{L}\p{N}_ \-/.]*$/u.test(key);
}

/** Leaves the cursor on the comma behind the value, or at the line's end. */
function readValue(line: string, cursor: Cursor): string {
  while (line[cursor.at] === ' ') cursor.at += 1;
  const from = cursor.at;
  const end = cursor.misses < MAX_MISSES ? endOfEnclosed(line, from) : undefined;
  if (end !== undefined) {
    const comma = commaFrom(line, end);
    // Something between the closing mark and the comma: it only began like a quoted value.
    if (line.slice(end, comma).trim() === '') {
      cursor.at = comma;
      return unquoted(line.slice(from, end));
    }
  }
  // Bounds the looking ahead, which would otherwise be repeated for every opening mark of a hostile line.
  if (isOpening(line[from])) cursor.misses += 1;
  cursor.at = commaFrom(line, from);
  return line.slice(from, cursor.at).trim();
}

function isOpening(char: string | undefined): boolean {
  return char === '"' || char === '{' || char === '[';
}

function commaFrom(line: string, from: number): number {
  const comma = line.indexOf(',', from);
  return comma < 0 ? line.length : comma;
}

/** Where a quoted text or a balanced JSON value that begins here ends; undefined when it does not. */
function endOfEnclosed(line: string, from: number): number | undefined {
  if (line[from] === '"') {
    const quote = endOfString(line, from);
    return quote < line.length ? quote + 1 : undefined;
  }
  if (!isOpening(line[from])) return undefined;
  let depth = 0;
  for (let at = from; at < line.length; at += 1) {
    const char = line[at];
    if (char === '"') at = endOfString(line, at);
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** The writer quotes as JSON does; a value that is no JSON keeps its text. */
function unquoted(raw: string): string {
  if (!raw.startsWith('"')) return raw;
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === 'string') return value;
  } catch {
    // As it stands, without its quotes.
  }
  return raw.slice(1, -1);
}
