import type { ByteSource } from '../byte-source.ts';

/** The first look at a file, which an opened one has at hand. */
const SMALL = 4096;
/** Read at once when chunk follows chunk: PNG pixels often come in pieces of 8 KiB. */
const LARGE = 128 * 1024;
/** A place this close behind the last one is taken for a walk through neighbours. */
const NEAR = 32 * 1024;

const NOTHING = new Uint8Array(0);

/** The part of a file that is in memory, moved along as a walk needs it. */
export interface Window {
  /** These bytes if they are in memory: no waiting. */
  peek(position: number, length: number): Uint8Array | undefined;
  /** These bytes, read if need be; fewer only at the end of the file. */
  get(position: number, length: number): Promise<Uint8Array>;
}

/** Reads headers and short values of a file with few reads, and skips what is long by its length. */
export function createWindow(source: ByteSource): Window {
  let held: Uint8Array = NOTHING;
  let start = 0;
  const peek = (position: number, length: number) =>
    position >= start && position + length <= start + held.length
      ? held.subarray(position - start, position - start + length)
      : undefined;

  return {
    peek,
    async get(position, length) {
      const there = peek(position, length);
      if (there !== undefined) return there;
      const rest = source.size - position;
      if (rest <= 0) return NOTHING;
      const walking = held.length > 0 && position <= start + held.length + NEAR;
      const more = walking ? LARGE : position < SMALL ? SMALL - position : SMALL;
      const wanted = Math.min(rest, Math.max(length, more));
      held = await source.read(position, wanted);
      start = position;
      return held.subarray(0, length);
    },
  };
}
