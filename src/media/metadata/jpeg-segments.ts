import type { ByteSource } from '../byte-source.ts';
import { createWindow, type Window } from './window.ts';

/** One marker segment in front of the first scan. */
export interface Segment {
  /** The marker's second byte: 0xe1 is APP1. */
  readonly marker: number;
  /** Where its data begins, behind the two bytes of length. */
  readonly start: number;
  /** Bytes of data; all of them lie in the file. */
  readonly length: number;
}

type Visit = (segment: Segment, window: Window) => Promise<void> | undefined;

const MAX_SEGMENTS = 4096;
const SOS = 0xda;
const EOI = 0xd9;

/** A marker that a walk ends at. */
export interface Stop {
  readonly marker: 'scan' | 'end';
  /** Where its 0xff stands. */
  readonly at: number;
}

/** Markers without a length: TEM, RST0–7, SOI (ITU-T T.81, B.1.1.3). */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/**
 * Walks a JPEG's segments from SOI, or from behind a scan, up to the next scan or the end (ITU-T T.81, B.1.1.4), by
 * their lengths.
 * @returns undefined: cut, damaged or too many segments
 * @throws what the source's reads throw
 */
export async function walkJpeg(source: ByteSource, visit: Visit, from = 2): Promise<Stop | undefined> {
  const window = createWindow(source);
  let position = from;
  for (let count = 0; count < MAX_SEGMENTS; count += 1) {
    const head = window.peek(position, 4) ?? (await window.get(position, 4));
    const [lead, marker = 0, high = 0, low = 0] = head;
    if (head.length < 2 || lead !== 0xff) return undefined;
    if (marker === SOS) return { marker: 'scan', at: position };
    if (marker === EOI) return { marker: 'end', at: position };
    // Any number of fill bytes may stand before a marker (ITU-T T.81, B.1.1.2).
    if (marker === 0xff) position += 1;
    else if (standsAlone(marker)) position += 2;
    else {
      const length = high * 256 + low - 2;
      if (head.length < 4 || length < 0 || position + 4 + length > source.size) return undefined;
      const waiting = visit({ marker, start: position + 4, length }, window);
      if (waiting !== undefined) await waiting;
      position += 4 + length;
    }
  }
  return undefined;
}
