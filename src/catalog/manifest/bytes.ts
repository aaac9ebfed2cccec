/** Small readers of JSON bytes by position: none of them allocates, and none reads past what it checks. */

export function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** Position after `expected` when it stands at `at`, else −1. */
export function after(bytes: Uint8Array, at: number, expected: Uint8Array): number {
  if (at < 0) return -1;
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return -1;
  return at + expected.length;
}

/** Position after the decimal digits at `at` (at least one, at most 16), else −1. */
export function afterDigits(bytes: Uint8Array, at: number): number {
  if (at < 0) return -1;
  let end = at;
  while (isDigit(bytes[end])) end += 1;
  return end === at || end - at > 16 ? -1 : end;
}

/** The decimal number between two positions that `afterDigits` proved. */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + ((bytes[i] ?? 48) - 48);
  return value;
}

/** Position of the quote that ends the JSON string whose content begins at `at`, else −1. */
export function stringEnd(bytes: Uint8Array, at: number, limit: number): number {
  if (at < 0) return -1;
  for (let i = at; i < limit; i++) {
    const byte = bytes[i];
    if (byte === 0x22) return i;
    if (byte === 0x5c) i += 1;
  }
  return -1;
}

/** Eight lower-case hex digits as an unsigned number; −1 when they are not. */
export function hex32(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i] ?? 0;
    const digit = byte >= 48 && byte <= 57 ? byte - 48 : byte >= 97 && byte <= 102 ? byte - 87 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}
