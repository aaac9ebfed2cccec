import type { Owner } from '../../domain/owner.ts';
import type { StorageFile } from '../../storage/storage.ts';
import type { Entry } from '../catalog.ts';
import { crcHolds, emptyView, type LineView, scanLine } from './line.ts';
import { lineEntry, type RowSnapshot } from './line-entry.ts';
import { type LogFile, ManifestChangedError, readExact } from './log-file.ts';

/** Lines closer than this are read together: a second read costs more than the bytes between. */
const NEAR = 8 << 10;
const MOST_AT_ONCE = 1 << 20;

interface Run {
  readonly start: number;
  end: number;
  readonly rows: number[];
}

const view: LineView = emptyView();

/**
 * Reads the lines of some rows, in the order given: neighbours in one positional read, the runs side by side.
 * Every line's checksum and sequence number are checked.
 * @throws ManifestChangedError when a line is not what the index says
 */
export async function readEntries(
  file: LogFile,
  owner: Owner,
  rows: readonly RowSnapshot[],
): Promise<Entry[]> {
  const entries: Entry[] = new Array(rows.length);
  const runs = runsOf(rows);
  await file.use(async (open) => {
    await Promise.all(runs.map((run) => readRun(open, owner, rows, run, entries)));
  });
  return entries;
}

function runsOf(rows: readonly RowSnapshot[]): Run[] {
  const order = rows.map((_, i) => i).sort((a, b) => (rows[a]?.offset ?? 0) - (rows[b]?.offset ?? 0));
  const runs: Run[] = [];
  for (const i of order) {
    const row = rows[i];
    if (row === undefined) continue;
    const end = row.offset + row.length;
    const last = runs.at(-1);
    if (last !== undefined && row.offset - last.end <= NEAR && end - last.start <= MOST_AT_ONCE) {
      last.end = Math.max(last.end, end);
      last.rows.push(i);
    } else {
      runs.push({ start: row.offset, end, rows: [i] });
    }
  }
  return runs;
}

async function readRun(
  file: StorageFile,
  owner: Owner,
  rows: readonly RowSnapshot[],
  run: Run,
  entries: Entry[],
): Promise<void> {
  const bytes = await readExact(file, run.start, run.end - run.start);
  const wanted = run.rows.reduce((sum, i) => sum + (rows[i]?.length ?? 0), 0);
  // entries live on in the ring: they must not hold on to far more bytes than they are
  const sparse = wanted * 2 < bytes.length;
  for (const i of run.rows) {
    const row = rows[i];
    if (row === undefined) continue;
    const record = recordAt(bytes, row, run.start);
    entries[i] = lineEntry(owner, sparse ? Buffer.from(record) : record, row);
  }
}

function recordAt(bytes: Buffer, row: RowSnapshot, start: number): Buffer {
  const at = row.offset - start;
  const end = at + row.length - 1;
  if (!crcHolds(bytes, at, end) || !scanLine(bytes, at, end, view))
    throw new ManifestChangedError('bad line');
  if (view.seq !== row.seq || view.recordStart < 0) throw new ManifestChangedError('another line');
  return bytes.subarray(view.recordStart, view.recordEnd);
}
