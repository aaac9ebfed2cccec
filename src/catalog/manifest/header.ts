import { isJsonObject } from '../../domain/json.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';

/** First line of a manifest, newline included. Fixed, so that it can be written before the rest is counted. */
export const HEADER_LENGTH = 256;
export const MANIFEST_VERSION = 1;

export interface Header {
  readonly owner: Owner;
  /** 16 lower-case hex; another one means that sequence numbers cannot be compared. */
  readonly epoch: string;
  /** Changes after this sequence number are all still known (or superseded). */
  readonly floor: number;
  /** Greatest sequence number when the base was written; the log goes on from it. */
  readonly maxSeq: number;
  /** Byte where the base ends and the log begins. */
  readonly sortedEnd: number;
}

/** @throws RangeError when it does not fit, which no valid owner can cause */
export function encodeHeader(header: Header): Buffer {
  const { owner, epoch, floor, maxSeq, sortedEnd } = header;
  const body = JSON.stringify({
    v: MANIFEST_VERSION,
    owner,
    epoch,
    floor,
    max_seq: maxSeq,
    sorted_end: sortedEnd,
    pad: '',
  });
  const missing = HEADER_LENGTH - 1 - body.length;
  if (missing < 0) throw new RangeError('header too long');
  return Buffer.from(`${body.slice(0, -2)}${' '.repeat(missing)}"}\n`, 'latin1');
}

/** Undefined for anything that is not a whole, sound header of this version. */
export function decodeHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < HEADER_LENGTH || bytes[HEADER_LENGTH - 1] !== 10) return undefined;
  const value = parse(Buffer.from(bytes.subarray(0, HEADER_LENGTH)).toString('latin1'));
  if (!isJsonObject(value) || value['v'] !== MANIFEST_VERSION) return undefined;
  const { owner, epoch, floor, max_seq: maxSeq, sorted_end: sortedEnd } = value;
  if (typeof owner !== 'string' || !isOwner(owner)) return undefined;
  if (typeof epoch !== 'string' || !/^[0-9a-f]{16}$/.test(epoch)) return undefined;
  if (!isCount(floor) || !isCount(maxSeq) || !isCount(sortedEnd)) return undefined;
  if (floor > maxSeq || sortedEnd < HEADER_LENGTH) return undefined;
  const header = { owner, epoch, floor, maxSeq, sortedEnd };
  // the exact bytes: one flipped bit in the padding is damage too
  return encodeHeader(header).equals(bytes.subarray(0, HEADER_LENGTH)) ? header : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
