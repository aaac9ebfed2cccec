import type { StorageFile } from '../../storage/storage.ts';
import { hex32 } from './bytes.ts';
import { crcHolds, emptyView, scanLine } from './line.ts';
import { ManifestChangedError, readExact } from './log-file.ts';

/** A line of a manifest, told by what another one will hardly have. */
export interface LastLine {
  /** Bytes, newline included. */
  readonly length: number;
  readonly seq: number;
  readonly crc: number;
}

const LEAST_TAIL = 16 << 10;
const view = emptyView();

/**
 * The line that ends at byte `end` of a manifest.
 * @throws ManifestChangedError when none does
 */
export async function lastLineBefore(file: StorageFile, end: number): Promise<LastLine> {
  for (let length = LEAST_TAIL; ; length *= 4) {
    const from = Math.max(0, end - length);
    const bytes = await readExact(file, from, end - from);
    const start = bytes.subarray(0, -1).lastIndexOf(10) + 1;
    if (start === 0 && from > 0) continue;
    return lineFacts(bytes, start);
  }
}

/** @throws ManifestChangedError */
function lineFacts(bytes: Buffer, start: number): LastLine {
  const end = bytes.length - 1;
  if (bytes[end] !== 10 || !crcHolds(bytes, start, end) || !scanLine(bytes, start, end, view)) {
    throw new ManifestChangedError('bad line');
  }
  return { length: bytes.length - start, seq: view.seq, crc: hex32(bytes, end - 10) };
}

export function sameLine(a: LastLine, b: LastLine): boolean {
  return a.length === b.length && a.seq === b.seq && a.crc === b.crc;
}
