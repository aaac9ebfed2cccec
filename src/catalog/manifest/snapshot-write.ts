import { crc32 } from 'node:zlib';
import { writeAll } from '../../storage/durable.ts';
import type { StorageFile } from '../../storage/storage.ts';
import type { SavedPart } from './saved-part.ts';
import { ALIGNMENT, bytesOf, encodeFirstLine, FIRST_LINE, PIECE, typeNameOf } from './snapshot-format.ts';
import { type ArrayPlace, encodeTable, type PartPlace, type SnapshotTable } from './snapshot-table.ts';
import { turn } from './turns.ts';

/**
 * Writes a whole snapshot into an empty file: the arrays, the table that says where they are, and last the line that
 * says where the table is. The arrays must not change meanwhile. Not synced: what is read is checked.
 * @param goOn asked between two pieces; false ends the work
 * @returns false when it was ended; the file is no snapshot then
 * @throws the operating system's error
 */
export async function writeSnapshot(
  file: StorageFile,
  about: Omit<SnapshotTable, 'parts'>,
  parts: Readonly<Record<string, SavedPart>>,
  goOn: () => boolean,
): Promise<boolean> {
  let at = FIRST_LINE;
  const places: Record<string, PartPlace> = {};
  for (const [name, part] of Object.entries(parts)) {
    const arrays: Record<string, ArrayPlace> = {};
    for (const [arrayName, { array, used }] of Object.entries(part.arrays)) {
      const crc = await writePieces(file, bytesOf(array, used), at, goOn);
      if (crc === undefined) return false;
      arrays[arrayName] = { type: typeNameOf(array), used, room: array.length, at, crc };
      at = aligned(at + used * array.BYTES_PER_ELEMENT);
    }
    places[name] = { facts: part.facts, arrays };
  }
  const table = encodeTable({ ...about, parts: places });
  await writeAll(file, table, at);
  await writeAll(file, encodeFirstLine(table, at), 0);
  return true;
}

function aligned(at: number): number {
  return Math.ceil(at / ALIGNMENT) * ALIGNMENT;
}

/** The checksum; undefined when it was ended. */
async function writePieces(
  file: StorageFile,
  bytes: Uint8Array,
  at: number,
  goOn: () => boolean,
): Promise<number | undefined> {
  let crc = 0;
  for (let from = 0; from < bytes.length; from += PIECE) {
    if (!goOn()) return undefined;
    const piece = bytes.subarray(from, from + PIECE);
    crc = crc32(piece, crc);
    await writeAll(file, piece, at + from);
    await turn();
  }
  return crc;
}
