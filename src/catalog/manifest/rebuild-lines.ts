import { KirokuError } from '../../domain/errors.ts';
import { isPictureId, type PictureId } from '../../domain/id.ts';
import { encodeRecord } from '../../domain/record-codec.ts';
import type { FileMapper } from '../../storage/bulk.ts';
import type { DayFolder } from '../day-folders.ts';
import { recordOf } from '../sidecar.ts';
import { type CanonicalFacts, type CanonicalReader, createCanonicalReader } from '../sidecar-canonical.ts';
import { extsIn } from '../sidecar-walk.ts';
import { type LineFacts, writeLine } from './line.ts';

/** What a thread must know to make lines of the sidecars of a task, from some place on. */
export interface LinesContext {
  readonly place: DayFolder;
  /** Of each file the originals beside it, as in `SidecarTask`. */
  readonly exts: Uint8Array;
  /** Sequence number of the first one; each file has its own, also one that makes no line. */
  readonly firstSeq: number;
  readonly legacyTz: string;
}

/** Manifest lines one behind the other, as they travel between threads. */
export interface EncodedLines {
  readonly bytes: Uint8Array;
  /** Of each file the byte after its line: the one of the file before it where there is no line. */
  readonly ends: Uint32Array;
  /** Of each file `created_at`, ms. */
  readonly times: Float64Array;
  /** Places of the sidecars that cannot be read. */
  readonly invalid: readonly number[];
}

/** Room for what stands around a record, about. */
const AROUND = 256;

function idIn(name: string): PictureId | undefined {
  const id = name.slice(0, -'.json'.length);
  return isPictureId(id) ? id : undefined;
}

/** A `put` line of each sidecar that has an original, in the order of the files. */
export const mapper: FileMapper<LinesContext, EncodedLines> = {
  module: import.meta.url,
  map(files, names, context) {
    const { place, firstSeq } = context;
    const read = createCanonicalReader(place);
    const out = createOutput(files.count);
    const invalid: number[] = [];
    for (let index = 0; index < files.count; index += 1) {
      const id = idIn(names[index] ?? '');
      if (id === undefined) throw new RangeError('not a sidecar');
      const state = files.state(index);
      const found =
        state === 'absent' || state === 'foreign'
          ? undefined
          : encodedIn(context, read, id, index, state === 'read' ? files.content(index) : undefined);
      if (found instanceof KirokuError) invalid.push(index);
      if (found === undefined || found instanceof KirokuError) {
        out.skip(index);
        continue;
      }
      const { time, status, encoded } = found;
      out.add(index, { seq: firstSeq + index, op: 'put', id, kind: place.kind, time, status }, encoded);
    }
    return out.result(invalid);
  },
};

interface Encoded extends CanonicalFacts {
  readonly encoded: Uint8Array;
}

/** A sidecar's record as a line holds it, or why it holds none. */
function encodedIn(
  { place, exts, legacyTz }: LinesContext,
  read: CanonicalReader,
  id: PictureId,
  index: number,
  bytes: Buffer | undefined,
): Encoded | KirokuError | undefined {
  const beside = extsIn(exts[index] ?? 0);
  const facts = bytes === undefined ? undefined : read(bytes, id, beside);
  if (bytes !== undefined && facts !== undefined) {
    return { time: facts.time, status: facts.status, encoded: bytes };
  }
  const record = recordOf({ ...place, id }, bytes, beside, legacyTz);
  if (record === undefined || record instanceof KirokuError) return record;
  return { time: Date.parse(record.created_at), status: record.status, encoded: encodeRecord(record) };
}

function createOutput(count: number) {
  const ends = new Uint32Array(count);
  const times = new Float64Array(count);
  let bytes = Buffer.allocUnsafeSlow(count * (1024 + AROUND));
  let end = 0;
  return {
    add(index: number, facts: LineFacts, record: Uint8Array): void {
      let after = writeLine(bytes, end, facts, record);
      if (after < 0) {
        const room = Math.max(bytes.length * 2, end + record.length + AROUND);
        // memory of its own: what Node shares among small buffers cannot change hands
        const larger = Buffer.allocUnsafeSlow(room);
        bytes.copy(larger, 0, 0, end);
        bytes = larger;
        after = writeLine(bytes, end, facts, record);
      }
      end = after;
      ends[index] = end;
      times[index] = facts.time;
    },
    skip(index: number): void {
      ends[index] = end;
    },
    result: (invalid: readonly number[]): ReturnType<typeof mapper.map> => ({
      value: { bytes: bytes.subarray(0, end), ends, times, invalid },
      transfer: bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [],
    }),
  };
}
