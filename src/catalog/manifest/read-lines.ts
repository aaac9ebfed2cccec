import type { PictureId } from '../../domain/id.ts';
import { KINDS, STATUSES } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import type { StorageFile } from '../../storage/storage.ts';
import type { Entry } from '../catalog.ts';
import { after, afterDigits, ascii, numberAt } from './bytes.ts';
import { HEX_LENGTH, ULID_LENGTH } from './ids.ts';
import { crcHolds, emptyView, type LineView, scanLine } from './line.ts';
import { entryOf, type LineEntry, type RowSnapshot } from './line-entry.ts';
import { type LogFile, ManifestChangedError, readInto } from './log-file.ts';
import type { Loan, ReadBuffers } from './read-buffers.ts';

/** Lines closer than this are read together: a second read costs more than the bytes between. */
const NEAR = 8 << 10;
const MOST_AT_ONCE = 1 << 20;

interface Run {
  readonly start: number;
  end: number;
  readonly places: number[];
}

/**
 * Reads the lines of some rows, in the order given: neighbours in one positional read, the runs side by side.
 * Every line's checksum and sequence number are checked.
 * @param lend neighbours are read into bytes that are used again once each of their entries is released or detached:
 *   whoever keeps one must detach it
 * @throws ManifestChangedError when a line is not what the index says
 */
export async function readEntries(
  file: LogFile,
  owner: Owner,
  rows: readonly RowSnapshot[],
  lend = false,
): Promise<Entry[]> {
  const entries: Entry[] = new Array(rows.length);
  const runs = runsOf(rows);
  const [first] = runs;
  const buffers = lend ? file.buffers : undefined;
  await file.use<unknown>((open) =>
    runs.length === 1 && first !== undefined
      ? readRun(buffers, open, owner, rows, first, entries)
      : Promise.all(runs.map((run) => readRun(buffers, open, owner, rows, run, entries))),
  );
  return entries;
}

function runsOf(rows: readonly RowSnapshot[]): Run[] {
  const order = rows.map((_, place) => place);
  order.sort((a, b) => (rows[a]?.offset ?? 0) - (rows[b]?.offset ?? 0));
  const runs: Run[] = [];
  let last: Run | undefined;
  for (const place of order) {
    const row = rows[place];
    if (row === undefined) continue;
    const end = row.offset + row.length;
    if (last !== undefined && row.offset - last.end <= NEAR && end - last.start <= MOST_AT_ONCE) {
      last.end = Math.max(last.end, end);
      last.places.push(place);
    } else {
      last = { start: row.offset, end, places: [place] };
      runs.push(last);
    }
  }
  return runs;
}

async function readRun(
  buffers: ReadBuffers | undefined,
  open: StorageFile,
  owner: Owner,
  rows: readonly RowSnapshot[],
  run: Run,
  entries: Entry[],
): Promise<void> {
  const { start, places } = run;
  const length = run.end - start;
  const loan = places.length > 1 ? buffers?.lend(length) : undefined;
  const bytes = loan?.bytes ?? Buffer.allocUnsafeSlow(length);
  await readInto(open, bytes, start, length);
  if (loan !== undefined) loan.holders = places.length;
  for (const place of places) {
    const row = rows[place];
    if (row !== undefined) entries[place] = entryAt(bytes, row.offset - start, owner, row, loan);
  }
}

const view: LineView = emptyView();

/** @throws ManifestChangedError */
function entryAt(
  bytes: Buffer,
  at: number,
  owner: Owner,
  row: RowSnapshot,
  loan: Loan | undefined,
): LineEntry {
  const end = at + row.length - 1;
  if (!crcHolds(bytes, at, end)) throw new ManifestChangedError('bad line');
  if (!findRecord(bytes, at, end, row)) {
    if (!scanLine(bytes, at, end, view)) throw new ManifestChangedError('bad line');
    if (view.seq !== row.seq || view.recordStart < 0) throw new ManifestChangedError('another line');
  }
  const id = bytes.toString('latin1', view.idStart, view.idStart + view.idLength) as PictureId;
  return entryOf(owner, id, bytes.subarray(view.recordStart, view.recordEnd), row, loan);
}

const QUOTE = 0x22;
const SEQ_LENGTH = '{"s":'.length;
const OP_LENGTH = ',"op":"'.length;
const ID_LENGTH = '","id":"'.length;
const TIME_LENGTH = '","t":'.length;
const KIND_LENGTH = ',"k":"'.length;
const STATUS_LENGTH = '","st":"'.length;
const RECORD = ascii('","r":{');
const CRC_LENGTH = ',"c":"01234567"}'.length;
/** Of an op by its first letter; a purge has no record. */
const OP_LENGTHS = new Uint8Array(128);
for (const op of ['put', 'edit', 'trash', 'restore']) OP_LENGTHS[op.charCodeAt(0)] = op.length;
const KIND_LENGTHS = KINDS.map((kind) => kind.length);
const STATUS_LENGTHS = STATUSES.map((status) => status.length);

/**
 * Finds the id and the record of a line whose checksum holds, by what the index says of it: its number is compared,
 * and that the record begins where it then must. False where it does not, which `scanLine` will explain.
 */
function findRecord(bytes: Buffer, start: number, end: number, row: RowSnapshot): boolean {
  let at = afterDigits(bytes, start + SEQ_LENGTH);
  if (at < 0 || numberAt(bytes, start + SEQ_LENGTH, at) !== row.seq) return false;
  at += OP_LENGTH;
  at += (OP_LENGTHS[bytes[at] ?? 0] ?? 0) + ID_LENGTH;
  view.idStart = at;
  view.idLength = bytes[at + ULID_LENGTH] === QUOTE ? ULID_LENGTH : HEX_LENGTH;
  at = afterDigits(bytes, at + view.idLength + TIME_LENGTH);
  if (at < 0) return false;
  at += KIND_LENGTH + (KIND_LENGTHS[row.kind] ?? 0) + STATUS_LENGTH + (STATUS_LENGTHS[row.status] ?? 0);
  at = after(bytes, at, RECORD);
  view.recordStart = at - 1;
  view.recordEnd = end - CRC_LENGTH;
  return at >= 0 && at < view.recordEnd;
}
