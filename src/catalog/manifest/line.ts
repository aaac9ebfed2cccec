import { crc32 } from 'node:zlib';
import type { PictureId } from '../../domain/id.ts';
import { KINDS, type Kind, OPS, type Op, STATUSES, type Status } from '../../domain/kind.ts';
import { after, afterDigits, ascii, hex32, numberAt, stringEnd } from './bytes.ts';
import { HEX_LENGTH, readId, ULID_LENGTH } from './ids.ts';

/** What a line says beside its record. */
export interface LineFacts {
  readonly seq: number;
  readonly op: Op;
  readonly id: PictureId;
  /** ms: `created_at` of the picture; in a purge line the time of the purge. */
  readonly time: number;
  readonly kind: Kind;
  readonly status: Status;
}

/** A line taken apart by position. One is reused over a whole file: nothing is allocated per line. */
export interface LineView {
  seq: number;
  /** Places in `OPS`, `KINDS` and `STATUSES`. */
  op: number;
  kind: number;
  status: number;
  time: number;
  idStart: number;
  idLength: number;
  readonly words: Uint32Array;
  /** The record's JSON; −1 for a purge. */
  recordStart: number;
  recordEnd: number;
}

export const PURGE = OPS.indexOf('purge');
export const PUT = OPS.indexOf('put');

export function emptyView(): LineView {
  return {
    seq: 0,
    op: 0,
    kind: 0,
    status: 0,
    time: 0,
    idStart: 0,
    idLength: 0,
    words: new Uint32Array(4),
    recordStart: -1,
    recordEnd: -1,
  };
}

const CRC_MEMBER = ascii(',"c":"');
/** `,"c":"` + 8 hex + `"}`. */
export const CRC_LENGTH = 16;

/** One whole line with its newline. `record` is the encoded record, absent for a purge. */
export function encodeLine(facts: LineFacts, record: Uint8Array | undefined): Buffer {
  const front = frontOf(facts, record);
  const line = Buffer.allocUnsafe(front.length + (record?.length ?? 0) + CRC_LENGTH + 1);
  finishLine(line, 0, front, record);
  return line;
}

/**
 * The same behind other lines: bytes from `at` on.
 * @returns the position after it; −1 when there is no room for it, and then nothing of it was written
 */
export function writeLine(target: Buffer, at: number, facts: LineFacts, record: Uint8Array): number {
  const front = frontOf(facts, record);
  const end = at + front.length + record.length + CRC_LENGTH + 1;
  if (end > target.length) return -1;
  finishLine(target, at, front, record);
  return end;
}

/** Everything before the record; ASCII. */
function frontOf(facts: LineFacts, record: Uint8Array | undefined): string {
  const { seq, op, id, time, kind, status } = facts;
  const head = `{"s":${seq},"op":"${op}","id":"${id}","t":${time},"k":"${kind}","st":"${status}"`;
  return record === undefined ? head : `${head},"r":`;
}

function finishLine(target: Buffer, at: number, front: string, record: Uint8Array | undefined): void {
  const body = at + front.length + (record?.length ?? 0);
  target.write(front, at, 'latin1');
  if (record !== undefined) target.set(record, at + front.length);
  writeCrc(target, at, body);
}

/** Ends the JSON object that begins at `start` with the checksum member, `}` and the newline, at `body`. */
export function writeCrc(target: Buffer, start: number, body: number): void {
  const sum = crc32(target.subarray(start, body)).toString(16).padStart(8, '0');
  target.write(`,"c":"${sum}"}\n`, body, 'latin1');
}

/** Where the bytes end that the checksum is over; `end` is that of the line, newline excluded. */
export function crcBodyEnd(end: number): number {
  return end - CRC_LENGTH;
}

/** The checksum that stands at the end of the line (newline excluded); −1 when none does. */
export function claimedCrc(bytes: Buffer, end: number): number {
  const body = crcBodyEnd(end);
  if (body < 0 || after(bytes, body, CRC_MEMBER) < 0) return -1;
  return bytes[end - 2] === 0x22 && bytes[end - 1] === 0x7d ? hex32(bytes, body + 6) : -1;
}

/** True when the checksum at the end of the line (newline excluded) is that of what stands before it. */
export function crcHolds(bytes: Buffer, start: number, end: number): boolean {
  const body = crcBodyEnd(end);
  return body > start && claimedCrc(bytes, end) === crc32(bytes.subarray(start, body));
}

const SEQ = ascii('{"s":');
const OP = ascii(',"op":"');
const ID = ascii('","id":"');
const TIME = ascii('","t":');
const KIND = ascii(',"k":"');
const STATUS = ascii('","st":"');
const QUOTE = ascii('"');
const RECORD = ascii(',"r":');
const OP_WORDS = OPS.map(ascii);
const KIND_WORDS = KINDS.map(ascii);
const STATUS_WORDS = STATUSES.map(ascii);

/** Takes apart the line between two positions (newline excluded); false when it is not exactly a line of the format. */
export function scanLine(bytes: Buffer, start: number, end: number, view: LineView): boolean {
  const seqStart = after(bytes, start, SEQ);
  let at = afterDigits(bytes, seqStart);
  if (at < 0) return false;
  view.seq = numberAt(bytes, seqStart, at);
  at = after(bytes, at, OP);
  view.op = wordAt(bytes, at, OP_WORDS);
  at = after(bytes, pastWord(at, view.op, OP_WORDS), ID);
  at = scanId(bytes, at, view);
  const timeStart = after(bytes, at, TIME);
  at = afterDigits(bytes, timeStart);
  if (at < 0) return false;
  view.time = numberAt(bytes, timeStart, at);
  at = after(bytes, at, KIND);
  view.kind = wordAt(bytes, at, KIND_WORDS);
  at = after(bytes, pastWord(at, view.kind, KIND_WORDS), STATUS);
  view.status = wordAt(bytes, at, STATUS_WORDS);
  at = after(bytes, pastWord(at, view.status, STATUS_WORDS), QUOTE);
  return at >= 0 && scanRecord(bytes, at, end - CRC_LENGTH, view);
}

function scanRecord(bytes: Buffer, at: number, body: number, view: LineView): boolean {
  view.recordStart = -1;
  if (view.op === PURGE) return at === body;
  view.recordStart = after(bytes, at, RECORD);
  view.recordEnd = body;
  return view.recordStart >= 0 && view.recordStart < body;
}

function scanId(bytes: Buffer, at: number, view: LineView): number {
  const end = stringEnd(bytes, at, at + HEX_LENGTH + 1);
  view.idStart = at;
  view.idLength = end - at;
  if (end < 0 || (view.idLength !== ULID_LENGTH && view.idLength !== HEX_LENGTH)) return -1;
  return readId(bytes, at, view.idLength, view.words) ? end : -1;
}

/** Which of the words stands at `at` and ends there in a quote; −1 for none. */
function wordAt(bytes: Buffer, at: number, words: readonly Uint8Array[]): number {
  if (at < 0) return -1;
  for (let i = 0; i < words.length; i++) {
    const end = after(bytes, at, words[i] ?? QUOTE);
    if (end >= 0 && bytes[end] === 0x22) return i;
  }
  return -1;
}

function pastWord(at: number, word: number, words: readonly Uint8Array[]): number {
  return word < 0 ? -1 : at + (words[word]?.length ?? 0);
}
