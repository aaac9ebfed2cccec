import { isErrno } from '../../../domain/errors.ts';
import { manifestKey } from '../../../domain/key.ts';
import type { Owner } from '../../../domain/owner.ts';
import { decodeRecord } from '../../../domain/record-codec.ts';
import { type SearchText, searchText } from '../../../domain/search/text.ts';
import type { Storage, StorageFile } from '../../../storage/storage.ts';
import { hex32 } from '../bytes.ts';
import { crcHolds, emptyView, type LineView, scanLine } from '../line.ts';
import { ManifestChangedError, readExact } from '../log-file.ts';
import type { ManifestTrouble, Places } from './text-index.ts';

/** Lines closer than this are read together. */
const NEAR = 16 << 10;
const MOST_AT_ONCE = 1 << 20;
/** `,"c":"` + 8 hex + `"}` ends every line. */
const SUM_FROM_END = 10;

/** What is searched of one line, and the line's own checksum. */
export interface LineText {
  readonly text: SearchText;
  readonly sum: number;
}

const view: LineView = emptyView();

/**
 * Texts of the lines at `places`, in their order, each line checked. @throws the operating system's error
 * @param breathe awaited between reads, so that a thread can do something else
 */
export async function readTexts(
  storage: Storage,
  owner: Owner,
  places: Places,
  breathe: () => Promise<void>,
): Promise<{ readonly state: 'read'; readonly lines: readonly LineText[] } | ManifestTrouble> {
  let file: StorageFile;
  try {
    file = await storage.open(manifestKey(owner), 'read');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EINVAL', 'ELOOP')) return { state: 'replaced' };
    throw error;
  }
  try {
    if ((await file.stat()).inode !== places.inode) return { state: 'replaced' };
    const lines: LineText[] = new Array(places.seqs.length);
    for (const run of runsOf(places)) {
      await readRun(file, places, run, lines);
      await breathe();
    }
    return { state: 'read', lines };
  } catch (error) {
    if (error instanceof ManifestChangedError) return { state: 'damaged', why: String(error.details['why']) };
    throw error;
  } finally {
    await file.close();
  }
}

interface Run {
  readonly start: number;
  end: number;
  readonly lines: number[];
}

function runsOf({ offsets, lengths }: Places): Run[] {
  const order = Array.from(offsets, (_, i) => i).sort((a, b) => (offsets[a] ?? 0) - (offsets[b] ?? 0));
  const runs: Run[] = [];
  for (const i of order) {
    const start = offsets[i] ?? 0;
    const end = start + (lengths[i] ?? 0);
    const last = runs.at(-1);
    if (last !== undefined && start - last.end <= NEAR && end - last.start <= MOST_AT_ONCE) {
      last.end = Math.max(last.end, end);
      last.lines.push(i);
    } else {
      runs.push({ start, end, lines: [i] });
    }
  }
  return runs;
}

async function readRun(file: StorageFile, places: Places, run: Run, lines: LineText[]): Promise<void> {
  const bytes = await readExact(file, run.start, run.end - run.start);
  for (const i of run.lines) {
    const at = (places.offsets[i] ?? 0) - run.start;
    const end = at + (places.lengths[i] ?? 0) - 1;
    if (!crcHolds(bytes, at, end) || !scanLine(bytes, at, end, view))
      throw new ManifestChangedError('bad line');
    if (view.seq !== places.seqs[i] || view.recordStart < 0) throw new ManifestChangedError('another line');
    const record = decodeRecord(bytes.subarray(view.recordStart, view.recordEnd));
    lines[i] = { text: searchText(record), sum: hex32(bytes, end - SUM_FROM_END) };
  }
}
