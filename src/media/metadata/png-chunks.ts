import type { ByteSource } from '../byte-source.ts';
import { latin1Text } from './bytes.ts';
import { createWindow, type Window } from './window.ts';

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** One chunk's data; it stands 8 bytes behind the chunk's start and 4 bytes (CRC) before its end. */
export interface Chunk {
  readonly type: string;
  /** Where the data begins. */
  readonly start: number;
  /** Bytes of data; all of them lie in the file. */
  readonly length: number;
}

/** A promise is waited for; `undefined` keeps the walk going at once. */
export type Visit = (chunk: Chunk, window: Window) => Promise<void> | undefined;

/** Enough for half a gigabyte of pixels in pieces of 8 KiB. */
const MAX_CHUNKS = 65_536;

/**
 * Walks a PNG from its signature to IEND by the chunks' lengths, pixels skipped (PNG specification, 5.3). CRCs are not
 * looked at: real files have wrong ones.
 * @returns `end`: IEND was reached; `cut`: the file ends before; `long`: too many chunks
 * @throws what the source's reads throw
 */
export async function walkPng(source: ByteSource, visit: Visit): Promise<'end' | 'cut' | 'long'> {
  const window = createWindow(source);
  let position = PNG_SIGNATURE.length;
  for (let count = 0; count < MAX_CHUNKS; count += 1) {
    const head = window.peek(position, 8) ?? (await window.get(position, 8));
    if (head.length < 8) return 'cut';
    const [a = 0, b = 0, c = 0, d = 0] = head;
    const length = a * 0x100_0000 + ((b << 16) | (c << 8) | d);
    const start = position + 8;
    if (start + length > source.size) return 'cut';
    const type = latin1Text(head.subarray(4));
    const waiting = visit({ type, start, length }, window);
    if (waiting !== undefined) await waiting;
    if (type === 'IEND') return 'end';
    position = start + length + 4;
  }
  return 'long';
}
