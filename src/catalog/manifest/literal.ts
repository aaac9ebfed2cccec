/** Bytes that are looked for, four at a time. */
export interface Literal {
  readonly length: number;
  /** Little endian, at 0, 4, 8 …; the last one are the last four bytes. */
  readonly words: Int32Array;
}

/** @param text at least four characters of ASCII */
export function literal(text: string): Literal {
  const bytes = Buffer.from(text, 'latin1');
  const { length } = bytes;
  if (length < 4) throw new RangeError('too short to be compared by words');
  const words = Int32Array.from({ length: Math.ceil(length / 4) }, (_, i) =>
    bytes.readInt32LE(Math.min(i * 4, length - 4)),
  );
  return { length, words };
}

/** Position after the literal when it stands at `at`, else −1; −1 gives −1. */
export function past(view: DataView, at: number, { length, words }: Literal): number {
  const end = at + length;
  if (at < 0 || end > view.byteLength) return -1;
  const last = words.length - 1;
  for (let i = 0; i < last; i++) if (view.getInt32(at + i * 4, true) !== words[i]) return -1;
  return view.getInt32(end - 4, true) === words[last] ? end : -1;
}

/** Whether the bytes at two places are the same. @param length at least 4 */
export function sameBytes(view: DataView, a: number, b: number, length: number): boolean {
  if (a < 0 || b < 0 || Math.max(a, b) + length > view.byteLength) return false;
  for (let i = 0; i + 4 < length; i += 4) {
    if (view.getInt32(a + i, true) !== view.getInt32(b + i, true)) return false;
  }
  return view.getInt32(a + length - 4, true) === view.getInt32(b + length - 4, true);
}
