import { crc32 } from 'node:zlib';
import { isErrno } from '../../domain/errors.ts';
import type { Owner } from '../../domain/owner.ts';
import type { Storage, StorageFile } from '../../storage/storage.ts';
import { decodeHeader, HEADER_LENGTH, type Header } from './header.ts';
import { lastLineBefore, sameLine } from './last-line.ts';
import { ManifestChangedError, readExact } from './log-file.ts';
import { OwnerIndex } from './owner-index.ts';
import { type SavedArray, type SavedPart, SnapshotError } from './saved-part.ts';
import {
  bytesOf,
  bytesOfType,
  decodeFirstLine,
  FIRST_LINE,
  makeColumn,
  PIECE,
  snapshotKey,
} from './snapshot-format.ts';
import { type ArrayPlace, decodeTable, type SnapshotTable } from './snapshot-table.ts';

/** An index as a snapshot held it; still loading: the manifest's lines from `end` on are missing. */
export interface RestoredIndex {
  readonly index: OwnerIndex;
  /** Byte of the manifest up to which it holds. */
  readonly end: number;
}

/** Why a sound snapshot is not used after an unclean stop. */
export const UNSETTLED = 'of the time that an unclean stop left open';

export interface SnapshotWish {
  readonly owner: Owner;
  /** The open manifest. */
  readonly manifest: StorageFile;
  /** ms: a snapshot written later could hide lines that must be looked at. Undefined: none could. */
  readonly writtenBefore: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the owner's snapshot, if there is one that belongs to this manifest: of the same epoch and base, whose last
 * line stands in the manifest where it says. Every byte is checked.
 * @returns why there is none, in words, otherwise; undefined when there is no file
 */
export async function readSnapshot(
  storage: Storage,
  wish: SnapshotWish,
): Promise<RestoredIndex | string | undefined> {
  let file: StorageFile;
  try {
    file = await storage.open(snapshotKey(wish.owner), 'read');
  } catch (error) {
    return isErrno(error, 'ENOENT', 'ENOTDIR') ? undefined : reasonOf(error);
  }
  try {
    return await restoreFrom(file, wish);
  } catch (error) {
    return reasonOf(error);
  } finally {
    await file.close().catch(() => undefined);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ManifestChangedError) return String(error.details['why']);
  return error instanceof Error ? error.message : String(error);
}

async function restoreFrom(file: StorageFile, wish: SnapshotWish): Promise<RestoredIndex> {
  const { size } = await file.stat();
  const first = decodeFirstLine(await readExact(file, 0, FIRST_LINE));
  if (first.at + first.length !== size) throw new SnapshotError('of another length');
  const table = decodeTable(await readExact(file, first.at, first.length), first.crc, wish.owner);
  await belongs(table, wish);
  const parts: Record<string, SavedPart> = {};
  for (const [name, { facts, arrays }] of Object.entries(table.parts)) {
    const read: Record<string, SavedArray> = {};
    for (const [arrayName, place] of Object.entries(arrays)) {
      read[arrayName] = await readArray(file, place, first.at, wish.signal);
    }
    parts[name] = { facts, arrays: read };
  }
  const { epoch, floor, maxSeq } = table.manifest;
  const index = new OwnerIndex({ epoch, floor, seq: maxSeq });
  index.restore(parts);
  if (index.epoch !== epoch || index.seq !== seqAt(table)) throw new SnapshotError('of another moment');
  return { index, end: table.end };
}

/** @throws SnapshotError when it was made of another manifest, or of another state of this one */
async function belongs(
  table: SnapshotTable,
  { owner, manifest, writtenBefore }: SnapshotWish,
): Promise<void> {
  if (writtenBefore !== undefined && table.writtenAt >= writtenBefore) {
    throw new SnapshotError(UNSETTLED);
  }
  const header = decodeHeader(await readExact(manifest, 0, HEADER_LENGTH));
  if (header === undefined || !sameManifest(header, table, owner))
    throw new SnapshotError('of another manifest');
  const { size } = await manifest.stat();
  if (size < table.end || table.end < header.sortedEnd) throw new SnapshotError('beyond the manifest');
  if (!sameLine(await lastLineBefore(manifest, table.end), table.last)) {
    throw new SnapshotError('of another continuation');
  }
}

function sameManifest(header: Header, { manifest }: SnapshotTable, owner: Owner): boolean {
  const { epoch, floor, maxSeq, sortedEnd } = manifest;
  return (
    header.owner === owner &&
    header.epoch === epoch &&
    header.floor === floor &&
    header.maxSeq === maxSeq &&
    header.sortedEnd === sortedEnd
  );
}

/** The sequence number of the manifest up to its end. */
function seqAt({ manifest, end, last }: SnapshotTable): number {
  return end > manifest.sortedEnd ? last.seq : manifest.maxSeq;
}

async function readArray(
  file: StorageFile,
  place: ArrayPlace,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<SavedArray> {
  const { type, used, at } = place;
  const length = used * bytesOfType(type);
  if (at + length > limit) throw new SnapshotError('an array outside of the file');
  // room as it was, but not more than growth ever leaves
  const room = Math.max(used, Math.min(place.room, used + (used >> 2) + 1_024));
  const array = makeColumn(type, room);
  const bytes = bytesOf(array, used);
  let crc = 0;
  for (let done = 0; done < length; ) {
    if (signal?.aborted === true) throw new SnapshotError('stopped');
    const got = await file.read(bytes, done, Math.min(PIECE, length - done), at + done);
    if (got === 0) throw new SnapshotError('shorter than it says');
    crc = crc32(bytes.subarray(done, done + got), crc);
    done += got;
  }
  if (crc !== place.crc) throw new SnapshotError('a bad checksum');
  return { array, used };
}
