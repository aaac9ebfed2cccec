import type { PictureId } from '../../domain/id.ts';
import type { Owner } from '../../domain/owner.ts';
import type { MappedFiles } from '../../storage/bulk.ts';
import { bulkOf } from '../../storage/bulk-single.ts';
import type { Storage } from '../../storage/storage.ts';
import { type DayFolder, dayFolders } from '../day-folders.ts';
import { MAX_SIDECAR_BYTES } from '../sidecar.ts';
import { namesOfTask, type SidecarTask, sidecarBatches } from '../sidecar-walk.ts';
import type { LineBatch } from './base-writer.ts';
import { type EncodedLines, mapper } from './rebuild-lines.ts';

export interface RebuildBatch extends LineBatch {
  /** Pictures whose sidecars cannot be read. */
  readonly invalid: readonly PictureId[];
}

/**
 * Manifest lines of every sidecar of an owner that has its original: day by day, the kinds of a day one after another,
 * so that they come nearly in the order of their times. Read, checked and encoded where the storage reads.
 * @throws KirokuError as `sidecarBatches`
 */
export async function* linesFromSidecars(
  storage: Storage,
  owner: Owner,
  legacyTz: string,
): AsyncGenerator<RebuildBatch> {
  const { places, shared } = await placesByDay(storage, owner);
  const read = (_: Storage, task: SidecarTask, from: number): Promise<MappedFiles<EncodedLines>> => {
    const { place } = task;
    const context = { place, exts: task.exts.slice(from), firstSeq: task.before + from + 1, legacyTz };
    return bulkOf(storage).mapFiles(task.folder, namesOfTask(task, from), MAX_SIDECAR_BYTES, mapper, context);
  };
  for await (const batch of sidecarBatches(storage, places, { legacyTz }, read)) {
    if (batch.state === 'skipped') continue;
    const { task, from, result } = batch;
    const { bytes, ends, times, invalid } = result.value;
    const ids = task.ids.slice(from, from + result.count);
    yield {
      day: task.place.day,
      shared: shared.has(task.place.day),
      ids,
      lines: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      ends,
      times,
      lastSeq: task.before + from + result.count,
      invalid: invalid.flatMap((index) => ids[index] ?? []),
    };
  }
}

async function placesByDay(
  storage: Storage,
  owner: Owner,
): Promise<{ readonly places: DayFolder[]; readonly shared: ReadonlySet<string> }> {
  const places: DayFolder[] = [];
  const shared = new Set<string>();
  const days = new Set<string>();
  for await (const found of dayFolders(storage, owner, {})) {
    if (!('day' in found)) continue;
    places.push(found);
    if (days.has(found.day)) shared.add(found.day);
    days.add(found.day);
  }
  // a stable sort: the kinds of one day stay in their order
  places.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  return { places, shared };
}
