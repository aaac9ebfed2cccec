import { KirokuError } from './errors.ts';
import type { PictureRecord } from './record.ts';
import { isAdoptedFrom, isIdem, isKnownMember, PUBLIC_MEMBERS } from './record-members.ts';

export { parseRecord, parseSidecarText } from './record-parse.ts';

/**
 * One line of UTF-8 JSON without a newline, members in canonical order: the known ones (`record-members.ts`), then
 * the unknown ones as they came, then `adopted_from`, then `idem`. Equal records give equal bytes. Half surrogates
 * become `\udXXX` escapes (JSON.stringify is well-formed), so every text survives.
 * @throws KirokuError `internal` for an `idem` or `adopted_from` out of its grammar: the tail could not be cut.
 */
export function encodeRecord(record: PictureRecord): Buffer<ArrayBuffer> {
  const head: { [name: string]: unknown } = {};
  for (const name of PUBLIC_MEMBERS) head[name] = record[name];
  // `head` first as an object of its own: names like "7" would otherwise be moved to the front by the language
  const parts = [JSON.stringify(head).slice(0, -1)];
  for (const [name, value] of Object.entries(record.extra)) {
    if (!isKnownMember(name)) parts.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  }
  return Buffer.from(`${parts.join(',')}${privateTail(record)}}`, 'utf8');
}

function privateTail(record: PictureRecord): string {
  const { adopted_from: adopted, idem } = record;
  if (idem !== undefined && !isIdem(idem)) throw new KirokuError('internal', 'idem is not 16 hex.');
  if (adopted === undefined) return idem === undefined ? '' : `,"idem":"${idem}"`;
  if (!isAdoptedFrom(adopted)) throw new KirokuError('internal', 'adopted_from is not whole.');
  const { name, inode, size, mtime } = adopted;
  const flat = `,"adopted_from":${JSON.stringify({ name, inode, size, mtime })}`;
  return idem === undefined ? flat : `${flat},"idem":"${idem}"`;
}

/**
 * Reads what `encodeRecord` wrote: only for bytes whose checksum was right. Nothing is checked again.
 * @throws KirokuError `tree_unreadable` when it is not even a JSON object
 */
export function decodeRecord(bytes: Uint8Array): PictureRecord {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const value = parseObject(text);
  // nearly always there is nothing to be moved
  if (Object.keys(value).every(isKnownMember)) return Object.assign(value, { extra: {} }) as PictureRecord;
  const known: [string, unknown][] = [];
  const unknown: [string, unknown][] = [];
  for (const member of Object.entries(value)) (isKnownMember(member[0]) ? known : unknown).push(member);
  known.push(['extra', Object.fromEntries(unknown)]);
  // The one trusted cast: our own bytes, proved by their checksum. `fromEntries` keeps even `__proto__` a plain member.
  return Object.fromEntries(known) as { [name: string]: unknown } & PictureRecord;
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw new KirokuError('tree_unreadable', 'A record is not JSON.', { cause: error });
  }
  throw new KirokuError('tree_unreadable', 'A record is not a JSON object.');
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE = 0x7d;
const IDEM_TAIL = /^,"idem":"[0-9a-f]{16}"}$/;
const IDEM_LENGTH = ',"idem":"0123456789abcdef"}'.length;
const ADOPTED = Buffer.from(',"adopted_from":{"name":"');
const ADOPTED_END = /","inode":"\d{1,20}","size":\d{1,16},"mtime":-?[0-9.e+-]{1,25}}}$/;
/** No less than the longest text that `ADOPTED_END` matches. */
const ADOPTED_END_LENGTH = 110;

/**
 * How many bytes of an encoded record, before its last brace, are private. Found from the end, without parsing.
 *
 * Why nothing else can look like them: inside a JSON text every quote is escaped, so `,"name":` can only be a
 * member, and the number of closing braces after it says how deep it lies. Ours is the only `idem` and the only
 * `adopted_from` of depth one (`encodeRecord` never writes an unknown member of that name).
 */
export function privateTailLength(encoded: Uint8Array): number {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const idemFrom = bytes.length - IDEM_LENGTH;
  const hasIdem = idemFrom > 0 && IDEM_TAIL.test(bytes.toString('latin1', idemFrom));
  const end = hasIdem ? idemFrom : bytes.length - 1;
  return bytes.length - 1 - (adoptedStart(bytes, end) ?? end);
}

/** Where `,"adopted_from"` begins, if that member ends at `end`. */
function adoptedStart(bytes: Buffer, end: number): number | undefined {
  if (bytes[end - 1] !== BRACE) return undefined;
  const lastPart = bytes.toString('latin1', Math.max(0, end - ADOPTED_END_LENGTH), end);
  const match = ADOPTED_END.exec(`${lastPart}}`);
  if (match === null) return undefined;
  const start = bytes.lastIndexOf(ADOPTED, end);
  // between the two lies one JSON text, the name, and nothing else: its first plain quote is the one that ends it
  const nameEnd = end - (lastPart.length - match.index);
  return start >= 0 && nextQuote(bytes, start + ADOPTED.length) === nameEnd ? start : undefined;
}

function nextQuote(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at;
  }
  return -1;
}

/** An encoded record without `adopted_from` and `idem`, cut by position. The same bytes when it has neither. */
export function publicJsonOf(encoded: Buffer): Buffer {
  const tail = privateTailLength(encoded);
  if (tail === 0) return encoded;
  const cut = Buffer.allocUnsafeSlow(encoded.length - tail);
  encoded.copy(cut);
  cut[cut.length - 1] = BRACE;
  return cut;
}
