import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { StagedBlob } from '../../blobs/blob-store.ts';
import { stagingNameOf } from '../../blobs/staging-name.ts';
import { aspectRatio } from '../../domain/aspect.ts';
import { dayOf, startOfDay } from '../../domain/day.ts';
import { isKirokuError, UnsettledError } from '../../domain/errors.ts';
import { extOf, type OriginalExt, THUMB_EXTS } from '../../domain/format.ts';
import { isUuidHex, type PictureId } from '../../domain/id.ts';
import { dayFolder, originalKey, sidecarKey, thumbKey } from '../../domain/key.ts';
import { type Descriptive, type PictureRecord, RECORD_VERSION } from '../../domain/record.ts';
import { isoOf } from '../../domain/time.ts';
import { completeness } from '../../media/complete.ts';
import type { DecodedImage, Thumbnail } from '../../media/decoder.ts';
import { readAll, stagingPath } from '../../storage/durable.ts';
import type { FileStat } from '../../storage/storage.ts';
import { describe } from '../describe.ts';
import { MAX_THUMB_BYTES, type ThumbFacts, thumbFacts } from '../thumb-facts.ts';
import { chunksOf, identityOf, isRefusal, readAtOf, sameFile, withFile } from './reconcile-bytes.ts';
import { type Fate, NOTHING, waitFor } from './reconcile-fate.ts';
import type { FindingName } from './reconcile-findings.ts';
import { isYoung, settled, statOf } from './reconcile-guards.ts';
import type { FolderMemory } from './reconcile-memory.ts';
import type { DayPlace, LookContext } from './reconcile-types.ts';

/** The earlier system writes the picture first and its sidecar a moment later, ms. */
const SIDECAR_DUE = 60_000;

interface Measured {
  readonly sha256: string;
  readonly crc32: string;
}

/**
 * An original with neither sidecar nor record. Under an id of the earlier system it is taken in where it lies, once
 * it is older than a minute; under one of ours it is what a crash left, and only reported.
 */
export async function adoptInPlace(
  context: LookContext,
  memory: FolderMemory,
  place: DayPlace,
  id: PictureId,
  ext: OriginalExt,
): Promise<Fate> {
  const path = originalKey({ ...place, id }, ext);
  const stat = await statOf(context.storage, path);
  if (stat?.type !== 'file' || memory.refused.get(`${id}.${ext}`) === identityOf(stat)) return NOTHING;
  const age = context.storage.now() - stat.mtime;
  if (isYoung(context.storage.now(), stat.mtime, SIDECAR_DUE)) return waitFor(SIDECAR_DUE - age + 100);
  if (!(await isAlone(context, place, id, path))) return NOTHING;
  const leave = async (finding: FindingName): Promise<Fate> => {
    memory.refused.set(`${id}.${ext}`, identityOf(stat));
    await context.findings.report({ finding, action: 'left', path, identity: identityOf(stat) });
    return NOTHING;
  };
  if (!isUuidHex(id)) return leave('original_orphan');
  if (stat.size > context.maxBytes[place.kind]) return leave('file_refused');
  if (!(await withFile(context.storage, path, (file) => isComplete(file, stat.size)))) {
    return leave('file_partial');
  }
  try {
    return await adopt(context, place, id, ext, stat);
  } catch (error) {
    if (isKirokuError(error, 'owner_moved')) {
      // for good: it need not be decoded at every look
      memory.refused.set(`${id}.${ext}`, identityOf(stat));
      return stranded(context, path);
    }
    if (!isRefusal(error)) throw error;
    return leave('file_refused');
  }
}

/** What comes under the name of an owner who was moved is taken in by nobody, however often it is tried. */
export async function stranded(context: LookContext, path: string): Promise<Fate> {
  const detail = { why: 'its owner was moved to another' };
  await context.findings.report({ finding: 'foreign_entry', action: 'left', path, detail });
  return NOTHING;
}

async function isComplete(file: Parameters<typeof readAtOf>[0], size: number): Promise<boolean> {
  return (await completeness(readAtOf(file), size))?.state !== 'partial';
}

/**
 * Looks behind every change that is under way: an ingest links its original before anybody knows the record. A transfer
 * does too, with a file that is as old as the picture: its staged name stays until the record is there. So that is looked
 * for first, and the record after it.
 */
async function isAlone(context: LookContext, place: DayPlace, id: PictureId, path: string): Promise<boolean> {
  if ((await statOf(context.storage, stagingPath(stagingNameOf(path)))) !== undefined) return false;
  if ((await settled(context, place, id)) !== undefined) return false;
  return (await statOf(context.storage, sidecarKey({ ...place, id }))) === undefined;
}

async function adopt(
  context: LookContext,
  place: DayPlace,
  id: PictureId,
  ext: OriginalExt,
  stat: FileStat,
): Promise<Fate> {
  const path = originalKey({ ...place, id }, ext);
  const image = await decodeAt(context, path);
  if (context.trial) {
    await context.findings.report({ finding: 'original_adopted', action: 'adopted', path });
    return { adopted: 1 };
  }
  const measured = await measure(context, path);
  const thumb = await existingThumb(context, place, id);
  const staged = thumb === undefined ? await stageThumb(context, place, id, image.thumbnail) : [];
  const made: ThumbFacts = thumb ?? factsOf(id, image.thumbnail);
  const record = recordOf(place, id, ext, { stat, image, measured, thumb: made, now: context.storage.now() });
  try {
    // The bytes become ours to promise: make them last before the record says that they are there.
    await withFile(context.storage, path, (file) => file.sync());
    await context.folders.sync(dayFolder(place.owner, place.kind, place.day));
    const after = await statOf(context.storage, path);
    if (after === undefined || !sameFile(after, stat) || !(await isAlone(context, place, id, path))) {
      await context.blobs.retract(staged);
      return waitFor(1_000);
    }
    await context.blobs.publish(staged);
    await context.catalog.commit(place.owner, { op: 'put', record });
  } catch (error) {
    // Unsettled is committed all the same: the thumbnail stays.
    if (error instanceof UnsettledError) await context.blobs.release(staged);
    else await context.blobs.retract(staged);
    throw error;
  }
  await context.findings.report({ finding: 'original_adopted', action: 'adopted', path });
  await context.blobs.release(staged);
  return { adopted: 1 };
}

/** Decodes what lies there. @throws KirokuError as the decoder */
export async function decodeAt(context: LookContext, path: string): Promise<DecodedImage> {
  const local = context.storage.localPath(path);
  if (local !== undefined) return context.decoder.decode({ path: local });
  return context.decoder.decode({ bytes: await withFile(context.storage, path, readAll) });
}

async function measure(context: LookContext, path: string): Promise<Measured> {
  const hash = createHash('sha256');
  let crc = 0;
  await withFile(context.storage, path, async (file) => {
    for await (const chunk of chunksOf(file)) {
      hash.update(chunk);
      crc = crc32(chunk, crc);
    }
  });
  return { sha256: hash.digest('hex'), crc32: crc.toString(16).padStart(8, '0') };
}

function factsOf(id: PictureId, thumbnail: Thumbnail | null): ThumbFacts {
  if (thumbnail === null) return { thumb: null, thumb_bytes: 0 };
  return thumbFacts(id, thumbnail.ext, thumbnail.bytes);
}

async function existingThumb(
  context: LookContext,
  place: DayPlace,
  id: PictureId,
): Promise<ThumbFacts | undefined> {
  for (const ext of THUMB_EXTS) {
    const key = thumbKey({ ...place, id }, ext);
    const stat = await statOf(context.storage, key);
    if (stat?.type !== 'file') continue;
    if (stat.size > MAX_THUMB_BYTES) return { thumb: `thumb/${id}.${ext}`, thumb_bytes: stat.size };
    return thumbFacts(id, ext, await withFile(context.storage, key, readAll));
  }
  return undefined;
}

async function stageThumb(
  context: LookContext,
  place: DayPlace,
  id: PictureId,
  thumbnail: Thumbnail | null,
): Promise<StagedBlob[]> {
  if (thumbnail === null) return [];
  const writer = await context.blobs.stage(thumbKey({ ...place, id }, thumbnail.ext));
  try {
    await writer.write(thumbnail.bytes);
    return [await writer.finish()];
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

interface AdoptFacts {
  readonly stat: FileStat;
  readonly image: DecodedImage;
  readonly measured: Measured;
  readonly thumb: ThumbFacts;
  readonly now: number;
}

function recordOf(place: DayPlace, id: PictureId, ext: OriginalExt, facts: AdoptFacts): PictureRecord {
  const { image, stat } = facts;
  return {
    v: RECORD_VERSION,
    rev: 1,
    id,
    owner: place.owner,
    kind: place.kind,
    status: 'active',
    created_at: isoOf(createdAtOf(stat.mtime, place)),
    updated_at: isoOf(facts.now),
    trashed_at: null,
    ...(ext === extOf(image.mime) ? {} : { ext }),
    original_filename: `${id}.${ext}`,
    mime: image.mime,
    bytes: stat.size,
    ...facts.measured,
    width: image.width,
    height: image.height,
    thumbhash: image.thumbhash,
    ...facts.thumb,
    thumb_v: facts.thumb.thumb === null ? 0 : 1,
    tags: [],
    favorite: false,
    rating: null,
    source: 'watch',
    ...(place.kind === 'generated' ? unknownOrigin(image) : {}),
    ...describe({}, image.recipe),
    extra: {},
  };
}

/** The members that every generated picture has, known or not. */
function unknownOrigin(image: DecodedImage): Descriptive {
  const aspect_ratio = aspectRatio(image.width, image.height);
  return { workflow_id: null, aspect_ratio, seed: null, prompt: null };
}

/** A file's own time where it falls on its folder's day, else the start of that day, ms. */
export function createdAtOf(mtime: number, place: DayPlace): number {
  const time = Math.floor(mtime);
  return dayOf(time) === place.day ? time : startOfDay(place.day);
}
