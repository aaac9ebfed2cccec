import { KirokuError } from '../../domain/errors.ts';
import type { ByteSource } from '../byte-source.ts';
import { orientationOf, parseExif } from './exif.ts';

/** A run of the original's bytes, from `from` up to `to`. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** A copy, as a list of what it is put together from. */
export interface Plan {
  /** The original's bytes from here to there. */
  keep(from: number, to: number): void;
  /** Bytes of our own. They may still be written to until the plan is carried out. */
  add(bytes: Uint8Array): void;
  /** Bytes of the whole copy so far. */
  size(): number;
  readonly parts: readonly (Range | Uint8Array)[];
}

const PIECE = 256 * 1024;
/** A block of EXIF larger than this is not looked into for its orientation. */
const MAX_EXIF = 1024 * 1024;

export function createPlan(): Plan {
  const parts: (Range | Uint8Array)[] = [];
  let size = 0;
  return {
    parts,
    size: () => size,
    add(bytes) {
      parts.push(bytes);
      size += bytes.length;
    },
    keep(from, to) {
      const last = parts.at(-1);
      size += to - from;
      // Neighbours become one run: pixels often come in thousands of pieces.
      if (last !== undefined && 'to' in last && last.to === from)
        parts[parts.length - 1] = { from: last.from, to };
      else parts.push({ from, to });
    },
  };
}

/**
 * Carries a plan out, in pieces of at most 256 KiB.
 * @throws KirokuError `io_error` when the original has become shorter meanwhile; what the source's reads throw
 */
export async function* carryOut(plan: Plan, source: ByteSource): AsyncIterable<Uint8Array> {
  for (const part of plan.parts) {
    if (!('to' in part)) {
      yield part;
      continue;
    }
    for (let at = part.from; at < part.to; ) {
      const bytes = await source.read(at, Math.min(PIECE, part.to - at));
      if (bytes.length === 0) throw new KirokuError('io_error', 'The picture changed while it was read.');
      yield bytes;
      at += bytes.length;
    }
  }
}

/** A picture that we cannot take apart is not copied: what it holds could not be left out. */
export function unstrippable(): KirokuError {
  return new KirokuError(
    'undecodable_image',
    'The picture cannot be taken apart, so nothing can be left out of it.',
  );
}

/** Which side is up by the EXIF block that stands there; 1 when it does not say. */
export async function orientationAt(source: ByteSource, start: number, length: number): Promise<number> {
  if (length > MAX_EXIF) return 1;
  const exif = parseExif(await source.read(start, length));
  return exif === undefined ? 1 : orientationOf(exif);
}
