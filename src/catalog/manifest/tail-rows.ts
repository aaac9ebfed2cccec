import type { PictureId } from '../../domain/id.ts';
import { compareCursor } from '../../domain/page.ts';
import type { StorageFile } from '../../storage/storage.ts';
import { HEADER_LENGTH, type Header } from './header.ts';
import { crcHolds, emptyView, PURGE, scanLine } from './line.ts';
import type { RowSnapshot } from './line-entry.ts';
import { ManifestChangedError, readExact } from './log-file.ts';
import { turn } from './turns.ts';

/** A picture's present version, as its line says. */
export interface TailRow extends RowSnapshot {
  readonly id: PictureId;
}

/** Bytes of the log taken apart between two turns of whoever else waits. */
const LOG_PIECE = 512 << 10;

const view = emptyView();

/** What the line between two positions (newline excluded) says; `undefined` for a purge. @throws ManifestChangedError */
function takeLine(
  bytes: Buffer,
  start: number,
  end: number,
  offset: number,
): { seq: number; id: PictureId; row: TailRow | undefined } {
  if (!crcHolds(bytes, start, end) || !scanLine(bytes, start, end, view))
    throw new ManifestChangedError('bad line');
  const { seq, kind, status, time: createdAt } = view;
  // `scanLine` has read its digits
  const id = bytes.toString('latin1', view.idStart, view.idStart + view.idLength) as PictureId;
  const row = { row: -1, offset, length: end + 1 - start, seq, id, createdAt, kind, status };
  return { seq, id, row: view.op === PURGE ? undefined : row };
}

/**
 * The log of a manifest, read whole: the last version of every picture in it, undefined for those that were purged.
 * @throws ManifestChangedError when anything about it is not as it should be; the operating system's error
 */
export async function readLog(
  file: StorageFile,
  header: Header,
  size: number,
): Promise<{ readonly rows: ReadonlyMap<PictureId, TailRow | undefined>; readonly seq: number }> {
  const { sortedEnd, maxSeq } = header;
  const bytes = await readExact(file, sortedEnd, size - sortedEnd);
  const rows = new Map<PictureId, TailRow | undefined>();
  let seq = maxSeq;
  let rest = LOG_PIECE;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    if (end < 0) throw new ManifestChangedError('torn');
    const line = takeLine(bytes, start, end, sortedEnd + start);
    seq += 1;
    if (line.seq !== seq) throw new ManifestChangedError('sequence broken');
    rows.set(line.id, line.row);
    rest -= end + 1 - start;
    start = end + 1;
    if (rest > 0) continue;
    rest = LOG_PIECE;
    await turn();
  }
  return { rows, seq };
}

/** The base of a manifest, read from its end: newest pictures first. */
export class BaseTail {
  /** Newest first; purges are left out. */
  readonly rows: TailRow[] = [];
  private readonly header: Header;
  /** Where the oldest line that was read begins. */
  private from: number;
  private oldest: { readonly time: number; readonly id: PictureId } | undefined;

  constructor(header: Header) {
    this.header = header;
    this.from = header.sortedEnd;
  }

  /** All of it has been read. */
  get isWhole(): boolean {
    return this.from === HEADER_LENGTH;
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.header.sortedEnd - this.from;
  }

  /** Reads the lines before, about `piece` bytes of them. @throws ManifestChangedError, the operating system's error */
  async extend(file: StorageFile, piece: number): Promise<void> {
    for (let length = piece; ; length *= 4) {
      const from = Math.max(HEADER_LENGTH, this.from - length);
      const bytes = await readExact(file, from, this.from - from);
      const start = from === HEADER_LENGTH ? 0 : bytes.indexOf(10) + 1;
      if (start >= bytes.length) continue;
      this.takeLines(bytes, start, from);
      this.from = from + start;
      return;
    }
  }

  private takeLines(bytes: Buffer, first: number, offset: number): void {
    const rows: TailRow[] = [];
    let last: { readonly time: number; readonly id: PictureId } | undefined;
    let oldest = last;
    for (let start = first; start < bytes.length; ) {
      const end = bytes.indexOf(10, start);
      if (end < 0) throw new ManifestChangedError('base ends inside a line');
      const { id, seq, row } = takeLine(bytes, start, end, offset + start);
      const place = { time: view.time, id };
      if (seq > this.header.maxSeq || (last !== undefined && compareCursor(last, place) >= 0)) {
        throw new ManifestChangedError('base out of order');
      }
      last = place;
      oldest ??= place;
      if (row !== undefined) rows.push(row);
      start = end + 1;
    }
    if (last !== undefined && this.oldest !== undefined && compareCursor(last, this.oldest) >= 0) {
      throw new ManifestChangedError('base out of order');
    }
    this.oldest = oldest;
    for (let i = rows.length - 1; i >= 0; i--) {
      const row = rows[i];
      if (row !== undefined) this.rows.push(row);
    }
  }
}
