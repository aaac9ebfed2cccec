import type { BlobReader, StagedBlob } from '../blobs/blob-store.ts';
import type { Entry } from '../catalog/catalog.ts';
import { isKirokuError, KirokuError, notFound } from '../domain/errors.ts';
import type { PictureId } from '../domain/id.ts';
import { originalKey, thumbKey } from '../domain/key.ts';
import type { PictureRecord } from '../domain/record.ts';
import { commitStaged } from './commit.ts';
import { recipeOf } from './describe.ts';
import type { IngestDeps } from './ingest.ts';
import { readWholeBlob } from './read-blob.ts';
import { dropStaged, type StagedPicture, sourceOf, stageThumb } from './receive.ts';
import type { Inputs } from './services.ts';
import { MAX_THUMB_BYTES, tellsOf } from './thumb-facts.ts';

const CHUNK_BYTES = 256 * 1024;

async function copyInto(deps: IngestDeps, reader: BlobReader, key: string): Promise<StagedBlob> {
  const writer = await deps.blobs.stage(key);
  try {
    for (let position = 0; ; ) {
      const chunk = await reader.read(position, CHUNK_BYTES);
      if (chunk.byteLength === 0) break;
      await writer.write(chunk);
      position += chunk.byteLength;
    }
    return await writer.finish();
  } catch (error) {
    await writer
      .abort()
      .catch((cause: unknown) => deps.log.warn({ err: cause }, 'a copy could not be removed'));
    throw error;
  }
}

async function copyOriginal(deps: IngestDeps, source: Entry, id: PictureId): Promise<StagedBlob> {
  const reader = await deps.blobs.open(originalKey(source, source.ext));
  if (reader === undefined) {
    deps.log.error({ owner: source.owner, id: source.id }, 'an original is missing');
    throw notFound();
  }
  try {
    return await copyInto(deps, reader, `incoming/${id}.${source.ext}`);
  } finally {
    await reader.close();
  }
}

/** The thumbnail's bytes as they lie there; undefined when there is none worth copying. @throws KirokuError `overloaded` */
async function thumbBytes(deps: IngestDeps, source: Entry): Promise<Uint8Array | undefined> {
  const { owner, id, thumb } = source;
  if (thumb === null) return undefined;
  try {
    const reader = await deps.blobs.open(thumbKey(source, thumb));
    if (reader === undefined) return undefined;
    try {
      if (reader.bytes === 0 || reader.bytes > MAX_THUMB_BYTES) return undefined;
      const bytes = await readWholeBlob(reader);
      const whole = bytes.byteLength === reader.bytes && tellsOf(source.record(), bytes);
      return whole && (await deps.sniff(bytes)) !== undefined ? bytes : undefined;
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (isKirokuError(error, 'overloaded')) throw error;
    deps.log.warn({ err: error, owner, id }, 'a thumbnail cannot be read: a copy gets one of its own');
    return undefined;
  }
}

/** Everything the decode of the original once gave, or the same decode again where a part of it is missing. */
async function describe(
  deps: IngestDeps,
  source: Entry,
  record: PictureRecord,
  original: StagedBlob,
  id: PictureId,
): Promise<Pick<StagedPicture, 'image' | 'thumb'>> {
  const { width, height, thumbhash } = record;
  const bytes = await thumbBytes(deps, source);
  if (
    bytes !== undefined &&
    source.thumb !== null &&
    width !== null &&
    height !== null &&
    thumbhash !== null
  ) {
    const thumb = await stageThumb(deps, id, { ext: source.thumb, bytes });
    return { image: { width, height, thumbhash }, thumb };
  }
  const image = await deps.decoder.decode(await sourceOf(original));
  return { image, thumb: image.thumbnail === null ? undefined : await stageThumb(deps, id, image.thumbnail) };
}

async function stageCopy(deps: IngestDeps, source: Entry, record: PictureRecord): Promise<StagedPicture> {
  const id = deps.ids.next(deps.now());
  const original = await copyOriginal(deps, source, id);
  try {
    if (original.sha256 !== record.sha256) {
      deps.log.error({ owner: source.owner, id: source.id }, 'an original differs from its record');
      throw new KirokuError('io_error', 'The stored file is damaged.');
    }
    return { id, mime: record.mime, original, ...(await describe(deps, source, record, original, id)) };
  } catch (error) {
    await dropStaged(deps, [original]);
    throw error;
  }
}

/** The input locker's own verb: a copy of an own picture, to be worked on further. */
export function createInputs(deps: IngestDeps): Inputs {
  return {
    async copy(owner, from, id) {
      const source = await deps.catalog.find(owner, from, id);
      if (source === undefined || source.status !== 'active') throw notFound();
      await deps.admit();
      const record = source.record();
      const reservation = await deps.quota?.reserve(owner, record.bytes);
      try {
        const { entry } = await commitStaged(deps, await stageCopy(deps, source, record), {
          owner,
          kind: 'input',
          filename: record.original_filename,
          meta: { ...recipeOf(record), parents: [{ kind: from, id, role: 'copy' }] },
          source: 'input-copy',
          ...(reservation === undefined ? {} : { reservation }),
        });
        return entry;
      } finally {
        reservation?.release();
      }
    },
  };
}
