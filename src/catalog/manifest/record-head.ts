import { after, afterDigits, ascii, hex32, numberAt, stringEnd } from './bytes.ts';

/**
 * What an index and a URL need of a record, read by position from its fixed members (the order is that of
 * `record-codec.ts`: head first, private members last). Positions are into the bytes it was read from.
 */
export interface RecordHead {
  /** `image/` and up to four letters. */
  mimeStart: number;
  mimeEnd: number;
  /** −1 for null. */
  thumbStart: number;
  thumbEnd: number;
  thumbV: number;
  favorite: boolean;
  /** 10 characters; −1 when absent. */
  dayStart: number;
  /** −1 when absent. */
  extStart: number;
  extEnd: number;
  idStart: number;
  idEnd: number;
  ownerStart: number;
  ownerEnd: number;
  /** 24 characters, ISO 8601. */
  updatedStart: number;
  /** First 32 bits of the SHA-256. */
  sha: number;
  bytes: number;
  thumbBytes: number;
  /** Behind the value of `sha256`. */
  shaEnd: number;
  /** `adopted_from` may be there; like `idem` it never leaves the server. */
  hasAdopted: boolean;
  /** 16 hex; −1 when absent. */
  idemStart: number;
}

export function emptyHead(): RecordHead {
  return {
    mimeStart: -1,
    mimeEnd: -1,
    thumbStart: -1,
    thumbEnd: -1,
    thumbV: 0,
    favorite: false,
    dayStart: -1,
    extStart: -1,
    extEnd: -1,
    idStart: -1,
    idEnd: -1,
    ownerStart: -1,
    ownerEnd: -1,
    updatedStart: -1,
    sha: 0,
    bytes: 0,
    thumbBytes: 0,
    shaEnd: -1,
    hasAdopted: false,
    idemStart: -1,
  };
}

const V = ascii('{"v":');
const REV = ascii(',"rev":');
const MIME = ascii(',"mime":"');
const THUMB = ascii('","thumb":');
const NULL = ascii('null');
const THUMB_V = ascii(',"thumb_v":');
const FAVORITE = ascii(',"favorite":');
const TRUE = ascii('true');
const FALSE = ascii('false');
const DAY = ascii(',"day":"');
const EXT = ascii(',"ext":"');
const ID = ascii(',"id":"');
const OWNER = ascii('","owner":"');
const KIND = ascii('","kind":"');
const STATUS = ascii('","status":"');
const CREATED = ascii('","created_at":"');
const UPDATED = ascii('","updated_at":"');
const TRASHED = ascii('","trashed_at":');
const FILENAME = ascii(',"original_filename":"');
const BYTES = ascii('","bytes":');
const THUMB_BYTES = ascii(',"thumb_bytes":');
const SHA = ascii(',"sha256":"');
const IDEM = ascii(',"idem":"');
const IDEM_TAIL = 27;
/** `2026-01-02T03:04:05.678Z` */
const ISO_LENGTH = 24;
const ADOPTED = ',"adopted_from":{';
const TIME_MEMBER = ascii('"mtime":');
/** No number is longer. */
const MOST_TIME = 26;

/** Fills `head` from the record between two positions; false when its members stand in another order. */
export function scanHead(bytes: Buffer, start: number, end: number, head: RecordHead): boolean {
  const at = scanFront(bytes, start, head);
  if (at < 0 || scanMiddle(bytes, at, end, head) < 0) return false;
  scanTail(bytes, start, end, head);
  return true;
}

/** The same for no more than a URL is made of; the members behind it may stand in any order. */
export function scanUrlHead(bytes: Buffer, start: number, end: number, head: RecordHead): boolean {
  const at = scanFront(bytes, start, head);
  if (at < 0 || scanPlace(bytes, at, head) < 0) return false;
  scanTail(bytes, start, end, head);
  return true;
}

/** Members up to `favorite`. */
function scanFront(bytes: Buffer, start: number, head: RecordHead): number {
  let at = afterDigits(bytes, after(bytes, start, V));
  at = afterDigits(bytes, after(bytes, at, REV));
  at = after(bytes, at, MIME);
  head.mimeStart = at;
  at = stringEnd(bytes, at, at + 16);
  head.mimeEnd = at;
  at = after(bytes, at, THUMB);
  if (at < 0) return -1;
  if (bytes[at] === 0x22) {
    head.thumbStart = at + 1;
    head.thumbEnd = stringEnd(bytes, at + 1, at + 64);
    at = head.thumbEnd < 0 ? -1 : head.thumbEnd + 1;
  } else {
    head.thumbStart = -1;
    at = after(bytes, at, NULL);
  }
  const digits = after(bytes, at, THUMB_V);
  at = afterDigits(bytes, digits);
  head.thumbV = at < 0 ? 0 : numberAt(bytes, digits, at);
  return scanBoolean(bytes, after(bytes, at, FAVORITE), head);
}

function scanBoolean(bytes: Buffer, at: number, head: RecordHead): number {
  head.favorite = bytes[at] === 0x74;
  return after(bytes, at, head.favorite ? TRUE : FALSE);
}

/** From after `favorite` to `sha256`. */
function scanMiddle(bytes: Buffer, from: number, end: number, head: RecordHead): number {
  let at = scanPlace(bytes, from, head);
  at = scanNames(bytes, at, end, head);
  at = after(bytes, at, CREATED);
  at = at < 0 ? -1 : at + ISO_LENGTH;
  at = after(bytes, at, UPDATED);
  head.updatedStart = at;
  at = after(bytes, at < 0 ? -1 : at + ISO_LENGTH, TRASHED);
  if (at < 0) return -1;
  at = bytes[at] === 0x22 ? at + ISO_LENGTH + 2 : after(bytes, at, NULL);
  at = afterString(bytes, after(bytes, at, FILENAME), end);
  const size = after(bytes, at, BYTES);
  at = afterDigits(bytes, size);
  head.bytes = at < 0 ? 0 : numberAt(bytes, size, at);
  const thumb = after(bytes, at, THUMB_BYTES);
  at = afterDigits(bytes, thumb);
  head.thumbBytes = at < 0 ? 0 : numberAt(bytes, thumb, at);
  at = after(bytes, at, SHA);
  if (at < 0 || at + 64 > end) return -1;
  head.sha = hex32(bytes, at);
  head.shaEnd = bytes[at + 64] === 0x22 ? at + 65 : -1;
  return head.sha < 0 ? -1 : head.shaEnd;
}

function scanPlace(bytes: Buffer, from: number, head: RecordHead): number {
  const day = after(bytes, from, DAY);
  head.dayStart = day;
  let at = day < 0 ? from : day + 11;
  const ext = after(bytes, at, EXT);
  head.extStart = ext;
  if (ext < 0) return at;
  head.extEnd = stringEnd(bytes, ext, ext + 8);
  at = head.extEnd + 1;
  return head.extEnd < 0 ? -1 : at;
}

function scanNames(bytes: Buffer, from: number, end: number, head: RecordHead): number {
  let at = after(bytes, from, ID);
  head.idStart = at;
  at = afterString(bytes, at, end);
  head.idEnd = at;
  at = after(bytes, at, OWNER);
  head.ownerStart = at;
  at = afterString(bytes, at, end);
  head.ownerEnd = at;
  at = afterString(bytes, after(bytes, at, KIND), end);
  return afterString(bytes, after(bytes, at, STATUS), end);
}

/** Position of the quote that ends it. */
function afterString(bytes: Buffer, at: number, end: number): number {
  return stringEnd(bytes, at, end);
}

/**
 * Private members stand last: `idem` has a fixed length; `adopted_from` is looked for only where an object ends the
 * rest. A quote inside a JSON string is escaped, so these bytes can be nothing but the members themselves.
 */
function scanTail(bytes: Buffer, start: number, end: number, head: RecordHead): void {
  const idem = after(bytes, end - IDEM_TAIL, IDEM);
  head.idemStart = idem >= 0 && bytes[end - 2] === 0x22 ? idem : -1;
  const rest = head.idemStart < 0 ? end - 1 : end - IDEM_TAIL;
  head.hasAdopted = endsInTime(bytes, rest - 1) && bytes.subarray(start, end).includes(ADOPTED, 0, 'latin1');
}

/** An object ends at `brace` whose last member is a number `mtime`, as that of `adopted_from` always is. */
function endsInTime(bytes: Buffer, brace: number): boolean {
  if (bytes[brace] !== 0x7d) return false;
  let at = brace;
  while (at > brace - MOST_TIME && bytes[at - 1] !== 0x3a) at -= 1;
  return after(bytes, at - TIME_MEMBER.length, TIME_MEMBER) === at;
}
