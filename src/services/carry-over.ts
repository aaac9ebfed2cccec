import type { BlobStore, StagedBlob } from '../blobs/blob-store.ts';
import type { Catalog, Entry } from '../catalog/catalog.ts';
import { isKirokuError, KirokuError, UnsettledError } from '../domain/errors.ts';
import { THUMB_EXTS } from '../domain/format.ts';
import { type Location, originalKey, thumbKey } from '../domain/key.ts';
import type { Log } from '../domain/log.ts';
import type { Owner } from '../domain/owner.ts';
import type { PictureRecord } from '../domain/record.ts';
import { isoOf } from '../domain/time.ts';

export interface CarryOverDeps {
  readonly blobs: BlobStore;
  readonly catalog: Catalog;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
}

/**
 * Gives one picture to another owner: the bytes under the new key, then the record there, and only then the old ones
 * go, the old sidecar last. Killed anywhere it is finished by the next call, and at each moment at least one of the two
 * has the picture whole.
 * @returns false when there was nothing to give: its purge had begun, or somebody else has removed it
 * @throws KirokuError `io_error` when its bytes are gone or are not the record's, or its id is taken; whatever the
 *   drivers throw. The picture is where it was.
 */
export async function carryOver(deps: CarryOverDeps, entry: Entry, to: Owner): Promise<boolean> {
  const record = entry.record();
  if (record.purging === undefined) {
    const there = await deps.catalog.lookup(to, entry.id);
    if (there === undefined) await putThere(deps, entry, record, to);
    else await completeThere(deps, entry, record, there);
  }
  return (await removeHere(deps, entry)) && record.purging === undefined;
}

async function putThere(deps: CarryOverDeps, entry: Entry, record: PictureRecord, to: Owner): Promise<void> {
  const staged = await publishThere(deps, entry, to);
  try {
    await deps.catalog.commit(to, { op: 'put', record: givenTo(record, to, deps.now()) });
  } catch (error) {
    if (error instanceof UnsettledError) await forget(deps, staged);
    else await retract(deps, staged);
    throw error;
  }
  await forget(deps, staged);
}

/** An earlier call came as far as the record. What it published may have been lost since: it is never taken on trust. */
async function completeThere(
  deps: CarryOverDeps,
  entry: Entry,
  record: PictureRecord,
  there: Entry,
): Promise<void> {
  if (there.kind !== entry.kind || there.record().sha256 !== record.sha256) {
    throw new KirokuError('io_error', 'Another picture has this id there.');
  }
  if ((await deps.blobs.stat(originalKey(there, there.ext))) !== undefined) return;
  await forget(deps, await publishThere(deps, entry, there.owner, 'original'));
}

/** Everything is kept but whose it is. */
function givenTo(record: PictureRecord, to: Owner, now: number): PictureRecord {
  const updated = isoOf(Math.max(now, Date.parse(record.updated_at)));
  return { ...record, owner: to, rev: record.rev + 1, updated_at: updated };
}

/** @throws KirokuError; nothing stays published or staged, as far as the disk allows */
async function publishThere(
  deps: CarryOverDeps,
  entry: Entry,
  to: Owner,
  only?: 'original',
): Promise<StagedBlob[]> {
  const { kind, day, id, ext, thumb } = entry;
  const target: Location = { owner: to, kind, day, id };
  const staged: StagedBlob[] = [];
  try {
    const original = await deps.blobs.stageFrom(originalKey(entry, ext), originalKey(target, ext));
    if (original === undefined) throw new KirokuError('io_error', 'The original is missing.');
    staged.push(original);
    // empty where the bytes are shared: then there is nothing that a copy could have changed
    if (original.sha256 !== '' && original.sha256 !== entry.record().sha256) {
      throw new KirokuError('io_error', 'The stored file is damaged.');
    }
    if (thumb !== null && only === undefined) {
      const small = await deps.blobs.stageFrom(thumbKey(entry, thumb), thumbKey(target, thumb));
      // a missing one is made again when it is asked for
      if (small !== undefined) staged.push(small);
    }
    await deps.blobs.publish(staged);
    return staged;
  } catch (error) {
    await retract(deps, staged);
    throw error;
  }
}

/**
 * Marked first, as every purge is: wherever this ends, what is left says that it is on its way out. Then the old bytes:
 * an original without a record would be taken for one that the earlier system left.
 */
async function removeHere({ blobs, catalog, now }: CarryOverDeps, entry: Entry): Promise<boolean> {
  const { owner, kind, id, ext } = entry;
  const change = (current: PictureRecord) => marked(current, isoOf(now()));
  try {
    await catalog.commit(owner, { op: 'edit', kind, id, change });
  } catch (error) {
    if (isKirokuError(error, 'not_found')) return false;
    throw error;
  }
  for (const thumbExt of THUMB_EXTS) await blobs.remove(thumbKey(entry, thumbExt));
  await blobs.remove(originalKey(entry, ext));
  try {
    await catalog.commit(owner, { op: 'purge', kind, id });
    return true;
  } catch (error) {
    if (isKirokuError(error, 'not_found')) return false;
    throw error;
  }
}

function marked(current: PictureRecord, time: string): PictureRecord | undefined {
  if (current.purging !== undefined) return undefined;
  return { ...current, status: 'trash', trashed_at: current.trashed_at ?? time, purging: time };
}

async function retract(deps: CarryOverDeps, staged: readonly StagedBlob[]): Promise<void> {
  try {
    await deps.blobs.retract(staged);
  } catch (error) {
    deps.log.warn({ err: error }, 'something staged could not be taken back; the next start does it');
  }
}

/** It is committed: a staged name that cannot be removed now is removed at the next start. */
async function forget(deps: CarryOverDeps, staged: readonly StagedBlob[]): Promise<void> {
  try {
    await deps.blobs.release(staged);
  } catch (error) {
    deps.log.warn({ err: error }, 'a staged name could not be removed; the next start removes it');
  }
}
