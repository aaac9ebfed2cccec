import { stringEnd } from './bytes.ts';
import { type Literal, literal, past } from './literal.ts';

/**
 * Where a record's tags and look (workflow, ratio, model, LoRAs, generator) stand, read by position. They lie together
 * (`record-members.ts`), and what has the same bytes there has the same values, but for LoRAs that only a prompt names.
 */
export interface FacetPlace {
  /** The array, its brackets included. */
  tagsStart: number;
  tagsEnd: number;
  /** The look begins where the tags end: members, each with the comma before it. */
  lookEnd: number;
  /** The prompt's text without its quotes; −1 for none. Only `findPrompt` fills these. */
  promptStart: number;
  promptEnd: number;
}

/** Bytes, and the same bytes as a view. */
export interface Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export function emptyPlace(): FacetPlace {
  return { tagsStart: -1, tagsEnd: -1, lookEnd: -1, promptStart: -1, promptEnd: -1 };
}

const BEFORE_TAGS = ['crc32', 'width', 'height', 'thumbhash', 'rating', 'source'].map(member);
const TAGS = member('tags');
const LOOK = ['workflow_id', 'aspect_ratio', 'model', 'loras', 'generator'].map(member);
const BEFORE_PROMPT = ['sampler', 'scheduler', 'steps', 'cfg', 'seed'].map(member);
const PROMPT = member('prompt');

function member(name: string): Literal {
  return literal(`,"${name}":`);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * @param from behind the value of `sha256`
 * @param end behind the record's last brace
 * @returns false when the members stand in another order: then the record is to be parsed
 */
export function findFacets({ bytes, view }: Source, from: number, end: number, place: FacetPlace): boolean {
  let at = from;
  for (const name of BEFORE_TAGS) at = afterValue(bytes, past(view, at, name), end);
  at = past(view, at, TAGS);
  if (at < 0 || bytes[at] !== OPEN_ARRAY) return false;
  place.tagsStart = at;
  at = afterValue(bytes, at, end);
  place.tagsEnd = at;
  let found = 0;
  for (const name of LOOK) {
    const value = past(view, at, name);
    if (value < 0) continue;
    at = afterValue(bytes, value, end);
    found += 1;
  }
  place.lookEnd = at;
  if (at < 0) return false;
  return found === LOOK.length || hasNoLook({ bytes, view }, at, end);
}

/** Whether none of the look's members stands behind its place too: another writer may have put it there. */
function hasNoLook({ bytes, view }: Source, from: number, end: number): boolean {
  let at = from;
  while (bytes[at] === COMMA) {
    for (const name of LOOK) if (past(view, at, name) >= 0) return false;
    if (bytes[at + 1] !== QUOTE) return false;
    const colon = stringEnd(bytes, at + 2, end) + 1;
    at = colon === 0 ? -1 : afterValue(bytes, colon + 1, end);
    if (at < 0) return false;
  }
  return at === end - 1;
}

/** Finds the prompt behind the look; false when it is not at its place. */
export function findPrompt({ bytes, view }: Source, end: number, place: FacetPlace): boolean {
  let at = place.lookEnd;
  for (const name of BEFORE_PROMPT) {
    const value = past(view, at, name);
    if (value >= 0) at = afterValue(bytes, value, end);
  }
  at = past(view, at, PROMPT);
  if (at < 0 || bytes[at] !== QUOTE) return false;
  place.promptStart = at + 1;
  place.promptEnd = stringEnd(bytes, at + 1, end);
  return place.promptEnd >= 0;
}

/** Position behind the JSON value at `at`, else −1. Whether the value is sound is not looked at. */
function afterValue(bytes: Uint8Array, at: number, end: number): number {
  if (at < 0) return -1;
  const first = bytes[at];
  if (first === QUOTE) {
    const quote = stringEnd(bytes, at + 1, end);
    return quote < 0 ? -1 : quote + 1;
  }
  if (first === OPEN_ARRAY || first === OPEN_OBJECT) return afterNested(bytes, at, end);
  for (let i = at; i < end; i++) {
    const byte = bytes[i];
    if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) return i;
  }
  return -1;
}

function afterNested(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i];
    if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth -= 1;
      if (depth === 0) return i + 1;
    } else if (byte === QUOTE) {
      i += 1;
      while (i < end && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
    }
  }
  return -1;
}
