import { isUtf8 } from 'node:buffer';

/** A view of the same bytes with Buffer's reading methods. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Text of a place that is latin-1 by its standard and UTF-8 in what many writers put there: genuine latin-1 with
 * accents is hardly ever valid UTF-8.
 */
export function looseText(bytes: Uint8Array): string {
  return asBuffer(bytes).toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

/** UTF-8 with U+FFFD for what is none. */
export function utf8Text(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('utf8');
}

export function latin1Text(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1');
}

/** UTF-16 in the order given; an odd last byte is left out. */
export function utf16Text(bytes: Uint8Array, bigEndian: boolean): string {
  const even = asBuffer(bytes.subarray(0, bytes.length & ~1));
  return bigEndian ? Buffer.from(even).swap16().toString('utf16le') : even.toString('utf16le');
}

/** Where a NUL stands at or after `from`, or -1. */
export function nulAt(bytes: Uint8Array, from: number): number {
  return bytes.indexOf(0, from);
}

/** True when the bytes at `from` are this latin-1 text. */
export function startsWithText(bytes: Uint8Array, text: string, from = 0): boolean {
  if (from + text.length > bytes.length) return false;
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[from + at] !== text.charCodeAt(at)) return false;
  }
  return true;
}
