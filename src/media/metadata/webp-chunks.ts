import type { ByteSource } from '../byte-source.ts';
import { latin1Text } from './bytes.ts';
import type { Chunk, Visit } from './png-chunks.ts';
import { createWindow } from './window.ts';

const MAX_CHUNKS = 65_536;

/**
 * Walks the chunks of a RIFF container (WebP container specification): name, length in little-endian, data padded to
 * an even length. The order of chunks varies between writers.
 * @param from where the first chunk begins: 12 in a file
 * @param to where the last one ends
 * @returns `end`, or `cut` when a chunk reaches past `to`, or `long` for too many chunks
 * @throws what the source's reads throw
 */
export async function walkRiff(
  source: ByteSource,
  from: number,
  to: number,
  visit: Visit,
): Promise<'end' | 'cut' | 'long'> {
  const window = createWindow(source);
  let position = from;
  for (let count = 0; count < MAX_CHUNKS; count += 1) {
    if (position + 8 > to) return 'end';
    const head = window.peek(position, 8) ?? (await window.get(position, 8));
    if (head.length < 8) return 'cut';
    const [, , , , a = 0, b = 0, c = 0, d = 0] = head;
    const length = d * 0x100_0000 + ((c << 16) | (b << 8) | a);
    const chunk: Chunk = { type: latin1Text(head.subarray(0, 4)), start: position + 8, length };
    if (chunk.start + length > to) return 'cut';
    const waiting = visit(chunk, window);
    if (waiting !== undefined) await waiting;
    position = chunk.start + length + (length & 1);
  }
  return 'long';
}
