import type { PictureId } from '../../domain/id.ts';
import { KINDS, STATUSES } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import { writeAll } from '../../storage/durable.ts';
import type { StorageFile } from '../../storage/storage.ts';
import { encodeHeader, HEADER_LENGTH } from './header.ts';
import { emptyView, encodeLine, scanLine } from './line.ts';
import { ManifestChangedError } from './log-file.ts';
import { createSeenIds } from './seen-ids.ts';

/** Lines of pictures of one day folder, on their way into a new manifest. */
export interface LineBatch {
  /** The folder's day. */
  readonly day: string;
  /** Other folders have the same day, and belong between these. */
  readonly shared: boolean;
  readonly ids: readonly PictureId[];
  readonly lines: Buffer;
  /** Of each id the byte after its line: that of the one before where there is no line. */
  readonly ends: Uint32Array;
  /** Of each id `created_at`, ms. */
  readonly times: Float64Array;
  /** No line has a greater sequence number, and none of the next batch has a smaller one. */
  readonly lastSeq: number;
}

export interface BaseWriter {
  /** Batches come in the order of their days. @throws the operating system's error */
  add(batch: LineBatch): Promise<void>;
  /** Writes what is left, and the header; how many lines there are. */
  finish(): Promise<number>;
  /** Waits until nothing is being written any more: only then may the file be closed. Never throws. */
  stop(): Promise<void>;
}

interface Line {
  readonly id: PictureId;
  readonly time: number;
  readonly line: Buffer;
}

/** Bytes gathered before they are written. */
const CHUNK = 256 << 10;
/** Bytes of lines that are held to be sorted: those of a day, or as many of them as this. */
const MOST_HELD = 8 << 20;
/** Bytes of lines that came too late for their place: past this, the rest of the file is a log. */
const MOST_LATE = 16 << 20;

/**
 * Writes a new manifest whose lines are a sorted base, in memory bounded by the lines of a day. What cannot take its
 * place in the order any more (it lies in a later day's folder than its time says, or its id came before) follows as a
 * log, which needs no order; if there is very much of that, so does everything after it.
 */
export function createBaseWriter(file: StorageFile, owner: Owner, epoch: string): BaseWriter {
  const seen = createSeenIds();
  const out = createPieces(file, HEADER_LENGTH);
  let held: Line[] = [];
  let heldBytes = 0;
  let heldDay = '';
  let late: Line[] = [];
  let lateBytes = 0;
  let base: { readonly sortedEnd: number; readonly maxSeq: number } | undefined;
  let last: Omit<Line, 'line'> | undefined;
  let lastSeq = 0;
  let count = 0;

  async function place(line: Line): Promise<void> {
    if ((last === undefined || byPlace(last, line) < 0) && !seen.has(line.id)) {
      seen.add(line.id);
      last = line;
      await out.add(line.line);
    } else {
      late.push(line);
      lateBytes += line.line.length;
    }
  }

  /** The lines of a day take their places. */
  async function settleDay(): Promise<void> {
    const lines = held.sort(byPlace);
    held = [];
    heldBytes = 0;
    for (const line of lines) await place(line);
    if (lateBytes > MOST_LATE) await endBase();
  }

  async function endBase(): Promise<void> {
    base = { sortedEnd: out.end(), maxSeq: lastSeq };
    const lines = late;
    late = [];
    for (const line of lines) await log(line);
  }

  async function log(line: Line): Promise<void> {
    lastSeq += 1;
    await out.add(numberedAgain(line, lastSeq));
  }

  /** The usual batch goes out as it is: it begins behind the last line, rises, and nothing of it came before. */
  function fits({ ids, times, ends }: LineBatch): boolean {
    let { time, id } = last ?? { time: Number.NEGATIVE_INFINITY, id: '' };
    for (let i = 0; i < ids.length; i += 1) {
      const [nextTime = 0, nextId = ''] = [times[i], ids[i]];
      if (ends[i] === (i === 0 ? 0 : ends[i - 1])) return false;
      if (nextTime < time || (nextTime === time && nextId <= id)) return false;
      time = nextTime;
      id = nextId;
    }
    return ids.length > 0;
  }

  /** False when one of its pictures came before: then nothing was written. */
  async function takeWhole({ ids, times, lines }: LineBatch): Promise<boolean> {
    for (const id of ids) if (seen.has(id)) return false;
    for (const id of ids) seen.add(id);
    const [time, id] = [times.at(-1), ids.at(-1)];
    if (time !== undefined && id !== undefined) last = { time, id };
    count += ids.length;
    await out.add(lines);
    return true;
  }

  return {
    async add(batch) {
      if (base === undefined && batch.day !== heldDay) await settleDay();
      heldDay = batch.day;
      if (base === undefined) {
        lastSeq = batch.lastSeq;
        if (!batch.shared && held.length === 0 && fits(batch) && (await takeWhole(batch))) return;
      }
      const lines = linesOf(batch);
      count += lines.length;
      if (base !== undefined) {
        for (const line of lines) await log(line);
        return;
      }
      for (const line of lines) held.push(line);
      heldBytes += batch.lines.length;
      if (heldBytes > MOST_HELD) await settleDay();
    },
    async finish() {
      if (base === undefined) await settleDay();
      if (base === undefined) await endBase();
      const { sortedEnd, maxSeq } = base ?? { sortedEnd: HEADER_LENGTH, maxSeq: 0 };
      await out.flush();
      await writeAll(file, encodeHeader({ owner, epoch, floor: 0, maxSeq, sortedEnd }), 0);
      return count;
    },
    stop: () => out.stop(),
  };
}

function linesOf({ ids, lines, ends, times }: LineBatch): Line[] {
  const found: Line[] = [];
  let start = 0;
  for (const [index, id] of ids.entries()) {
    const end = ends[index] ?? start;
    if (end > start) found.push({ id, time: times[index] ?? 0, line: lines.subarray(start, end) });
    start = end;
  }
  return found;
}

function byPlace(a: Omit<Line, 'line'>, b: Omit<Line, 'line'>): number {
  return a.time - b.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

const view = emptyView();

/** The same line under another sequence number. */
function numberedAgain({ id, time, line }: Line, seq: number): Buffer {
  if (!scanLine(line, 0, line.length - 1, view)) throw new ManifestChangedError('bad line');
  const kind = KINDS[view.kind] ?? 'generated';
  const status = STATUSES[view.status] ?? 'active';
  const record = line.subarray(view.recordStart, view.recordEnd);
  return encodeLine({ seq, op: 'put', id, time, kind, status }, record);
}

/** Collects pieces and writes them in large ones, one write under way while the next is gathered. */
function createPieces(file: StorageFile, start: number) {
  let parts: Buffer[] = [];
  let gathered = 0;
  let written = start;
  let writing: Promise<void> = Promise.resolve();

  async function send(): Promise<void> {
    const [only] = parts;
    const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, gathered);
    parts = [];
    gathered = 0;
    await writing;
    writing = writeAll(file, bytes, written);
    // told when the next one is to be written, or at the end
    writing.catch(() => undefined);
    written += bytes.length;
  }

  return {
    async add(part: Buffer): Promise<void> {
      parts.push(part);
      gathered += part.length;
      if (gathered >= CHUNK) await send();
    },
    /** Byte after everything added so far. */
    end: () => written + gathered,
    async flush(): Promise<void> {
      if (gathered > 0) await send();
      await writing;
    },
    stop: (): Promise<void> => writing.catch(() => undefined),
  };
}
