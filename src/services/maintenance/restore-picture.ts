import type { BlobStore, StagedBlob } from '../../blobs/blob-store.ts';
import type { Catalog, Entry } from '../../catalog/catalog.ts';
import { locationOf } from '../../catalog/entry.ts';
import { readSidecar } from '../../catalog/sidecar.ts';
import { isErrno, isKirokuError, UnsettledError } from '../../domain/errors.ts';
import { originalKey, thumbKey } from '../../domain/key.ts';
import type { PictureRecord } from '../../domain/record.ts';
import type { Storage, StorageFile } from '../../storage/storage.ts';
import type { Moved } from '../moved.ts';
import { filePath, type SavedPicture } from './backup-format.ts';

/** Why a picture is not as the backup should have it. */
export type RestoreTrouble =
  | 'original_missing'
  | 'original_changed'
  /** The picture was restored; its thumbnail is made again when it is asked for. */
  | 'thumbnail_missing'
  /** The tree has another picture, or another file, under this id: it is left as it is. */
  | 'id_taken'
  /** Its owner's pictures have gone to another owner, who does not have it; or should have, and somebody lives here. */
  | 'owner_moved'
  /** The tree is removing it for good: once that has ended, it can be restored. */
  | 'purge_begun';

export interface RestoredPicture {
  readonly end: 'restored' | 'there' | 'left';
  readonly bytes: number;
  readonly trouble: RestoreTrouble | undefined;
}

export interface RestorePictureDeps {
  /** The backup. */
  readonly source: Storage;
  /** The tree itself: sidecars that lie in it without their originals. */
  readonly tree: Storage;
  readonly legacyTz: string;
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly moved: Pick<Moved, 'resolve'>;
  readonly dryRun: boolean;
}

const CHUNK = 262_144;
const PURGE_BEGUN: RestoredPicture = { end: 'left', bytes: 0, trouble: 'purge_begun' };

/**
 * Takes one picture back, through the same sequence as an upload: its bytes are proved before they get their name, and
 * the record is committed last. What is there stays as it is, whatever the backup says; where only the original is lost,
 * it alone comes back.
 * @throws KirokuError when the tree fails; nothing of this picture stays then
 */
export async function restorePicture(
  deps: RestorePictureDeps,
  saved: SavedPicture,
): Promise<RestoredPicture> {
  const { catalog, moved, dryRun } = deps;
  const { record } = saved;
  const now = await moved.resolve(record.owner);
  const there = (await catalog.lookup(record.owner, record.id)) ?? (await catalog.lookup(now, record.id));
  if (there === undefined && now !== record.owner) return { end: 'left', bytes: 0, trouble: 'owner_moved' };
  if (there !== undefined) {
    const same = there.kind === record.kind && there.record().sha256 === record.sha256;
    if (!same) return { end: 'left', bytes: 0, trouble: 'id_taken' };
    const lost = (await deps.blobs.stat(originalKey(there, there.ext))) === undefined;
    if (!lost) return { end: 'there', bytes: 0, trouble: undefined };
    // its bytes went because they were meant to go
    if (there.record().purging !== undefined) return PURGE_BEGUN;
  }
  if (dryRun) return tried(deps, saved);
  const staged: StagedBlob[] = [];
  try {
    return await (there === undefined ? put(deps, saved, staged) : refill(deps, saved, there, staged));
  } catch (error) {
    if (error instanceof UnsettledError) await deps.blobs.release(staged);
    else await deps.blobs.retract(staged);
    if (isKirokuError(error, 'owner_moved')) return { end: 'left', bytes: 0, trouble: 'owner_moved' };
    if (isErrno(error instanceof Error ? error.cause : undefined, 'EEXIST'))
      return { end: 'left', bytes: 0, trouble: 'id_taken' };
    throw error;
  }
}

/** The bytes of a picture whose record is there, and stays as it is. */
async function refill(
  { source, catalog, blobs }: RestorePictureDeps,
  { record, ext }: SavedPicture,
  there: Entry,
  staged: StagedBlob[],
): Promise<RestoredPicture> {
  const from = originalKey(locationOf(record), ext);
  const original = await stageCopy(source, from, blobs, originalKey(there, there.ext), record);
  if (typeof original === 'string') return { end: 'left', bytes: 0, trouble: `original_${original}` };
  staged.push(original);
  await blobs.publish(staged);
  // a purge that was faster has removed nothing of this: an original would stay that nobody knows of
  const after = await catalog.lookup(there.owner, there.id);
  if (after === undefined || after.record().purging !== undefined) {
    await blobs.retract(staged);
    return PURGE_BEGUN;
  }
  await blobs.release(staged);
  return { end: 'restored', bytes: original.bytes, trouble: undefined };
}

/** What the tree's own sidecar says, where it was left without its original: it may be newer than the backup's record. */
async function keptRecord(
  { tree, legacyTz }: RestorePictureDeps,
  { record, ext }: SavedPicture,
): Promise<PictureRecord | undefined> {
  const read = await readSidecar(tree, locationOf(record), { legacyTz, exts: [ext] });
  if (read?.state !== 'read' || read.record.purging !== undefined) return undefined;
  return read.record.sha256 === record.sha256 ? read.record : undefined;
}

async function put(
  deps: RestorePictureDeps,
  saved: SavedPicture,
  staged: StagedBlob[],
): Promise<RestoredPicture> {
  const { source, catalog, blobs } = deps;
  const { ext, thumb } = saved;
  const record = (await keptRecord(deps, saved)) ?? saved.record;
  const at = locationOf(saved.record);
  const key = originalKey(at, ext);
  const original = await stageCopy(source, key, blobs, key, record);
  if (typeof original === 'string') return { end: 'left', bytes: 0, trouble: `original_${original}` };
  staged.push(original);
  let trouble: RestoreTrouble | undefined;
  const small = thumb === null ? undefined : thumbKey(at, thumb.ext);
  // one that was left without its original is this picture's too, and can be made again
  if (thumb !== null && small !== undefined && (await blobs.stat(small)) === undefined) {
    const copied = await stageCopy(source, small, blobs, small, thumb);
    if (typeof copied === 'string') trouble = 'thumbnail_missing';
    else staged.push(copied);
  }
  await blobs.publish(staged);
  await commitRecord(catalog, record);
  await blobs.release(staged);
  return { end: 'restored', bytes: staged.reduce((sum, { bytes }) => sum + bytes, 0), trouble };
}

/**
 * An owner's first commit makes his manifest of the sidecars that lie there: where one was left without its original, which
 * is back by now, the picture is known already.
 */
async function commitRecord(catalog: Catalog, record: PictureRecord): Promise<void> {
  const { owner, id, kind, sha256 } = record;
  try {
    await catalog.commit(owner, { op: 'put', record });
  } catch (error) {
    if (error instanceof UnsettledError || !isKirokuError(error, 'internal')) throw error;
    const there = await catalog.find(owner, kind, id);
    if (there?.record().sha256 !== sha256) throw error;
  }
}

/** What a trial can tell without reading every byte twice. */
async function tried(
  { source }: RestorePictureDeps,
  { record, ext }: SavedPicture,
): Promise<RestoredPicture> {
  const file = await openSaved(source, filePath(originalKey(locationOf(record), ext)));
  if (file === undefined) return { end: 'left', bytes: 0, trouble: 'original_missing' };
  try {
    const { size } = await file.stat();
    if (size !== record.bytes) return { end: 'left', bytes: 0, trouble: 'original_changed' };
    return { end: 'restored', bytes: size, trouble: undefined };
  } finally {
    await file.close();
  }
}

async function stageCopy(
  source: Storage,
  from: string,
  blobs: BlobStore,
  key: string,
  expected: { readonly bytes: number; readonly sha256: string },
): Promise<StagedBlob | 'missing' | 'changed'> {
  const file = await openSaved(source, filePath(from));
  if (file === undefined) return 'missing';
  try {
    const writer = await blobs.stage(key);
    try {
      for await (const chunk of chunksOf(file)) await writer.write(chunk);
      const staged = await writer.finish();
      if (staged.bytes === expected.bytes && staged.sha256 === expected.sha256) return staged;
      await blobs.retract([staged]);
      return 'changed';
    } catch (error) {
      await writer.abort();
      if (error instanceof SourceError) return 'changed';
      throw error;
    }
  } finally {
    await file.close();
  }
}

/** The backup's disk failed, not the tree's. */
class SourceError extends Error {}

async function* chunksOf(file: StorageFile): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    let got: number;
    try {
      got = await file.read(chunk, 0, CHUNK, position);
    } catch (cause) {
      throw isErrno(cause, 'EIO', 'ESTALE') ? new SourceError('unreadable', { cause }) : cause;
    }
    if (got === 0) return;
    yield chunk.subarray(0, got);
    position += got;
  }
}

async function openSaved(source: Storage, path: string): Promise<StorageFile | undefined> {
  try {
    return await source.open(path, 'read');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EIO', 'EACCES', 'ELOOP', 'EINVAL')) return undefined;
    throw error;
  }
}
