import { isJsonObject } from '../../domain/json.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import { CRC_LENGTH, writeCrc } from './line.ts';

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
  const bytes = Buffer.allocUnsafe(HEADER_LENGTH);
  const body = HEADER_LENGTH - 1 - CRC_LENGTH;
  bytes.write(membersOf(header, body), 0, 'latin1');
  writeCrc(bytes, 0, body);
  return bytes;
}

/** As headers were before they had a checksum: a manifest keeps its header until it is written anew. */
function encodeFormerHeader(header: Header): Buffer {
  return Buffer.from(`${membersOf(header, HEADER_LENGTH - 2)}}\n`, 'latin1');
}

/** The object without its end, `pad` filled up to so many bytes. */
function membersOf({ owner, epoch, floor, maxSeq, sortedEnd }: Header, length: number): string {
  const known = { v: MANIFEST_VERSION, owner, epoch, floor, max_seq: maxSeq, sorted_end: sortedEnd, pad: '' };
  const members = JSON.stringify(known).slice(0, -2);
  if (members.length > length - 1) throw new RangeError('header too long');
  return `${members.padEnd(length - 1)}"`;
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
  // the exact bytes, checksum and padding too: one flipped bit anywhere is damage
  const exact = value['c'] === undefined ? encodeFormerHeader(header) : encodeHeader(header);
  return exact.equals(bytes.subarray(0, HEADER_LENGTH)) ? header : undefined;
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
