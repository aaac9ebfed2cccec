import type { BlobStore } from '../blobs/blob-store.ts';
import type { Catalog, Entry } from '../catalog/catalog.ts';
import { isKirokuError, notFound } from '../domain/errors.ts';
import { thumbKey } from '../domain/key.ts';
import type { Log } from '../domain/log.ts';
import type { PictureRecord } from '../domain/record.ts';
import type { Decoder, Thumbnail } from '../media/decoder.ts';
import { isGoing } from './going.ts';
import { originalSource } from './original-source.ts';
import { thumbFacts } from './thumb-facts.ts';

export interface RemakeDeps {
  readonly blobs: BlobStore;
  readonly catalog: Catalog;
  readonly decoder: Decoder;
  readonly log: Log;
}

/** A thumbnail that was made again, and the picture as it is now. */
export interface Remade {
  readonly entry: Entry;
  readonly thumbnail: Thumbnail;
}

/** The same pixels give the same bytes: then the record still holds, and nothing that names its version changes. */
function withThumb(current: PictureRecord, thumbnail: Thumbnail): PictureRecord | undefined {
  // its bytes go one by one: nothing is added to what is left of it
  if (current.purging !== undefined) throw notFound();
  const facts = thumbFacts(current.id, thumbnail.ext, thumbnail.bytes);
  const same = current.thumb === facts.thumb && current.thumb_bytes === facts.thumb_bytes;
  if (same && current.thumb_crc32 === facts.thumb_crc32) return undefined;
  return { ...current, ...facts, thumb_v: current.thumb_v + 1 };
}

/** What a decode says of a picture that will never have a thumbnail. */
const HOPELESS = ['unsupported_type', 'undecodable_image', 'image_too_large'] as const;

async function decodeThumbnail(deps: RemakeDeps, entry: Entry): Promise<Thumbnail | undefined> {
  const { owner, id } = entry;
  const source = await originalSource(deps.blobs, entry);
  if (source === undefined) {
    if (await isGoing(deps.catalog, entry)) return undefined;
    deps.log.error({ owner, id }, 'an original is missing: its thumbnail cannot be made');
    return undefined;
  }
  try {
    const { thumbnail } = await deps.decoder.decode(source);
    if (thumbnail === null) deps.log.warn({ owner, id }, 'no thumbnail could be made');
    return thumbnail ?? undefined;
  } catch (error) {
    if (await isGoing(deps.catalog, entry)) return undefined;
    if (!HOPELESS.some((code) => isKirokuError(error, code))) throw error;
    deps.log.warn({ err: error, owner, id }, 'an original does not decode: it has no thumbnail');
    return undefined;
  }
}

/**
 * Makes a picture's thumbnail again from its original and keeps it where that is possible: a full or read-only disk
 * stops no reader. Undefined when the original is gone or gives none, and when the picture is being removed for good.
 * @throws KirokuError `overloaded`, `decoder_failed`, `io_error`
 */
export async function remakeThumbnail(deps: RemakeDeps, entry: Entry): Promise<Remade | undefined> {
  const { owner, kind, id } = entry;
  const thumbnail = await decodeThumbnail(deps, entry);
  if (thumbnail === undefined) return undefined;
  try {
    await deps.blobs.write(thumbKey(entry, thumbnail.ext), thumbnail.bytes);
    const change = (current: PictureRecord) => withThumb(current, thumbnail);
    const result = await deps.catalog.commit(owner, { op: 'edit', kind, id, change });
    deps.log.info({ owner, id }, 'a thumbnail was made again');
    return { entry: result.entry, thumbnail };
  } catch (error) {
    if (isKirokuError(error, 'not_found') || isKirokuError(error, 'owner_moved')) {
      return withoutTrace(deps, entry, thumbnail);
    }
    deps.log.warn({ err: error, owner, id }, 'a thumbnail was made again, but could not be kept');
    return { entry, thumbnail };
  }
}

/** A purge or a transfer had removed the thumbnail already: a file that nobody knows of would stay for ever. */
async function withoutTrace(deps: RemakeDeps, entry: Entry, { ext }: Thumbnail): Promise<undefined> {
  await deps.blobs.remove(thumbKey(entry, ext));
  return undefined;
}
