/**
 * The texts of one block as they lie in the search file: of each picture its length (u32, little endian), then the
 * texts one behind the other.
 */
export interface BlockText {
  readonly bytes: Buffer;
  /** Where each picture's text begins in `bytes`; one more than pictures: the last is the end. */
  readonly starts: Uint32Array;
}

/** Undefined when the lengths are not those of `count` texts that fill the bytes exactly. */
export function readBlockText(bytes: Buffer, count: number): BlockText | undefined {
  const starts = new Uint32Array(count + 1);
  let at = count * 4;
  if (at > bytes.length) return undefined;
  for (let i = 0; i < count; i++) {
    starts[i] = at;
    at += bytes.readUInt32LE(i * 4);
    if (at > bytes.length) return undefined;
  }
  starts[count] = at;
  return at === bytes.length ? { bytes, starts } : undefined;
}

/** Number of bytes that `count` texts of `length` bytes in all take. */
export function blockTextLength(count: number, length: number): number {
  return count * 4 + length;
}
