import { isErrno, KirokuError } from '../../domain/errors.ts';
import { manifestKey } from '../../domain/key.ts';
import type { Owner } from '../../domain/owner.ts';
import { decodeRecord } from '../../domain/record-codec.ts';
import type { Storage, StorageFile } from '../../storage/storage.ts';
import type { Entry } from '../catalog.ts';
import { createEntry } from '../entry.ts';
import { ChunkLines } from './chunk-lines.ts';
import { ChunkReader } from './chunk-reader.ts';
import { decodeHeader, HEADER_LENGTH } from './header.ts';
import { emptyView, type LineView, PURGE, scanLine } from './line.ts';
import { turn } from './turns.ts';

/** What lies under a manifest's name, read without the catalog: that would make a damaged one again. */
export interface ManifestInspection {
  /** Bytes at which a line begins that is not what was written; 0 is the header. Rising, no more than `MOST_BAD`. */
  readonly bad: readonly number[];
  /**
   * The pictures that its sound lines tell of, each as the newest of its lines says, in batches.
   * @throws the operating system's error; KirokuError `aborted`, `tree_unreadable`
   */
  intact(): AsyncGenerator<readonly Entry[]>;
  close(): Promise<void>;
}

const MOST_BAD = 10_000;
const BATCH = 100;
/** A manifest that is replaced while it is read is begun again so often. */
const TRIES = 3;

/**
 * Opens a manifest and holds every line against its checksum. A line that is being appended meanwhile is no damage: what
 * is bad is bad twice in the same file. Undefined when there is no manifest; the caller must `close`.
 * @throws the operating system's error; KirokuError `aborted`
 */
export async function inspectManifest(
  storage: Storage,
  owner: Owner,
  signal: AbortSignal,
): Promise<ManifestInspection | undefined> {
  let former: { readonly inode: string; readonly bad: readonly number[] } | undefined;
  for (let left = TRIES; ; left -= 1) {
    const file = await openManifest(storage, owner);
    if (file === undefined) return undefined;
    try {
      const { inode } = await file.stat();
      const bad = await badLines(file, owner, signal);
      const again = former?.inode === inode ? new Set(former.bad) : undefined;
      if (bad.length === 0 || again !== undefined || left === 1) {
        return inspection(file, again === undefined ? bad : bad.filter((at) => again.has(at)), signal);
      }
      former = { inode, bad };
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
  }
}

async function openManifest(storage: Storage, owner: Owner): Promise<StorageFile | undefined> {
  try {
    return await storage.open(manifestKey(owner), 'read');
  } catch (error) {
    // a link or a folder is told of by whoever loads it
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EINVAL')) return undefined;
    throw error;
  }
}

function inspection(file: StorageFile, bad: readonly number[], signal: AbortSignal): ManifestInspection {
  return { bad, intact: () => intactEntries(file, signal), close: () => file.close() };
}

async function badLines(file: StorageFile, owner: Owner, signal: AbortSignal): Promise<number[]> {
  const { size } = await file.stat();
  const first = Buffer.alloc(HEADER_LENGTH);
  await file.read(first, 0, HEADER_LENGTH, 0);
  const header = decodeHeader(first);
  const bad = header?.owner === owner && header.sortedEnd <= size ? [] : [0];
  for await (const { at, view } of linesOf(file, signal)) {
    if (view === undefined && bad.length < MOST_BAD) bad.push(at);
  }
  return bad;
}

async function* intactEntries(file: StorageFile, signal: AbortSignal): AsyncGenerator<readonly Entry[]> {
  const newest = new Map<string, number>();
  for await (const { view, buffer } of linesOf(file, signal)) {
    if (view === undefined) continue;
    const id = idIn(buffer, view);
    newest.set(id, Math.max(view.seq, newest.get(id) ?? 0));
  }
  let batch: Entry[] = [];
  for await (const { view, buffer } of linesOf(file, signal)) {
    if (view === undefined || view.op === PURGE || newest.get(idIn(buffer, view)) !== view.seq) continue;
    const record = decodeRecord(buffer.subarray(view.recordStart, view.recordEnd));
    batch.push(createEntry(record, view.seq));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function idIn(buffer: Buffer, { idStart, idLength }: LineView): string {
  return buffer.toString('latin1', idStart, idStart + idLength);
}

interface Line {
  /** Byte of the file. */
  readonly at: number;
  readonly buffer: Buffer;
  /** Undefined for a line that is not sound. Valid until the next line. */
  readonly view: LineView | undefined;
}

async function* linesOf(file: StorageFile, signal: AbortSignal): AsyncGenerator<Line> {
  const { size } = await file.stat();
  if (size <= HEADER_LENGTH) return;
  const reader = new ChunkReader(file, HEADER_LENGTH, size);
  const lines = new ChunkLines();
  const view = emptyView();
  let position = HEADER_LENGTH;
  try {
    for (let taken = 0; position + reader.end - taken < size; ) {
      if (signal.aborted) throw new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
      if (!(await reader.next(taken))) break;
      const { buffer } = reader;
      lines.read(buffer, reader.start, reader.end);
      let { start } = reader;
      for (let n = 0; n < lines.count; n += 1) {
        const end = lines.end(n);
        const sound = lines.holds(start, end) && scanLine(buffer, start, end, view);
        yield { at: position, buffer, view: sound ? view : undefined };
        position += end + 1 - start;
        start = end + 1;
      }
      taken = start;
      await turn();
    }
    // what is left has no end of line
    if (position < size) yield { at: position, buffer: reader.buffer, view: undefined };
  } finally {
    await reader.settle();
  }
}
