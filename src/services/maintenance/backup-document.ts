import { crc32 } from 'node:zlib';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';

/*
 * Everything in a backup that is not a picture's file carries its own checksum as its last member, `c`: CRC-32 (8 hex) over
 * the bytes before `,"c"`. So a backup can be checked without the tree, whenever its last run was killed.
 */

/** Ends an object that is still open (no `}`) with its checksum, as one line. */
export function checked(open: Buffer): Buffer {
  return Buffer.concat([open, Buffer.from(`,"c":"${checksum(open)}"}\n`)]);
}

function checksum(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}

const TAIL = /,"c":"([0-9a-f]{8})"}$/;

/** A line that `checked` ended; undefined when it is not what was written. */
export function lineOf(text: string): JsonObject | undefined {
  const check = TAIL.exec(text);
  if (check === null || checksum(Buffer.from(text.slice(0, check.index))) !== check[1]) return undefined;
  return parsed(text);
}

/** A document of at least one member. */
export function encodeDocument(document: JsonObject): Buffer {
  return checked(Buffer.from(JSON.stringify(document).slice(0, -1)));
}

export interface ReadDocument {
  readonly document: JsonObject;
  /** It is what was written, to the last byte. */
  readonly intact: boolean;
}

/** Reads what `encodeDocument` wrote; undefined for what is no JSON object. */
export function decodeDocument(bytes: Buffer): ReadDocument | undefined {
  const text = bytes.toString('utf8');
  const document = parsed(text);
  if (document === undefined) return undefined;
  const { c: _, ...members } = document;
  return { document: members, intact: text.endsWith('\n') && lineOf(text.slice(0, -1)) !== undefined };
}

/** A journal's whole lines as they are, and behind them their number and checksum. */
export function encodeJournal(lines: Buffer): Buffer {
  const count = lines.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0);
  return Buffer.concat([lines, Buffer.from(`{"end":${count},"c":"${checksum(lines)}"}\n`)]);
}

export interface ReadJournal {
  readonly entries: readonly JsonObject[];
  readonly intact: boolean;
}

const END = /(?:^|\n)(\{"end":\d+,"c":"[0-9a-f]{8}"}\n)$/;

/** Reads what `encodeJournal` wrote, as far as it can be read. */
export function decodeJournal(bytes: Buffer): ReadJournal {
  const text = bytes.toString('utf8');
  const end = END.exec(text)?.[1] ?? '';
  const lines = bytes.subarray(0, bytes.length - end.length);
  const entries = text
    .slice(0, text.length - end.length)
    .split('\n')
    .map(parsed);
  return {
    entries: entries.filter((entry) => entry !== undefined),
    intact: end !== '' && encodeJournal(lines).equals(bytes),
  };
}

/** The JSON object in a text; undefined for anything else. */
export function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
