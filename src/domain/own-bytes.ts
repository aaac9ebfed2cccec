/**
 * The same bytes, in memory of their own. Node makes small Buffers as parts of slabs of `Buffer.poolSize` (64 KiB since
 * Node 24), and a slab lives as long as any of its parts: whoever keeps a few bytes for long keeps them this way.
 */
export function ownBytes(bytes: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  if (bytes.byteLength === bytes.buffer.byteLength) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.byteLength);
  own.set(bytes);
  return own;
}
