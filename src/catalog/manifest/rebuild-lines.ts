import { encodeRecord } from '../../domain/record-codec.ts';
import type { FileMapper } from '../../storage/bulk.ts';
import { judgeFile } from '../sidecar.ts';
import { createCanonicalReader } from '../sidecar-canonical.ts';
import { type DayFolder, extsIn, type SidecarTask } from '../sidecar-walk.ts';
import { type LineFacts, writeLine } from './line.ts';

/** What a thread must know to make lines of the sidecars of a task, from some place on. */
export interface LinesContext extends Pick<SidecarTask, 'ids' | 'exts'> {
  readonly place: DayFolder;
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

/** A `put` line of each sidecar that has an original, in the order of the files. */
export const mapper: FileMapper<LinesContext, EncodedLines> = {
  module: import.meta.url,
  map(files, context) {
    const { place, ids, exts, firstSeq } = context;
    const read = createCanonicalReader(place);
    const out = createOutput(files.count);
    const invalid: number[] = [];
    for (let index = 0; index < files.count; index += 1) {
      const id = ids[index];
      if (id === undefined) continue;
      const { kind } = place;
      const beside = extsIn(exts[index] ?? 0);
      const canonical = files.state(index) === 'read' ? files.content(index) : undefined;
      const facts = canonical === undefined ? undefined : read(canonical, id, beside);
      const seq = firstSeq + index;
      if (canonical !== undefined && facts !== undefined) {
        const { time, status } = facts;
        out.add(index, { seq, op: 'put', id, kind, time, status }, canonical);
        continue;
      }
      const found = judgeFile({ ...place, id }, files, index, beside, context.legacyTz);
      if (found?.state === 'invalid') invalid.push(index);
      if (found?.state !== 'read') {
        out.skip(index);
        continue;
      }
      const { record } = found;
      const time = Date.parse(record.created_at);
      out.add(index, { seq, op: 'put', id, kind, time, status: record.status }, encodeRecord(record));
    }
    return out.result(invalid);
  },
};

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
        bytes = Buffer.concat([bytes.subarray(0, end)], room);
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
